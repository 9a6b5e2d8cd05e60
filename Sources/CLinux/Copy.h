// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Texts go to Swift as bytes in the caller's memory.
#pragma once
#include <stdint.h>

/// Copies at most `capacity` bytes of `source` (NULL: none), without its zero; answers how many.
int32_t clinux_copy(const char *source, uint8_t *text, int32_t capacity);
