// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Counts heap allocations, those of the C libraries and of libc included.
//
// The product is linked with --wrap=malloc and its kin, which sends every call in it through the functions below; its
// toolset also defines INTERCOM_COUNT_ALLOCATIONS. A count costs one increment of a thread's own variable and one relaxed
// atomic one. Elsewhere (the ordinary build, packages that depend on this one) nothing is wrapped and nothing counted.
#include "BuildInfo.h"

#if defined(INTERCOM_COUNT_ALLOCATIONS)
#include <stdatomic.h>
#include <stddef.h>

static _Atomic uint64_t allocations;
static _Thread_local uint64_t thread_allocations;

static inline void count(void) {
    thread_allocations += 1;
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size) {
    count();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t items, size_t size) {
    count();
    return __real_calloc(items, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    count();
    return __real_realloc(memory, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    return __real_posix_memalign(memory, alignment, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    count();
    return __real_aligned_alloc(alignment, size);
}

int32_t intercom_allocations_counted(void) { return 1; }

uint64_t intercom_allocations(void) { return atomic_load_explicit(&allocations, memory_order_relaxed); }

uint64_t intercom_thread_allocations(void) { return thread_allocations; }
#else
int32_t intercom_allocations_counted(void) { return 0; }

uint64_t intercom_allocations(void) { return 0; }

uint64_t intercom_thread_allocations(void) { return 0; }
#endif
