// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading certificates back, our authority's included: its critical name constraints are an extension that the library does not know,
// so it refuses the certificate unless somebody else answers for them.
#include "internal.h"
#include "CMbedTLSCertificates.h"
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATES_MAX 8

struct cmbedtls_chain {
  mbedtls_x509_crt first;
  int32_t count;
  /// The first certificate's nameConstraints, inside of it; NULL when there are none.
  const unsigned char *constraints;
  int32_t constraints_count;
};

int32_t cmbedtls_key_fits_public(const cmbedtls_key *key, const mbedtls_pk_context *public_key);

static int on_extension(
    void *context, const mbedtls_x509_crt *certificate, const mbedtls_x509_buf *kind, int critical, const unsigned char *begin,
    const unsigned char *end) {
  cmbedtls_chain *chain = context;
  if (MBEDTLS_OID_CMP(MBEDTLS_OID_NAME_CONSTRAINTS, kind) != 0) return critical ? MBEDTLS_ERR_X509_INVALID_EXTENSIONS : 0;
  if (certificate == &chain->first) {
    chain->constraints = begin;
    chain->constraints_count = (int32_t)(end - begin);
  }
  return 0;
}

// Reads one certificate after the other; the text ends with a zero.
static int read_all(cmbedtls_chain *chain, const unsigned char *text) {
  static const char head[] = "-----BEGIN CERTIFICATE-----", foot[] = "-----END CERTIFICATE-----";
  while ((text = (const unsigned char *)strstr((const char *)text, head)) != NULL) {
    if (chain->count == CERTIFICATES_MAX) return MBEDTLS_ERR_X509_INVALID_FORMAT;
    mbedtls_pem_context pem;
    size_t used = 0;
    mbedtls_pem_init(&pem);
    int code = mbedtls_pem_read_buffer(&pem, head, foot, text, NULL, 0, &used);
    if (code == 0) {
      size_t size = 0;
      const unsigned char *der = mbedtls_pem_get_buffer(&pem, &size);
      code = mbedtls_x509_crt_parse_der_with_ext_cb(&chain->first, der, size, 1, on_extension, chain);
    }
    mbedtls_pem_free(&pem);
    if (code != 0) return code;
    chain->count++;
    text += used;
  }
  return chain->count > 0 ? 0 : MBEDTLS_ERR_X509_INVALID_FORMAT;
}

cmbedtls_chain *cmbedtls_chain_read(const uint8_t *bytes, int32_t count, int32_t *code) {
  *code = MBEDTLS_ERR_X509_INVALID_FORMAT;
  if (count <= 0 || count > CMBEDTLS_CHAIN_BYTES_MAX) return NULL;
  cmbedtls_chain *chain = calloc(1, sizeof *chain);
  unsigned char *text = calloc(1, (size_t)count + 1);
  cmbedtls_chance chance;
  // Nothing random is needed, but the library must have been started.
  *code = cmbedtls_chance_init(&chance);
  cmbedtls_chance_free(&chance);
  if (chain == NULL || text == NULL) *code = MBEDTLS_ERR_X509_ALLOC_FAILED;
  if (chain != NULL) mbedtls_x509_crt_init(&chain->first);
  if (*code == 0) {
    memcpy(text, bytes, (size_t)count);
    *code = read_all(chain, text);
  }
  free(text);
  if (*code == 0) return chain;
  if (chain != NULL) cmbedtls_chain_free(chain);
  return NULL;
}

static int32_t copy(const unsigned char *bytes, size_t count, uint8_t *out, int32_t capacity) {
  if (count > (size_t)capacity) return 0;
  memcpy(out, bytes, count);
  return (int32_t)count;
}

int32_t cmbedtls_chain_count(const cmbedtls_chain *chain) { return chain->count; }

int32_t cmbedtls_chain_der(const cmbedtls_chain *chain, int32_t index, uint8_t *out, int32_t capacity) {
  const mbedtls_x509_crt *certificate = &chain->first;
  while (index-- > 0 && certificate != NULL) certificate = certificate->next;
  return certificate == NULL ? 0 : copy(certificate->raw.p, certificate->raw.len, out, capacity);
}

static void date(const mbedtls_x509_time *time, int32_t out[6]) {
  out[0] = time->year;
  out[1] = time->mon;
  out[2] = time->day;
  out[3] = time->hour;
  out[4] = time->min;
  out[5] = time->sec;
}

void cmbedtls_chain_dates(const cmbedtls_chain *chain, int32_t not_before[6], int32_t not_after[6]) {
  date(&chain->first.valid_from, not_before);
  date(&chain->first.valid_to, not_after);
}

int32_t cmbedtls_chain_common_name(const cmbedtls_chain *chain, uint8_t *out, int32_t capacity) {
  for (const mbedtls_x509_name *name = &chain->first.subject; name != NULL; name = name->next) {
    if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) == 0) return copy(name->val.p, name->val.len, out, capacity);
  }
  return 0;
}

int32_t cmbedtls_chain_name(const cmbedtls_chain *chain, int32_t index, int32_t *kind, uint8_t *out, int32_t capacity) {
  const mbedtls_x509_sequence *name = &chain->first.subject_alt_names;
  if (name->buf.p == NULL) return -1;
  while (index-- > 0 && name != NULL) name = name->next;
  if (name == NULL) return -1;
  *kind = (int32_t)name->buf.tag & 0x1F;
  return copy(name->buf.p, name->buf.len, out, capacity);
}

int32_t cmbedtls_chain_constraints(const cmbedtls_chain *chain, uint8_t *out, int32_t capacity) {
  return chain->constraints == NULL ? 0 : copy(chain->constraints, (size_t)chain->constraints_count, out, capacity);
}

int32_t cmbedtls_chain_is_authority(const cmbedtls_chain *chain) { return mbedtls_x509_crt_get_ca_istrue(&chain->first) == 1; }

int32_t cmbedtls_chain_fits(const cmbedtls_chain *chain, const cmbedtls_key *key) {
  return cmbedtls_key_fits_public(key, &chain->first.pk);
}

int32_t cmbedtls_chain_is_signed_by(const cmbedtls_chain *chain, const cmbedtls_chain *authority) {
  uint32_t flags = 0;
  // The library takes both without const and only reads them.
  int code = mbedtls_x509_crt_verify(
      (mbedtls_x509_crt *)&chain->first, (mbedtls_x509_crt *)&authority->first, NULL, NULL, &flags, NULL, NULL);
  if (code != 0 && code != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) return 0;
  return (flags & ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE)) == 0;
}

void cmbedtls_chain_fingerprint(const cmbedtls_chain *chain, uint8_t out[32]) {
  memset(out, 0, 32);
  mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), chain->first.raw.p, chain->first.raw.len, out);
}

void cmbedtls_chain_free(cmbedtls_chain *chain) {
  mbedtls_x509_crt_free(&chain->first);
  free(chain);
}
