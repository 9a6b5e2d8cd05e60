// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Certificates as the room Security needs them: keys, writing certificates signed by ourselves, reading them back.
//
// Functions that can fail answer a negative library code. Objects are immutable once made; nothing is shared.
#pragma once
#include <stdint.h>

/// More bytes than a certificate of ours ever has, as DER.
#define CMBEDTLS_CERTIFICATE_BYTES_MAX 4096
/// More bytes than a chain with its key ever has, as PEM.
#define CMBEDTLS_CHAIN_BYTES_MAX 16384

// ---- Keys ----

/// A private key.
typedef struct cmbedtls_key cmbedtls_key;

/// Makes an ECDSA P-256 key; NULL and `*code` on failure.
cmbedtls_key *cmbedtls_key_make(int32_t *code);
/// Reads the first private key of a PEM text, RSA included; NULL and `*code` on failure.
cmbedtls_key *cmbedtls_key_read(const uint8_t *bytes, int32_t count, int32_t *code);
/// Writes the key as PEM text; answers how many bytes it has.
int32_t cmbedtls_key_write(const cmbedtls_key *key, uint8_t *out, int32_t capacity);
void cmbedtls_key_free(cmbedtls_key *key);

// ---- Writing ----

/// What a certificate is made from.
typedef struct {
  /// 1: an authority (basicConstraints CA with path length 0, names: nameConstraints, critical); 0: a server's (extendedKeyUsage
  /// serverAuth, names: subjectAltName).
  int32_t is_authority;
  /// Four texts, one behind the other, each ended by a zero: the subject's common name and the issuer's (UTF-8, at most 64 bytes, the
  /// same for an authority), the first moment and the last (YYYYMMDDhhmmss, UTC).
  const uint8_t *texts;
  /// The extension's value, DER.
  const uint8_t *names;
  int32_t names_count;
} cmbedtls_certificate_settings;

/// Makes a certificate for `key` with a random serial number, signed with `issuer_key`; writes it to `out` as DER and answers its size.
int32_t cmbedtls_certificate_make(
    const cmbedtls_certificate_settings *settings, const cmbedtls_key *key, const cmbedtls_key *issuer_key, uint8_t *out,
    int32_t capacity);
/// Writes DER as PEM text; answers how many bytes it has.
int32_t cmbedtls_certificate_armour(const uint8_t *der, int32_t count, uint8_t *out, int32_t capacity);

// ---- Reading ----

/// A chain of certificates.
typedef struct cmbedtls_chain cmbedtls_chain;

/// Reads every certificate of a PEM text, in order; critical name constraints are taken note of, and it is for the caller to hold names
/// against them. NULL and `*code` on failure.
cmbedtls_chain *cmbedtls_chain_read(const uint8_t *bytes, int32_t count, int32_t *code);
/// How many certificates there are, 1 or more.
int32_t cmbedtls_chain_count(const cmbedtls_chain *chain);
/// Writes certificate `index` as DER; answers its size, 0 when there is none.
int32_t cmbedtls_chain_der(const cmbedtls_chain *chain, int32_t index, uint8_t *out, int32_t capacity);
/// The first certificate's dates: year, month, day, hour, minute, second.
void cmbedtls_chain_dates(const cmbedtls_chain *chain, int32_t not_before[6], int32_t not_after[6]);
/// Writes the first certificate's subject common name; answers its size, 0 when there is none.
int32_t cmbedtls_chain_common_name(const cmbedtls_chain *chain, uint8_t *out, int32_t capacity);
/// Writes name `index` of the first certificate's subjectAltName: *kind 2 is a DNS name, 7 an address (RFC 5280 section 4.2.1.6).
/// Answers its size, −1 behind the last.
int32_t cmbedtls_chain_name(const cmbedtls_chain *chain, int32_t index, int32_t *kind, uint8_t *out, int32_t capacity);
/// Writes the value of the first certificate's nameConstraints, DER; answers its size, 0 when there are none.
int32_t cmbedtls_chain_constraints(const cmbedtls_chain *chain, uint8_t *out, int32_t capacity);
/// Whether the first certificate is an authority's.
int32_t cmbedtls_chain_is_authority(const cmbedtls_chain *chain);
/// Whether `key` is the private key of the first certificate.
int32_t cmbedtls_chain_fits(const cmbedtls_chain *chain, const cmbedtls_key *key);
/// Whether the first certificate is signed by the first one of `authority`, whatever the date.
int32_t cmbedtls_chain_is_signed_by(const cmbedtls_chain *chain, const cmbedtls_chain *authority);
/// The SHA-256 digest of the first certificate.
void cmbedtls_chain_fingerprint(const cmbedtls_chain *chain, uint8_t out[32]);
void cmbedtls_chain_free(cmbedtls_chain *chain);
