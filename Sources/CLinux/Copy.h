// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Texts go to Swift as bytes in the caller's memory; the answer is how many were written.
#pragma once
#include <stdint.h>
#include <string.h>

static inline int32_t clinux_copy(const char *source, uint8_t *text, int32_t capacity) {
    if (source == NULL || capacity <= 0) return 0;
    size_t length = strnlen(source, (size_t)capacity);
    memcpy(text, source, length);
    return (int32_t)length;
}
