// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Waiting: epoll, eventfd, signalfd.
#pragma once
#include <stdint.h>

enum {
    /// Bytes or a connection can be read.
    CLINUX_READABLE = 1,
    /// Bytes can be written, or a connection attempt has ended.
    CLINUX_WRITABLE = 2,
    /// The far side closed, or the descriptor has an error to tell.
    CLINUX_HANG_UP = 4,
};

/// Most events that one wait hands over.
enum { CLINUX_EVENTS_MAX = 64 };

/// One ready descriptor.
struct clinux_event {
    uint64_t token;
    uint32_t flags;
    uint32_t reserved;
};

int32_t clinux_poll_open(void);
/// Begins (0), changes (1) or ends (2) the watch on `fd`.
int32_t clinux_poll_control(int32_t poll, int32_t operation, int32_t fd, uint32_t flags, uint64_t token);
/// Waits at most `timeout` nanoseconds (below zero: for ever); answers how many events there are, 0 when the time is over
/// or a signal came. Where the kernel has no epoll_pwait2 (Linux 5.11) ppoll waits in its place.
int32_t clinux_poll_wait(int32_t poll, struct clinux_event *events, int32_t capacity, int64_t timeout);
/// Whether `fd` is ready for what `flags` asks, without waiting: the flags, 0, or -errno.
int32_t clinux_poll_ready(int32_t fd, uint32_t flags);

/// An event counter; `blocking` makes its read wait.
int32_t clinux_doorbell_open(int32_t blocking);
void clinux_doorbell_ring(int32_t fd);
/// Takes the count out: 0 when nobody rang.
uint64_t clinux_doorbell_drain(int32_t fd);

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread and those it starts, and opens a descriptor that tells of
/// them.
int32_t clinux_signals_open(void);
/// The next signal's number, 0 when there is none.
int32_t clinux_signals_next(int32_t fd);
void clinux_ignore_broken_pipe(void);
