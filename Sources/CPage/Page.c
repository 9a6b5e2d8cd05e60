// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The bytes themselves, taken in by the compiler (C23 #embed).
#include "CPage.h"
#include <stddef.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t html[] = {
#embed "files/index.html"
};
static const uint8_t style[] = {
#embed "files/page.css"
};
static const uint8_t script[] = {
#embed "files/page.js"
};

static const struct {
  const uint8_t *bytes;
  int32_t count;
} files[CPAGE_COUNT] = {
    [CPAGE_HTML] = {html, sizeof html},
    [CPAGE_STYLE] = {style, sizeof style},
    [CPAGE_SCRIPT] = {script, sizeof script},
};

const uint8_t *cpage_bytes(int32_t file, int32_t *count) {
  if (file < 0 || file >= CPAGE_COUNT) {
    *count = 0;
    return NULL;
  }
  *count = files[file].count;
  return files[file].bytes;
}
