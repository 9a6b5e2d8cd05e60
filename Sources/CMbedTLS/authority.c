// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Keys, and certificates that we sign ourselves (RFC 5280).
#include "internal.h"
#include "CMbedTLSCertificates.h"
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 64

struct cmbedtls_key {
  mbedtls_pk_context key;
};

static cmbedtls_key *allocate_key(int32_t *code) {
  cmbedtls_key *key = calloc(1, sizeof *key);
  if (key == NULL) {
    *code = MBEDTLS_ERR_PK_ALLOC_FAILED;
    return NULL;
  }
  mbedtls_pk_init(&key->key);
  return key;
}

static cmbedtls_key *finish_key(cmbedtls_key *key, cmbedtls_chance *chance, int32_t code) {
  cmbedtls_chance_free(chance);
  if (code == 0) return key;
  cmbedtls_key_free(key);
  return NULL;
}

cmbedtls_key *cmbedtls_key_make(int32_t *code) {
  cmbedtls_key *key = allocate_key(code);
  if (key == NULL) return NULL;
  cmbedtls_chance chance;
  *code = cmbedtls_chance_init(&chance);
  if (*code == 0) *code = mbedtls_pk_setup(&key->key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
  if (*code == 0) {
    *code = mbedtls_ecp_gen_key(
        MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key->key), mbedtls_ctr_drbg_random, &chance.generator);
  }
  return finish_key(key, &chance, *code);
}

cmbedtls_key *cmbedtls_key_read(const uint8_t *bytes, int32_t count, int32_t *code) {
  *code = MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
  if (count <= 0 || count > CMBEDTLS_CHAIN_BYTES_MAX) return NULL;
  cmbedtls_key *key = allocate_key(code);
  if (key == NULL) return NULL;
  // The PEM reader wants a zero behind the text and counts it.
  unsigned char *text = calloc(1, (size_t)count + 1);
  cmbedtls_chance chance;
  *code = cmbedtls_chance_init(&chance);
  if (text == NULL) *code = MBEDTLS_ERR_PK_ALLOC_FAILED;
  if (*code == 0) {
    memcpy(text, bytes, (size_t)count);
    *code = mbedtls_pk_parse_key(
        &key->key, text, (size_t)count + 1, NULL, 0, mbedtls_ctr_drbg_random, &chance.generator);
    mbedtls_platform_zeroize(text, (size_t)count);
  }
  free(text);
  return finish_key(key, &chance, *code);
}

int32_t cmbedtls_key_write(const cmbedtls_key *key, uint8_t *out, int32_t capacity) {
  int code = mbedtls_pk_write_key_pem(&key->key, out, (size_t)capacity);
  return code != 0 ? code : (int32_t)strlen((const char *)out);
}

void cmbedtls_key_free(cmbedtls_key *key) {
  mbedtls_pk_free(&key->key);
  free(key);
}

// ---- Writing ----

// A distinguished name with one common name, as the library reads it: whatever is no letter or digit is written in hexadecimal.
static void common_name(const char *text, char out[3 + NAME_BYTES_MAX * 3 + 1]) {
  static const char digits[] = "0123456789ABCDEF";
  char *end = out;
  memcpy(end, "CN=", 3);
  end += 3;
  for (int index = 0; index < NAME_BYTES_MAX && text[index] != 0; index++) {
    unsigned char byte = (unsigned char)text[index];
    int plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (plain) {
      *end++ = (char)byte;
    } else {
      *end++ = '\\';
      *end++ = digits[byte >> 4];
      *end++ = digits[byte & 15];
    }
  }
  *end = 0;
}

