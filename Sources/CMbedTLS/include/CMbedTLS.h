// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// mbedTLS as the room Security needs it: an identity, and a DTLS 1.2 handshake without socket and without clock. Names
// only fixed-width types and opaque pointers, so that Swift never sees a header of the library.
//
// Functions that can fail answer a negative library code. Nothing here is shared between two objects but an identity's
// key and certificate, which are only read once made: two threads may each work on channels of their own.
#pragma once
#include "CMbedTLSHashes.h"
#include "CMbedTLSTLS.h"
#include <stdint.h>

/// A private key and its self-signed certificate.
typedef struct cmbedtls_identity cmbedtls_identity;
/// One DTLS association.
typedef struct cmbedtls_channel cmbedtls_channel;

/// Writes the library's version as text; answers how many bytes it has.
int32_t cmbedtls_version(uint8_t *out, int32_t capacity);
/// Overwrites a secret in a way that no optimiser removes.
void cmbedtls_forget(uint8_t *bytes, int32_t count);

// ---- Identity ----

/// Makes an ECDSA P-256 key and a certificate for it with a random name; NULL and `*code` on failure.
cmbedtls_identity *cmbedtls_identity_make(int32_t *code);
/// Reads what `cmbedtls_identity_write` wrote; the key must fit the certificate. NULL and `*code` on failure.
cmbedtls_identity *cmbedtls_identity_read(const uint8_t *bytes, int32_t count, int32_t *code);
/// Writes key and certificate as PEM text; answers how many bytes it has. Too small a buffer is a failure.
int32_t cmbedtls_identity_write(const cmbedtls_identity *identity, uint8_t *out, int32_t capacity);
/// The SHA-256 digest of the certificate.
void cmbedtls_identity_fingerprint(const cmbedtls_identity *identity, uint8_t out[32]);
void cmbedtls_identity_free(cmbedtls_identity *identity);

/// More bytes than `cmbedtls_identity_write` ever needs, for an RSA key of 4,096 bits.
#define CMBEDTLS_IDENTITY_BYTES_MAX 8192

// ---- Channel ----

/// What `cmbedtls_channel_step` came to; negative answers are library codes, and final.
#define CMBEDTLS_WAITING 0
/// Now: the far certificate has the wanted digest, a profile is agreed, both Finished messages are checked.
#define CMBEDTLS_ESTABLISHED 1
/// The far side sent close_notify. Final.
#define CMBEDTLS_CLOSED_BY_PEER 2
/// The far side has no certificate, or another one. Final.
#define CMBEDTLS_WRONG_CERTIFICATE 3
/// No SRTP profile in common. Final.
#define CMBEDTLS_NO_PROFILE 4
/// The library gave up retransmitting. Final.
#define CMBEDTLS_TIMEOUT 5

/// The hash of a wanted digest.
#define CMBEDTLS_SHA256 0
#define CMBEDTLS_SHA384 1
#define CMBEDTLS_SHA512 2

/// What a channel is made from. Times are in milliseconds.
typedef struct {
  int32_t is_server;
  /// Largest datagram sent, at most CMBEDTLS_DATAGRAM_BYTES_MAX.
  int32_t datagram_bytes_max;
  /// First retransmission after this, then doubling ...
  uint32_t retransmission_first;
  /// ... but never longer than this.
  uint32_t retransmission_max;
  /// CMBEDTLS_SHA256 ...
  int32_t hash;
  /// The wanted digest of the far certificate; as many bytes as the hash gives are used.
  uint8_t digest[64];
} cmbedtls_channel_settings;

#define CMBEDTLS_DATAGRAM_BYTES_MAX 1280

/// A channel that has not begun; the identity must outlive it. NULL and `*code` on failure.
cmbedtls_channel *cmbedtls_channel_make(
    const cmbedtls_identity *identity, const cmbedtls_channel_settings *settings, int32_t *code);
/// Hands over one received datagram, valid until the steps that follow have answered CMBEDTLS_WAITING.
void cmbedtls_channel_put(cmbedtls_channel *channel, const uint8_t *bytes, int32_t count);
/// Goes as far as it can at `now` (nanoseconds); call until it answers CMBEDTLS_WAITING or something final.
int32_t cmbedtls_channel_step(cmbedtls_channel *channel, int64_t now);
/// When to step again though nothing was received, in nanoseconds; −1 for never.
int64_t cmbedtls_channel_deadline(const cmbedtls_channel *channel);
/// Copies out the next datagram to be sent and answers its size; 0 when there is none.
int32_t cmbedtls_channel_take(cmbedtls_channel *channel, uint8_t *out, int32_t capacity);
/// The 60 bytes of RFC 5764 section 4.2: client key, server key, client salt, server salt. Once, when established.
int32_t cmbedtls_channel_export(cmbedtls_channel *channel, uint8_t out[60]);
/// Queues a close_notify when established, and frees all but the queue: only `take` and `free` may follow.
void cmbedtls_channel_finish(cmbedtls_channel *channel);
/// Datagrams that found the queue full, and received ones that were ignored because they made no sense.
uint32_t cmbedtls_channel_dropped(const cmbedtls_channel *channel);
void cmbedtls_channel_free(cmbedtls_channel *channel);
