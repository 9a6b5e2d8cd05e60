// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Threads and real-time permissions.

#define _GNU_SOURCE
#include "CLinuxThreads.h"

#include <alloca.h>
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Copy.h"

// Since Linux 4.4; older headers lack it.
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

struct clinux_start {
    clinux_thread_entry entry;
    void *context;
    char name[16];
};

static void *clinux_trampoline(void *argument) {
    struct clinux_start start = *(struct clinux_start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    // A stack for the crash handler, at the far end of this one: an overflow does not reach it.
    char alternative[16384];
    stack_t stack = {.ss_sp = alternative, .ss_size = sizeof alternative};
    sigaltstack(&stack, NULL);
    start.entry(start.context);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, NULL);
    return NULL;
}

int32_t clinux_thread_start(
    clinux_thread_entry entry, void *context, int64_t stack_bytes, const uint8_t *name, int32_t name_count,
    int32_t detached, uint64_t *thread) {
    struct clinux_start *start = calloc(1, sizeof *start);
    if (start == NULL) return -ENOMEM;
    start->entry = entry;
    start->context = context;
    size_t kept = sizeof start->name - 1;
    memcpy(start->name, name, (size_t)name_count < kept ? (size_t)name_count : kept);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int error = pthread_attr_setstacksize(&attributes, (size_t)stack_bytes);
    if (detached) pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t created = 0;
    if (error == 0) error = pthread_create(&created, &attributes, clinux_trampoline, start);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        free(start);
        return -error;
    }
    if (!detached) *thread = (uint64_t)created;
    return 0;
}

int32_t clinux_thread_join(uint64_t thread) { return -pthread_join((pthread_t)thread, NULL); }

int32_t clinux_thread_name(uint8_t *text, int32_t capacity) {
    char name[16];
    return pthread_getname_np(pthread_self(), name, sizeof name) == 0 ? clinux_copy(name, text, capacity) : 0;
}

// On Linux the nice value is a thread's own, and 0 means the calling one.
void clinux_thread_lower_weight(void) { setpriority(PRIO_PROCESS, 0, 5); }

int32_t clinux_thread_bind(int32_t processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (processor < 0 || processor >= CPU_SETSIZE) return -EINVAL;
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -errno : 0;
}

// SCHED_FIFO for this thread; what we start must not inherit it. musl's own function refuses, since the kernel's is about
// threads where POSIX means processes.
static int clinux_set_fifo(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return (int)syscall(SYS_sched_setscheduler, 0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters);
}

int32_t clinux_realtime_request(int32_t priority) {
    if (clinux_set_fifo(priority) == 0) return priority;
    int error = errno;
    struct rlimit limit;
    if (error != EPERM || getrlimit(RLIMIT_RTPRIO, &limit) < 0 || limit.rlim_cur == 0) return -error;
    if ((int32_t)limit.rlim_cur >= priority) return -error;
    return clinux_set_fifo((int)limit.rlim_cur) == 0 ? (int32_t)limit.rlim_cur : -errno;
}

static int clinux_may_lock_without_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return 1;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & (1u << CAP_IPC_LOCK)) != 0;
}

int32_t clinux_memory_lock(void) {
    // MCL_FUTURE under a limit would make a later allocation fail: only without one.
    int unlimited = clinux_may_lock_without_limit();
    int flags = unlimited ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT;
    if (mlockall(flags | MCL_ONFAULT) == 0) return unlimited ? CLINUX_LOCKED_ALL : CLINUX_LOCKED_PRESENT;
    return -errno;
}

int64_t clinux_memory_lock_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
    return (int64_t)limit.rlim_cur;
}

__attribute__((noinline)) int32_t clinux_stack_touch(int64_t bytes, int32_t lock) {
    volatile uint8_t *stack = alloca((size_t)bytes);
    for (int64_t offset = 0; offset < bytes; offset += 4096) stack[offset] = 0;
    if (!lock) return 0;
    return mlock((const void *)stack, (size_t)bytes) < 0 ? -errno : 0;
}
