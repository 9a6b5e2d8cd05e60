// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TLS 1.2 and 1.3 without a socket: who a server is, whom a client believes, and one end of a connection.
#pragma once
#include <stdint.h>

struct cmbedtls_identity;
/// Certificates of authorities.
typedef struct cmbedtls_authorities cmbedtls_authorities;
/// One end of a TLS connection.
typedef struct cmbedtls_tls cmbedtls_tls;

/// Reads a chain and the key of its first certificate, both PEM; the key must fit. NULL and `*code` on failure. Freed by
/// `cmbedtls_identity_free`.
struct cmbedtls_identity *cmbedtls_tls_identity_read(
    const uint8_t *certificates, int32_t count, const uint8_t *key, int32_t key_count, int32_t *code);
/// The SHA-256 digest of the last certificate of the chain.
void cmbedtls_tls_identity_last_fingerprint(const struct cmbedtls_identity *identity, uint8_t out[32]);

/// Reads every certificate of a PEM text; unreadable ones are passed over. NULL and `*code` when none is left.
cmbedtls_authorities *cmbedtls_authorities_read(const uint8_t *bytes, int32_t count, int32_t *code);
int32_t cmbedtls_authorities_count(const cmbedtls_authorities *authorities);
void cmbedtls_authorities_free(cmbedtls_authorities *authorities);

// What a step or a read came to. Negative answers are library codes, and final.
#define CMBEDTLS_TLS_WAITING 0
/// The handshake is done, and as client the certificate was found good.
#define CMBEDTLS_TLS_ESTABLISHED 1
/// The far side sent close_notify.
#define CMBEDTLS_TLS_CLOSED_BY_PEER 2
// What follows is final.
#define CMBEDTLS_TLS_NOT_TLS 3
/// The far side sent a fatal alert: `cmbedtls_tls_alert`.
#define CMBEDTLS_TLS_REFUSED 4
#define CMBEDTLS_TLS_NOTHING_IN_COMMON 5
#define CMBEDTLS_TLS_TRUNCATED 6
#define CMBEDTLS_TLS_WRONG_NAME 7
#define CMBEDTLS_TLS_UNKNOWN_AUTHORITY 8
#define CMBEDTLS_TLS_EXPIRED 9
#define CMBEDTLS_TLS_NOT_YET_VALID 10
#define CMBEDTLS_TLS_OTHER_AUTHORITY 11
#define CMBEDTLS_TLS_OTHER_CERTIFICATE 12
#define CMBEDTLS_TLS_FORBIDDEN_NAME 13
#define CMBEDTLS_TLS_UNFIT_CERTIFICATE 14

#define CMBEDTLS_TLS_TRUST_BUNDLE 0
#define CMBEDTLS_TLS_TRUST_AUTHORITY 1
#define CMBEDTLS_TLS_TRUST_LEAF 2

/// Whom a client believes.
typedef struct {
  /// CMBEDTLS_TLS_TRUST_BUNDLE ...
  int32_t kind;
  /// CMBEDTLS_SHA256 ..., of the pinned digest.
  int32_t hash;
  uint8_t digest[64];
  /// The bundle; must outlive the connection.
  const cmbedtls_authorities *authorities;
} cmbedtls_tls_trust;

/// A server's end; the identity must outlive it. NULL and `*code` on failure.
cmbedtls_tls *cmbedtls_tls_make_server(const struct cmbedtls_identity *identity, int32_t *code);
/// A client's end for the server called `host`, a name or an address without brackets.
cmbedtls_tls *cmbedtls_tls_make_client(
    const uint8_t *host, int32_t host_count, int32_t is_address, const cmbedtls_tls_trust *trust, int32_t *code);
void cmbedtls_tls_free(cmbedtls_tls *tls);

/// How many bytes `cmbedtls_tls_put` would take.
int32_t cmbedtls_tls_room(const cmbedtls_tls *tls);
/// Copies bytes from the socket in; answers how many.
int32_t cmbedtls_tls_put(cmbedtls_tls *tls, const uint8_t *bytes, int32_t count);
/// Nothing more comes.
void cmbedtls_tls_put_end(cmbedtls_tls *tls);
/// Goes on with the handshake.
int32_t cmbedtls_tls_step(cmbedtls_tls *tls);
/// Decrypts at most `capacity` bytes; `*count` says how many came.
int32_t cmbedtls_tls_read(cmbedtls_tls *tls, uint8_t *out, int32_t capacity, int32_t *count);
/// Encrypts one record at most; answers how many bytes it took, 0 while bytes wait to be sent, or a library code.
int32_t cmbedtls_tls_write(cmbedtls_tls *tls, const uint8_t *bytes, int32_t count);
/// Queues close_notify when established, and frees all but what waits to be sent.
void cmbedtls_tls_finish(cmbedtls_tls *tls);
/// What waits to be sent on the socket.
const uint8_t *cmbedtls_tls_output(const cmbedtls_tls *tls, int32_t *count);
/// So many of those bytes were sent.
void cmbedtls_tls_sent(cmbedtls_tls *tls, int32_t count);
/// The far side's fatal alert (RFC 8446 section 6.2).
int32_t cmbedtls_tls_alert(const cmbedtls_tls *tls);
/// 1 when TLS 1.3 was agreed.
int32_t cmbedtls_tls_is_13(const cmbedtls_tls *tls);
