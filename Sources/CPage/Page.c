// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The bytes themselves, taken in by the compiler (C23 #embed). The scripts make up one module: they share its scope, later
// ones use earlier ones, and a browser needs one request for all of them, where each connection costs a small board a
// TLS handshake.
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
#embed "files/script/words.js" suffix(,)
#embed "files/script/elements.js" suffix(,)
#embed "files/script/api.js" suffix(,)
#embed "files/script/events.js" suffix(,)
#embed "files/script/sound.js" suffix(,)
#embed "files/script/attention.js" suffix(,)
#embed "files/script/session.js" suffix(,)
#embed "files/script/call.js" suffix(,)
#embed "files/script/talk.js" suffix(,)
#embed "files/script/view.js" suffix(,)
#embed "files/script/pairing.js" suffix(,)
#embed "files/script/page.js"
};
static const uint8_t icon[] = {
#embed "files/icon.svg"
};
static const uint8_t manifest[] = {
#embed "files/manifest.webmanifest"
};
static const uint8_t touch_icon[] = {
#embed "files/apple-touch-icon.png"
};

static const struct {
  const uint8_t *bytes;
  int32_t count;
} files[CPAGE_COUNT] = {
    [CPAGE_HTML] = {html, sizeof html},
    [CPAGE_STYLE] = {style, sizeof style},
    [CPAGE_SCRIPT] = {script, sizeof script},
    [CPAGE_ICON] = {icon, sizeof icon},
    [CPAGE_MANIFEST] = {manifest, sizeof manifest},
    [CPAGE_TOUCH_ICON] = {touch_icon, sizeof touch_icon},
};

const uint8_t *cpage_bytes(int32_t file, int32_t *count) {
  if (file < 0 || file >= CPAGE_COUNT) {
    *count = 0;
    return NULL;
  }
  *count = files[file].count;
  return files[file].bytes;
}
