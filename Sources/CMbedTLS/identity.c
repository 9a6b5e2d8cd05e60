// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A key and its self-signed certificate (RFC 8827 section 6.5: ECDSA on P-256, a name that says nothing).
#include "internal.h"
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>
#include <stdlib.h>
#include <string.h>

// Far from both sides of any clock: a board may believe that it is 1970 or 2040, and nobody looks but the library.
#define NOT_BEFORE "20000101000000"
#define NOT_AFTER "20491231235959"

static cmbedtls_identity *allocate(void) {
  cmbedtls_identity *identity = calloc(1, sizeof *identity);
  if (identity == NULL) return NULL;
  mbedtls_pk_init(&identity->key);
  mbedtls_x509_crt_init(&identity->certificate);
  return identity;
}

static int make_key(mbedtls_pk_context *key, cmbedtls_chance *chance) {
  int code = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
  if (code != 0) return code;
  return mbedtls_ecp_gen_key(
      MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key), mbedtls_ctr_drbg_random, &chance->generator);
}

static int make_certificate(cmbedtls_identity *identity, cmbedtls_chance *chance) {
  static const char digits[] = "0123456789abcdef";
  unsigned char random[24], serial[16], der[1024];
  char name[] = "CN=0123456789abcdef";
  int code = mbedtls_ctr_drbg_random(&chance->generator, random, sizeof random);
  if (code != 0) return code;
  for (int index = 0; index < 8; index++) {
    name[3 + index * 2] = digits[random[index] >> 4];
    name[4 + index * 2] = digits[random[index] & 15];
  }
  memcpy(serial, random + 8, sizeof serial);
  serial[0] = (unsigned char)((serial[0] & 0x7F) | 0x40);  // positive and without a leading zero (RFC 5280 4.1.2.2)

  mbedtls_x509write_cert writer;
  mbedtls_x509write_crt_init(&writer);
  mbedtls_x509write_crt_set_version(&writer, MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(&writer, MBEDTLS_MD_SHA256);
  mbedtls_x509write_crt_set_subject_key(&writer, &identity->key);
  mbedtls_x509write_crt_set_issuer_key(&writer, &identity->key);
  code = mbedtls_x509write_crt_set_serial_raw(&writer, serial, sizeof serial);
  if (code == 0) code = mbedtls_x509write_crt_set_subject_name(&writer, name);
  if (code == 0) code = mbedtls_x509write_crt_set_issuer_name(&writer, name);
  if (code == 0) code = mbedtls_x509write_crt_set_validity(&writer, NOT_BEFORE, NOT_AFTER);
  if (code == 0) {
    // Written at the end of the buffer; answers its size.
    code = mbedtls_x509write_crt_der(&writer, der, sizeof der, mbedtls_ctr_drbg_random, &chance->generator);
  }
  mbedtls_x509write_crt_free(&writer);
  if (code < 0) return code;
  return mbedtls_x509_crt_parse_der(&identity->certificate, der + sizeof der - code, (size_t)code);
}

cmbedtls_identity *cmbedtls_identity_make(int32_t *code) {
  cmbedtls_identity *identity = allocate();
  if (identity == NULL) {
    *code = MBEDTLS_ERR_PK_ALLOC_FAILED;
    return NULL;
  }
  cmbedtls_chance chance;
  *code = cmbedtls_chance_init(&chance);
  if (*code == 0) *code = make_key(&identity->key, &chance);
  if (*code == 0) *code = make_certificate(identity, &chance);
  cmbedtls_chance_free(&chance);
  if (*code == 0) return identity;
  cmbedtls_identity_free(identity);
  return NULL;
}

static int read_into(cmbedtls_identity *identity, const unsigned char *text, size_t size, cmbedtls_chance *chance) {
  int code =
      mbedtls_pk_parse_key(&identity->key, text, size, NULL, 0, mbedtls_ctr_drbg_random, &chance->generator);
  if (code != 0) return code;
  code = mbedtls_x509_crt_parse(&identity->certificate, text, size);
  // A positive answer counts certificates that could not be read; one is all there may be.
  if (code > 0) code = MBEDTLS_ERR_X509_INVALID_FORMAT;
  if (code == 0 && identity->certificate.next != NULL) code = MBEDTLS_ERR_X509_INVALID_FORMAT;
  if (code != 0) return code;
  return mbedtls_pk_check_pair(
      &identity->certificate.pk, &identity->key, mbedtls_ctr_drbg_random, &chance->generator);
}

cmbedtls_identity *cmbedtls_identity_read(const uint8_t *bytes, int32_t count, int32_t *code) {
  if (count <= 0 || count > CMBEDTLS_IDENTITY_BYTES_MAX) {
    *code = MBEDTLS_ERR_X509_INVALID_FORMAT;
    return NULL;
  }
  cmbedtls_identity *identity = allocate();
  // The PEM reader wants a zero behind the text and counts it.
  unsigned char *text = calloc(1, (size_t)count + 1);
  if (identity == NULL || text == NULL) {
    free(text);
    if (identity != NULL) cmbedtls_identity_free(identity);
    *code = MBEDTLS_ERR_PK_ALLOC_FAILED;
    return NULL;
  }
  memcpy(text, bytes, (size_t)count);
  cmbedtls_chance chance;
  *code = cmbedtls_chance_init(&chance);
  if (*code == 0) *code = read_into(identity, text, (size_t)count + 1, &chance);
  cmbedtls_chance_free(&chance);
  mbedtls_platform_zeroize(text, (size_t)count);
  free(text);
  if (*code == 0) return identity;
  cmbedtls_identity_free(identity);
  return NULL;
}

int32_t cmbedtls_identity_write(const cmbedtls_identity *identity, uint8_t *out, int32_t capacity) {
  int code = mbedtls_pk_write_key_pem(&identity->key, out, (size_t)capacity);
  if (code != 0) return code;
  int32_t used = (int32_t)strlen((const char *)out);
  size_t size = 0;
  // The library writes PEM certificates only while it makes them; the same armour by hand.
  code = mbedtls_pem_write_buffer(
      "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", identity->certificate.raw.p,
      identity->certificate.raw.len, out + used, (size_t)(capacity - used), &size);
  if (code != 0) return code;
  return used + (int32_t)size - 1;
}

void cmbedtls_identity_fingerprint(const cmbedtls_identity *identity, uint8_t out[32]) {
  memset(out, 0, 32);
  mbedtls_md(
      mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), identity->certificate.raw.p, identity->certificate.raw.len, out);
}

void cmbedtls_identity_free(cmbedtls_identity *identity) {
  mbedtls_pk_free(&identity->key);
  mbedtls_x509_crt_free(&identity->certificate);
  free(identity);
}
