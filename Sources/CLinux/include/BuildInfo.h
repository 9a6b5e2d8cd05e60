// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the binary was built from, and how many heap allocations it has made.
#pragma once
#include <stdint.h>

/// The commit this was built from: 12 hexadecimal digits, with "-dirty" behind them if files differed; else "unknown".
const char *intercom_build_commit(void);

/// The C libraries linked, as "alsa-lib 1.2.14, libgpiod 2.2.1, …", by name; empty if the build did not say.
const char *intercom_build_libraries(void);

/// 1 where allocations are counted (the static product), 0 where they are not and the counts below stay 0.
int32_t intercom_allocations_counted(void);

/// Heap allocations of the whole process since its start. Any thread.
uint64_t intercom_allocations(void);

/// Heap allocations of the calling thread since its start.
uint64_t intercom_thread_allocations(void);
