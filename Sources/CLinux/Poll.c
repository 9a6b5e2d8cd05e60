// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Waiting: epoll, eventfd, signalfd.

#define _GNU_SOURCE
#include "CLinuxPoll.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The same number on every architecture: it is younger than the common table.
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

static atomic_bool clinux_without_pwait2;

int32_t clinux_poll_open(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int32_t clinux_poll_control(int32_t poll, int32_t operation, int32_t fd, uint32_t flags, uint64_t token) {
    static const int operations[] = {EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    struct epoll_event event = {.data.u64 = token};
    if (flags & CLINUX_READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
    if (flags & CLINUX_WRITABLE) event.events |= EPOLLOUT;
    return epoll_ctl(poll, operations[operation], fd, &event) < 0 ? -errno : 0;
}

static int clinux_wait(int poll_fd, struct epoll_event *ready, int capacity, int64_t timeout) {
    if (!atomic_load_explicit(&clinux_without_pwait2, memory_order_relaxed)) {
        // The kernel's own timespec: 64 bits wide on 32-bit machines too.
        struct {
            int64_t seconds;
            int64_t nanoseconds;
        } span = {timeout / 1000000000, timeout % 1000000000};
        long count = syscall(SYS_epoll_pwait2, poll_fd, ready, capacity, timeout < 0 ? NULL : &span, NULL, 0);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)count;
        atomic_store_explicit(&clinux_without_pwait2, 1, memory_order_relaxed);
    }
    // An epoll descriptor can itself be waited for, and ppoll counts in nanoseconds.
    struct timespec span = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
    struct pollfd watch = {.fd = poll_fd, .events = POLLIN};
    int count = ppoll(&watch, 1, timeout < 0 ? NULL : &span, NULL);
    return count <= 0 ? count : epoll_wait(poll_fd, ready, capacity, 0);
}

int32_t clinux_poll_wait(int32_t poll, struct clinux_event *events, int32_t capacity, int64_t timeout) {
    struct epoll_event ready[CLINUX_EVENTS_MAX];
    if (capacity > CLINUX_EVENTS_MAX) capacity = CLINUX_EVENTS_MAX;
    int count = clinux_wait(poll, ready, capacity, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) {
        uint32_t flags = 0;
        if (ready[index].events & EPOLLIN) flags |= CLINUX_READABLE;
        if (ready[index].events & EPOLLOUT) flags |= CLINUX_WRITABLE;
        if (ready[index].events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) flags |= CLINUX_HANG_UP;
        events[index] = (struct clinux_event){.token = ready[index].data.u64, .flags = flags};
    }
    return count;
}

int32_t clinux_poll_ready(int32_t fd, uint32_t flags) {
    struct pollfd watch = {.fd = fd};
    if (flags & CLINUX_READABLE) watch.events |= POLLIN;
    if (flags & CLINUX_WRITABLE) watch.events |= POLLOUT;
    if (poll(&watch, 1, 0) < 0) return errno == EINTR ? 0 : -errno;
    if (watch.revents & POLLNVAL) return -EBADF;
    int32_t ready = 0;
    if (watch.revents & POLLIN) ready |= CLINUX_READABLE;
    if (watch.revents & POLLOUT) ready |= CLINUX_WRITABLE;
    if (watch.revents & (POLLHUP | POLLERR)) ready |= CLINUX_HANG_UP;
    return ready;
}

int32_t clinux_doorbell_open(int32_t blocking) {
    int fd = eventfd(0, EFD_CLOEXEC | (blocking ? 0 : EFD_NONBLOCK));
    return fd < 0 ? -errno : fd;
}

void clinux_doorbell_ring(int32_t fd) {
    uint64_t one = 1;
    // A full counter (2^64 - 2 rings) already says what there is to say.
    ssize_t written = write(fd, &one, sizeof one);
    (void)written;
}

uint64_t clinux_doorbell_drain(int32_t fd) {
    uint64_t count = 0;
    return read(fd, &count, sizeof count) == (ssize_t)sizeof count ? count : 0;
}

int32_t clinux_signals_open(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) return -error;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int32_t clinux_signals_next(int32_t fd) {
    struct signalfd_siginfo information;
    ssize_t count = read(fd, &information, sizeof information);
    return count == (ssize_t)sizeof information ? (int32_t)information.ssi_signo : 0;
}

void clinux_ignore_broken_pipe(void) { signal(SIGPIPE, SIG_IGN); }
