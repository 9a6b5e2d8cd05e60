// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The QR code encoder as the room Security needs it: bytes in, modules out. Names only fixed-width types.
#pragma once
#include <stdint.h>

/// Modules a side of the largest code made: version 14, which holds 362 bytes with error correction of level M.
#define CQR_SIZE_MAX 73
/// Bytes that the largest code holds.
#define CQR_BYTES_MAX 362

/// Makes the smallest code (ISO/IEC 18004, byte mode, level M, or better where that costs no size) for `bytes` and writes its modules
/// to `out`, row by row, 1 for dark; answers the modules a side, or 0 when the bytes are too many or the capacity too small.
int32_t cqr_encode(const uint8_t *bytes, int32_t count, uint8_t *out, int32_t capacity);
