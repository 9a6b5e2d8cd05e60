// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The page's files as bytes inside the program. They lie in `files` as they are served; nothing is built of them.
#pragma once
#include <stdint.h>

/// Which file. Their paths are /, /page.css, /page.js, /icon.svg, /manifest.webmanifest and
/// /apple-touch-icon.png.
typedef enum {
  CPAGE_HTML = 0,
  CPAGE_STYLE = 1,
  /// A JavaScript module (text/javascript): the files of `files/script`, one after the other.
  CPAGE_SCRIPT = 2,
  /// image/svg+xml
  CPAGE_ICON = 3,
  /// application/manifest+json
  CPAGE_MANIFEST = 4,
  /// image/png, drawn from the icon by Tests/Browser/touch-icon
  CPAGE_TOUCH_ICON = 5,
  CPAGE_COUNT = 6,
} cpage_file;

/// The file's bytes, which are constant, and how many there are; NULL for a number that is none.
const uint8_t *cpage_bytes(int32_t file, int32_t *count);
