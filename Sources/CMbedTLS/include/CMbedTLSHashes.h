// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Hashes and signatures of mbedTLS that rooms need by themselves. Any thread may call them.
#pragma once
#include <stdint.h>

/// SHA-256 of the bytes.
void cmbedtls_sha256(const uint8_t *bytes, int64_t count, uint8_t out[32]);
/// HMAC-SHA-256 of the message.
void cmbedtls_hmac_sha256(
    const uint8_t *key, int64_t key_count, const uint8_t *message, int64_t count, uint8_t out[32]);
/// 1 when `signature` (r and s) is one over P-256 and SHA-256 of the message by the point `key` (0x04, x, y), else 0.
int32_t cmbedtls_verifies_es256(
    const uint8_t key[65], const uint8_t *message, int64_t count, const uint8_t signature[64]);
