// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Clocks and entropy.
#pragma once
#include <stdint.h>

/// CLOCK_MONOTONIC in nanoseconds, through the vDSO.
int64_t clinux_monotonic(void);
/// CLOCK_REALTIME: seconds since 1970, and nanoseconds within the second.
int64_t clinux_realtime(int64_t *nanoseconds);
/// CPU time of the whole process, in nanoseconds.
int64_t clinux_process_cpu(void);
/// CPU time of the calling thread, in nanoseconds.
int64_t clinux_thread_cpu(void);
/// Sleeps until CLOCK_MONOTONIC shows `deadline` nanoseconds; 0, or -EINTR when a signal came first.
int32_t clinux_sleep_until(int64_t deadline);
/// Fills `bytes` from the kernel's generator, waiting until it is seeded.
int32_t clinux_entropy(uint8_t *bytes, int32_t count);
