// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Clocks and entropy.

#define _GNU_SOURCE
#include "CLinuxClock.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

static int64_t clinux_read(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clinux_monotonic(void) { return clinux_read(CLOCK_MONOTONIC); }
int64_t clinux_process_cpu(void) { return clinux_read(CLOCK_PROCESS_CPUTIME_ID); }
int64_t clinux_thread_cpu(void) { return clinux_read(CLOCK_THREAD_CPUTIME_ID); }

int64_t clinux_realtime(int64_t *nanoseconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *nanoseconds = now.tv_nsec;
    return now.tv_sec;
}

int32_t clinux_sleep_until(int64_t deadline) {
    struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    return -clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

int32_t clinux_entropy(uint8_t *bytes, int32_t count) {
    int32_t done = 0;
    while (done < count) {
        ssize_t got = getrandom(bytes + done, (size_t)(count - done), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        done += (int32_t)got;
    }
    return 0;
}