// What kind of certificate it is, and for which names.
static int set_extensions(mbedtls_x509write_cert *writer, const cmbedtls_certificate_settings *settings) {
  // SEQUENCE { serverAuth }: the library would mark it critical, which no public authority does.
  static const unsigned char server[] = {0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
  int authority = settings->is_authority;
  int code = mbedtls_x509write_crt_set_basic_constraints(writer, authority, authority ? 0 : -1);
  if (code == 0) {
    code = mbedtls_x509write_crt_set_key_usage(
        writer, authority ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN : MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
  }
  if (code == 0) code = mbedtls_x509write_crt_set_subject_key_identifier(writer);
  if (code == 0) code = mbedtls_x509write_crt_set_authority_key_identifier(writer);
  if (code == 0 && !authority) {
    code = mbedtls_x509write_crt_set_extension(
        writer, MBEDTLS_OID_EXTENDED_KEY_USAGE, MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0, server, sizeof server);
  }
  if (code != 0) return code;
  const char *kind = authority ? MBEDTLS_OID_NAME_CONSTRAINTS : MBEDTLS_OID_SUBJECT_ALT_NAME;
  return mbedtls_x509write_crt_set_extension(
      writer, kind, strlen(kind), authority, settings->names, (size_t)settings->names_count);
}

static int make(
    mbedtls_x509write_cert *writer, cmbedtls_chance *chance, const cmbedtls_certificate_settings *settings, uint8_t *out,
    size_t capacity) {
  char name[3 + NAME_BYTES_MAX * 3 + 1];
  unsigned char serial[16];
  int code = mbedtls_ctr_drbg_random(&chance->generator, serial, sizeof serial);
  if (code != 0) return code;
  serial[0] = (unsigned char)((serial[0] & 0x7F) | 0x40);  // positive and without a leading zero (RFC 5280 4.1.2.2)
  code = mbedtls_x509write_crt_set_serial_raw(writer, serial, sizeof serial);
  const char *subject = (const char *)settings->texts;
  const char *issuer = subject + strlen(subject) + 1;
  const char *not_before = issuer + strlen(issuer) + 1;
  const char *not_after = not_before + strlen(not_before) + 1;
  common_name(subject, name);
  if (code == 0) code = mbedtls_x509write_crt_set_subject_name(writer, name);
  common_name(issuer, name);
  if (code == 0) code = mbedtls_x509write_crt_set_issuer_name(writer, name);
  if (code == 0) code = mbedtls_x509write_crt_set_validity(writer, not_before, not_after);
  if (code == 0) code = set_extensions(writer, settings);
  if (code != 0) return code;
  // Written at the end of the buffer; answers its size.
  code = mbedtls_x509write_crt_der(writer, out, capacity, mbedtls_ctr_drbg_random, &chance->generator);
  if (code > 0) memmove(out, out + capacity - (size_t)code, (size_t)code);
  return code;
}

int32_t cmbedtls_certificate_make(
    const cmbedtls_certificate_settings *settings, const cmbedtls_key *key, const cmbedtls_key *issuer_key, uint8_t *out,
    int32_t capacity) {
  mbedtls_x509write_cert writer;
  mbedtls_x509write_crt_init(&writer);
  mbedtls_x509write_crt_set_version(&writer, MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(&writer, MBEDTLS_MD_SHA256);
  // The library takes keys without const and only reads them.
  mbedtls_x509write_crt_set_subject_key(&writer, (mbedtls_pk_context *)&key->key);
  mbedtls_x509write_crt_set_issuer_key(&writer, (mbedtls_pk_context *)&issuer_key->key);
  cmbedtls_chance chance;
  int code = cmbedtls_chance_init(&chance);
  if (code == 0) code = make(&writer, &chance, settings, out, (size_t)capacity);
  cmbedtls_chance_free(&chance);
  mbedtls_x509write_crt_free(&writer);
  return code;
}

int32_t cmbedtls_certificate_armour(const uint8_t *der, int32_t count, uint8_t *out, int32_t capacity) {
  size_t size = 0;
  int code = mbedtls_pem_write_buffer(
      "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", der, (size_t)count, out, (size_t)capacity, &size);
  return code != 0 ? code : (int32_t)size - 1;
}

int32_t cmbedtls_key_fits_public(const cmbedtls_key *key, const mbedtls_pk_context *public_key) {
  cmbedtls_chance chance;
  int code = cmbedtls_chance_init(&chance);
  if (code == 0) {
    code = mbedtls_pk_check_pair(public_key, &key->key, mbedtls_ctr_drbg_random, &chance.generator);
  }
  cmbedtls_chance_free(&chance);
  return code == 0;
}
