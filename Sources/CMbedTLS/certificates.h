// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Certificates as TLS reads and trusts them.
#pragma once
#include "internal.h"

struct cmbedtls_authorities {
  mbedtls_x509_crt chain;
};

/// Whether an extension's identifier is that of name constraints (RFC 5280 section 4.2.1.10).
int cmbedtls_is_name_constraints(const mbedtls_asn1_buf *oid);
/// Appends one certificate, which may have critical name constraints. The library, as the recipe builds it, reads the
/// far side's certificates with this.
int cmbedtls_read_certificate(mbedtls_x509_crt *chain, const unsigned char *der, size_t count);
/// Appends every certificate of a PEM text; unreadable ones are passed over or end it.
int cmbedtls_read_certificates(mbedtls_x509_crt *chain, const char *text, int passes_over);
/// A copy with a zero behind it, or NULL.
char *cmbedtls_copy_text(const uint8_t *bytes, int32_t count);
/// Whether a server's chain is to be believed: 0, or CMBEDTLS_TLS_WRONG_NAME ...
int32_t cmbedtls_trust(mbedtls_x509_crt *chain, const cmbedtls_tls_trust *trust, const char *host);
