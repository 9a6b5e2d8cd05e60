// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Start of the library and its randomness. The kernel is asked here and not by the caller: the library reseeds by
// itself, and a key is worth nothing when its generator can be replayed. Tests in virtual time therefore see other
// keys in every run.
#include "internal.h"
#include <mbedtls/platform_util.h>
#include <mbedtls/version.h>
#include <psa/crypto.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t started = PTHREAD_ONCE_INIT;
static int start_code;

static void start(void) { start_code = (int)psa_crypto_init(); }

int cmbedtls_chance_init(cmbedtls_chance *chance) {
  mbedtls_entropy_init(&chance->entropy);
  mbedtls_ctr_drbg_init(&chance->generator);
  pthread_once(&started, start);
  if (start_code != 0) return start_code;
  return mbedtls_ctr_drbg_seed(&chance->generator, mbedtls_entropy_func, &chance->entropy, NULL, 0);
}

void cmbedtls_chance_free(cmbedtls_chance *chance) {
  mbedtls_ctr_drbg_free(&chance->generator);
  mbedtls_entropy_free(&chance->entropy);
}

int32_t cmbedtls_version(uint8_t *out, int32_t capacity) {
  char text[16] = {0};
  mbedtls_version_get_string(text);
  int32_t count = (int32_t)strlen(text);
  if (count > capacity) count = capacity;
  memcpy(out, text, (size_t)count);
  return count;
}

void cmbedtls_forget(uint8_t *bytes, int32_t count) { mbedtls_platform_zeroize(bytes, (size_t)count); }
