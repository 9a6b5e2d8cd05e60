// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the program was given, and what it has used.
#pragma once
#include <stdint.h>

int32_t clinux_argument_count(void);
/// Valid for ever; NULL past the end.
const char *clinux_argument(int32_t index);
/// NULL when it is not set.
const char *clinux_environment(const char *name);
int32_t clinux_host_name(uint8_t *text, int32_t capacity);
int32_t clinux_process_identifier(void);
_Noreturn void clinux_exit(int32_t code);

struct clinux_usage {
    int64_t cpu_nanoseconds;
    int64_t peak_resident_bytes;
    /// 0 where /proc is not to be read.
    int64_t resident_bytes;
    int64_t threads;
    int64_t voluntary_switches;
    int64_t involuntary_switches;
    int64_t minor_faults;
    int64_t major_faults;
};

void clinux_process_usage(struct clinux_usage *usage);
/// The calling thread's own; resident bytes and threads are 0.
void clinux_thread_usage(struct clinux_usage *usage);
