// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The page's files as bytes inside the program. They lie in `files` as they are served; nothing is built of them.
#pragma once
#include <stdint.h>

/// Which file.
typedef enum {
  CPAGE_HTML = 0,
  CPAGE_STYLE = 1,
  CPAGE_SCRIPT = 2,
  CPAGE_COUNT = 3,
} cpage_file;

/// The file's bytes, which are constant, and how many there are; NULL for a number that is none.
const uint8_t *cpage_bytes(int32_t file, int32_t *count);
