// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the files of this shim share.
#pragma once
#include "CMbedTLS.h"
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

/// A generator of its own for each object that needs one: no state is shared between threads.
typedef struct {
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context generator;
} cmbedtls_chance;

struct cmbedtls_identity {
  mbedtls_pk_context key;
  mbedtls_x509_crt certificate;
};

/// Starts the library once in a process, and seeds `chance` from the kernel; 0 or a library code. Free it in any case.
int cmbedtls_chance_init(cmbedtls_chance *chance);
void cmbedtls_chance_free(cmbedtls_chance *chance);
/// Whether a certificate has the digest, of the hash CMBEDTLS_SHA256 ...
int cmbedtls_digest_fits(int32_t hash, const uint8_t digest[64], const mbedtls_x509_crt *certificate);
