// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
#include "CQR.h"

#include <qrcodegen.h>
#include <string.h>

#define VERSION_MAX 14

_Static_assert(VERSION_MAX * 4 + 17 == CQR_SIZE_MAX, "a version has four modules more a side than the one before");

int32_t cqr_encode(const uint8_t *bytes, int32_t count, uint8_t *out, int32_t capacity) {
  uint8_t data[qrcodegen_BUFFER_LEN_FOR_VERSION(VERSION_MAX)], code[qrcodegen_BUFFER_LEN_FOR_VERSION(VERSION_MAX)];
  if (count < 1 || count > CQR_BYTES_MAX) return 0;
  memcpy(data, bytes, (size_t)count);
  if (!qrcodegen_encodeBinary(
          data, (size_t)count, code, qrcodegen_Ecc_MEDIUM, qrcodegen_VERSION_MIN, VERSION_MAX, qrcodegen_Mask_AUTO, true)) {
    return 0;
  }
  int32_t size = qrcodegen_getSize(code);
  if (size * size > capacity) return 0;
  for (int32_t row = 0; row < size; row++) {
    for (int32_t column = 0; column < size; column++) {
      out[row * size + column] = qrcodegen_getModule(code, column, row) ? 1 : 0;
    }
  }
  return size;
}
