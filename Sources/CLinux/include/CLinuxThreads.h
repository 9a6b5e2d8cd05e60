// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Threads, real-time permissions, and the last words of a crash.
#pragma once
#include <stdint.h>

typedef void (*clinux_thread_entry)(void *context);

/// Starts a thread; a `detached` one cannot be joined and writes no handle.
int32_t clinux_thread_start(
    clinux_thread_entry entry, void *context, int64_t stack_bytes, const uint8_t *name, int32_t name_count,
    int32_t detached, uint64_t *thread);
int32_t clinux_thread_join(uint64_t thread);
/// The calling thread's name, at most 15 bytes.
int32_t clinux_thread_name(uint8_t *text, int32_t capacity);
/// Makes the calling thread give way to ordinary ones (nice 5).
void clinux_thread_lower_weight(void);
/// Binds the calling thread to a processor.
int32_t clinux_thread_bind(int32_t processor);

/// Asks SCHED_FIFO for the calling thread, at `priority` or as high as RLIMIT_RTPRIO permits; answers the priority.
int32_t clinux_realtime_request(int32_t priority);

enum {
    /// All memory, that to come too.
    CLINUX_LOCKED_ALL = 2,
    /// All memory mapped now.
    CLINUX_LOCKED_PRESENT = 1,
};
/// Locks as much memory as is permitted without making later allocations fail; pages are locked once they are touched.
int32_t clinux_memory_lock(void);
/// RLIMIT_MEMLOCK in bytes; -1 when there is no limit.
int64_t clinux_memory_lock_limit(void);
/// Touches the next `bytes` of the calling thread's stack; `lock` locks them too.
int32_t clinux_stack_touch(int64_t bytes, int32_t lock);

/// Writes one line with `build` (at most 63 bytes) and the address when the program dies of a trap or a bad access.
void clinux_crash_install(const char *build, int32_t journal);
