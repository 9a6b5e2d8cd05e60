// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// SHA-256 (FIPS 180-4), HMAC with it (RFC 2104), and the check of an ES256 signature (RFC 7518 section 3.4). Nothing is
// kept between two calls, so that any thread may ask.
#include "internal.h"
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/sha256.h>
#include <string.h>

void cmbedtls_sha256(const uint8_t *bytes, int64_t count, uint8_t out[32]) {
  memset(out, 0, 32);
  // Fails for want of a hardware engine only, and there is none.
  mbedtls_sha256(bytes, (size_t)count, out, 0);
}

void cmbedtls_hmac_sha256(
    const uint8_t *key, int64_t key_count, const uint8_t *message, int64_t count, uint8_t out[32]) {
  memset(out, 0, 32);
  mbedtls_md_hmac(
      mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key, (size_t)key_count, message, (size_t)count, out);
}

int32_t cmbedtls_verifies_es256(
    const uint8_t key[65], const uint8_t *message, int64_t count, const uint8_t signature[64]) {
  uint8_t digest[32];
  mbedtls_ecp_group group;
  mbedtls_ecp_point point;
  mbedtls_mpi r, s;
  mbedtls_ecp_group_init(&group);
  mbedtls_ecp_point_init(&point);
  mbedtls_mpi_init(&r);
  mbedtls_mpi_init(&s);
  cmbedtls_sha256(message, count, digest);
  int code = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
  if (code == 0) code = mbedtls_ecp_point_read_binary(&group, &point, key, 65);
  if (code == 0) code = mbedtls_ecp_check_pubkey(&group, &point);
  if (code == 0) code = mbedtls_mpi_read_binary(&r, signature, 32);
  if (code == 0) code = mbedtls_mpi_read_binary(&s, signature + 32, 32);
  // Refuses r and s outside 1 ... n - 1 itself.
  if (code == 0) code = mbedtls_ecdsa_verify(&group, digest, sizeof digest, &point, &r, &s);
  mbedtls_mpi_free(&s);
  mbedtls_mpi_free(&r);
  mbedtls_ecp_point_free(&point);
  mbedtls_ecp_group_free(&group);
  return code == 0 ? 1 : 0;
}
