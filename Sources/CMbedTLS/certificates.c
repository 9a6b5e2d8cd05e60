// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading certificates, those with critical name constraints included: the library knows nothing of that extension and
// refuses what it does not know, though RFC 5280 section 4.2.1.10 wants it critical. Here it passes, and trust.c looks
// at the names.
#include "certificates.h"
#include <mbedtls/asn1.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>
#include <stdlib.h>
#include <string.h>

int cmbedtls_digest_fits(int32_t hash, const uint8_t wanted[64], const mbedtls_x509_crt *certificate) {
  static const mbedtls_md_type_t types[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512};
  uint8_t digest[64] = {0};
  if (hash < CMBEDTLS_SHA256 || hash > CMBEDTLS_SHA512) return 0;
  const mbedtls_md_info_t *info = mbedtls_md_info_from_type(types[hash]);
  if (info == NULL || mbedtls_md(info, certificate->raw.p, certificate->raw.len, digest) != 0) return 0;
  return memcmp(digest, wanted, mbedtls_md_get_size(info)) == 0;
}

int cmbedtls_is_name_constraints(const mbedtls_asn1_buf *oid) {
  return oid->len == MBEDTLS_OID_SIZE(MBEDTLS_OID_NAME_CONSTRAINTS) &&
         memcmp(oid->p, MBEDTLS_OID_NAME_CONSTRAINTS, oid->len) == 0;
}

// Called for each extension that the library does not know.
static int on_extension(
    void *context, const mbedtls_x509_crt *certificate, const mbedtls_x509_buf *oid, int is_critical,
    const unsigned char *start, const unsigned char *end) {
  (void)context, (void)certificate, (void)start, (void)end;
  return !is_critical || cmbedtls_is_name_constraints(oid) ? 0 : MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

int cmbedtls_read_certificate(mbedtls_x509_crt *chain, const unsigned char *der, size_t count) {
  return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, count, 1, on_extension, NULL);
}

int cmbedtls_read_certificates(mbedtls_x509_crt *chain, const char *text, int passes_over) {
  int found = 0;
  for (;;) {
    mbedtls_pem_context pem;
    mbedtls_pem_init(&pem);
    size_t used = 0;
    int code = mbedtls_pem_read_buffer(
        &pem, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", (const unsigned char *)text, NULL, 0, &used);
    if (code == 0) {
      size_t count = 0;
      const unsigned char *der = mbedtls_pem_get_buffer(&pem, &count);
      code = cmbedtls_read_certificate(chain, der, count);
      if (code == 0) found++;
    } else if (code == MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT) {
      mbedtls_pem_free(&pem);
      return found > 0 ? 0 : code;
    }
    mbedtls_pem_free(&pem);
    // Nothing of a block without an end was used; the rest is not looked at.
    if (code != 0 && (!passes_over || used == 0)) return passes_over && found > 0 ? 0 : code;
    text += used;
  }
}

char *cmbedtls_copy_text(const uint8_t *bytes, int32_t count) {
  char *text = count >= 0 ? calloc(1, (size_t)count + 1) : NULL;
  if (text != NULL && count > 0) memcpy(text, bytes, (size_t)count);
  return text;
}

static int read_identity(cmbedtls_identity *identity, const char *certificates, const char *key, size_t key_size) {
  cmbedtls_chance chance;
  int code = cmbedtls_chance_init(&chance);
  if (code == 0) code = cmbedtls_read_certificates(&identity->certificate, certificates, 0);
  if (code == 0) {
    code = mbedtls_pk_parse_key(
        &identity->key, (const unsigned char *)key, key_size, NULL, 0, mbedtls_ctr_drbg_random, &chance.generator);
  }
  if (code == 0) {
    code = mbedtls_pk_check_pair(
        &identity->certificate.pk, &identity->key, mbedtls_ctr_drbg_random, &chance.generator);
  }
  cmbedtls_chance_free(&chance);
  return code;
}

cmbedtls_identity *cmbedtls_tls_identity_read(
    const uint8_t *certificates, int32_t count, const uint8_t *key, int32_t key_count, int32_t *code) {
  cmbedtls_identity *identity = calloc(1, sizeof *identity);
  char *chain_text = cmbedtls_copy_text(certificates, count), *key_text = cmbedtls_copy_text(key, key_count);
  *code = MBEDTLS_ERR_PK_ALLOC_FAILED;
  if (identity != NULL && chain_text != NULL && key_text != NULL) {
    mbedtls_pk_init(&identity->key);
    mbedtls_x509_crt_init(&identity->certificate);
    *code = read_identity(identity, chain_text, key_text, (size_t)key_count + 1);
    if (*code != 0) cmbedtls_identity_free(identity);
  } else {
    free(identity);
  }
  if (key_text != NULL) mbedtls_platform_zeroize(key_text, (size_t)key_count);
  if (chain_text != NULL) mbedtls_platform_zeroize(chain_text, (size_t)count);
  free(key_text);
  free(chain_text);
  return *code == 0 ? identity : NULL;
}

void cmbedtls_tls_identity_last_fingerprint(const cmbedtls_identity *identity, uint8_t out[32]) {
  const mbedtls_x509_crt *last = &identity->certificate;
  while (last->next != NULL) last = last->next;
  cmbedtls_sha256(last->raw.p, (int64_t)last->raw.len, out);
}

cmbedtls_authorities *cmbedtls_authorities_read(const uint8_t *bytes, int32_t count, int32_t *code) {
  cmbedtls_authorities *authorities = calloc(1, sizeof *authorities);
  char *text = cmbedtls_copy_text(bytes, count);
  *code = MBEDTLS_ERR_X509_ALLOC_FAILED;
  if (authorities != NULL && text != NULL) {
    cmbedtls_chance chance;
    mbedtls_x509_crt_init(&authorities->chain);
    *code = cmbedtls_chance_init(&chance);  // starts the library
    cmbedtls_chance_free(&chance);
    if (*code == 0) *code = cmbedtls_read_certificates(&authorities->chain, text, 1);
  }
  free(text);
  if (*code == 0) return authorities;
  if (authorities != NULL) cmbedtls_authorities_free(authorities);
  return NULL;
}

int32_t cmbedtls_authorities_count(const cmbedtls_authorities *authorities) {
  int32_t count = 0;
  for (const mbedtls_x509_crt *one = &authorities->chain; one != NULL; one = one->next) count++;
  return count;
}

void cmbedtls_authorities_free(cmbedtls_authorities *authorities) {
  mbedtls_x509_crt_free(&authorities->chain);
  free(authorities);
}
