// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One end of a TLS 1.2 or 1.3 connection (RFC 5246, RFC 8446) between two stretches of memory.
//
// DESIGN. In: a small buffer that the caller fills and the library empties. Out: a buffer that grows with what the library
// sends up to a bound, beyond which the library waits; it is given back when all of it is sent, so that a connection at
// rest holds none. Every connection has a configuration and a generator of its own: two threads with a connection each share
// nothing but a server's identity, an authority's certificates (both only read) and the library's key store (locked).
#include "certificates.h"
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <stdlib.h>
#include <string.h>

// Taken from the socket at once: what the loop reads in one go.
#define INPUT_BYTES 4096
// A flight of the longest certificate chain; more waits.
#define OUTPUT_BYTES_MAX 32768
// Plain bytes in one record: a quarter of what is allowed, so that little waits to be sent.
#define RECORD_BYTES_MAX 4096
// Longest name a client asks for (RFC 1035 section 2.3.4).
#define HOST_BYTES_MAX 253
// Records without a byte for us in one turn: more of them is not progress but a game.
#define EMPTY_RECORDS_MAX 32

struct cmbedtls_tls {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config configuration;
  cmbedtls_chance chance;
  int is_open;         // ssl, configuration and chance are alive
  int is_server;
  int is_established;
  int is_ended;        // the socket gives nothing more
  int is_first;        // nothing was looked at yet
  int is_13;
  int alert;
  int result;          // the final one
  cmbedtls_tls_trust trust;
  char *host;
  uint8_t *output;
  uint32_t output_sent, output_count, output_capacity;
  uint32_t input_taken, input_count;
  uint8_t input[INPUT_BYTES];
};

static const char *protocols[] = {"http/1.1", NULL};

// The cheap ones first: the handshake's cost is that of the curve.
static const uint16_t groups[] = {
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};

// ---- What the library calls ----

static int grow(cmbedtls_tls *tls, size_t wanted) {
  if (wanted <= tls->output_capacity) return 1;
  size_t capacity = tls->output_capacity == 0 ? 1024 : tls->output_capacity;
  while (capacity < wanted) capacity *= 2;
  uint8_t *bigger = realloc(tls->output, capacity);
  if (bigger == NULL) return 0;
  tls->output = bigger;
  tls->output_capacity = (uint32_t)capacity;
  return 1;
}

static int on_send(void *context, const unsigned char *bytes, size_t count) {
  cmbedtls_tls *tls = context;
  if (count > OUTPUT_BYTES_MAX - tls->output_count) count = OUTPUT_BYTES_MAX - tls->output_count;
  if (count == 0) return MBEDTLS_ERR_SSL_WANT_WRITE;
  if (!grow(tls, tls->output_count + count)) return MBEDTLS_ERR_SSL_ALLOC_FAILED;
  memcpy(tls->output + tls->output_count, bytes, count);
  tls->output_count += (uint32_t)count;
  return (int)count;
}

static int on_receive(void *context, unsigned char *bytes, size_t capacity) {
  cmbedtls_tls *tls = context;
  size_t count = tls->input_count - tls->input_taken;
  if (count == 0) return tls->is_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
  if (count > capacity) count = capacity;
  memcpy(bytes, tls->input + tls->input_taken, count);
  tls->input_taken += (uint32_t)count;
  if (tls->input_taken == tls->input_count) tls->input_taken = tls->input_count = 0;
  return (int)count;
}

// ---- Making ----

static int configure(cmbedtls_tls *tls, int endpoint) {
  mbedtls_ssl_config *configuration = &tls->configuration;
  int code = cmbedtls_chance_init(&tls->chance);
  if (code == 0) {
    code = mbedtls_ssl_config_defaults(
        configuration, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  }
  if (code != 0) return code;
  mbedtls_ssl_conf_rng(configuration, mbedtls_ctr_drbg_random, &tls->chance.generator);
  mbedtls_ssl_conf_min_tls_version(configuration, MBEDTLS_SSL_VERSION_TLS1_2);
  mbedtls_ssl_conf_max_tls_version(configuration, MBEDTLS_SSL_VERSION_TLS1_3);
  mbedtls_ssl_conf_groups(configuration, groups);
  // A server asks for no certificate; a client looks at the server's by itself in `finish_handshake`.
  mbedtls_ssl_conf_authmode(configuration, MBEDTLS_SSL_VERIFY_NONE);
  return mbedtls_ssl_conf_alpn_protocols(configuration, protocols);
}

static cmbedtls_tls *allocate(int32_t *code) {
  cmbedtls_tls *tls = calloc(1, sizeof *tls);
  *code = MBEDTLS_ERR_SSL_ALLOC_FAILED;
  if (tls == NULL) return NULL;
  mbedtls_ssl_init(&tls->ssl);
  mbedtls_ssl_config_init(&tls->configuration);
  tls->is_open = 1;
  tls->is_first = 1;
  return tls;
}

static cmbedtls_tls *made(cmbedtls_tls *tls, int32_t code) {
  if (code == 0) {
    mbedtls_ssl_set_bio(&tls->ssl, tls, on_send, on_receive, NULL);
    return tls;
  }
  cmbedtls_tls_free(tls);
  return NULL;
}

cmbedtls_tls *cmbedtls_tls_make_server(const cmbedtls_identity *identity, int32_t *code) {
  cmbedtls_tls *tls = allocate(code);
  if (tls == NULL) return NULL;
  tls->is_server = 1;
  *code = configure(tls, MBEDTLS_SSL_IS_SERVER);
  // The library takes chain and key without const and only reads them.
  if (*code == 0) {
    *code = mbedtls_ssl_conf_own_cert(
        &tls->configuration, (mbedtls_x509_crt *)&identity->certificate, (mbedtls_pk_context *)&identity->key);
  }
  if (*code == 0) *code = mbedtls_ssl_setup(&tls->ssl, &tls->configuration);
  return made(tls, *code);
}

cmbedtls_tls *cmbedtls_tls_make_client(
    const uint8_t *host, int32_t host_count, int32_t is_address, const cmbedtls_tls_trust *trust, int32_t *code) {
  cmbedtls_tls *tls = allocate(code);
  if (tls == NULL) return NULL;
  tls->trust = *trust;
  tls->host = host_count > 0 && host_count <= HOST_BYTES_MAX ? cmbedtls_copy_text(host, host_count) : NULL;
  *code = tls->host == NULL ? MBEDTLS_ERR_SSL_BAD_INPUT_DATA : configure(tls, MBEDTLS_SSL_IS_CLIENT);
  if (*code == 0) *code = mbedtls_ssl_setup(&tls->ssl, &tls->configuration);
  // An address is no server name (RFC 6066 section 3).
  if (*code == 0) *code = mbedtls_ssl_set_hostname(&tls->ssl, is_address ? NULL : tls->host);
  return made(tls, *code);
}

static void close_tls(cmbedtls_tls *tls) {
  if (!tls->is_open) return;
  tls->is_open = 0;
  mbedtls_ssl_free(&tls->ssl);
  mbedtls_ssl_config_free(&tls->configuration);
  cmbedtls_chance_free(&tls->chance);
  mbedtls_platform_zeroize(tls->input, sizeof tls->input);
}

void cmbedtls_tls_free(cmbedtls_tls *tls) {
  close_tls(tls);
  free(tls->output);
  free(tls->host);
  free(tls);
}

// ---- Running ----

static int32_t end(cmbedtls_tls *tls, int32_t result) {
  tls->result = result;
  return result;
}

// What a library code means that ends the connection.
static int32_t failed(cmbedtls_tls *tls, int code) {
  switch (code) {
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
      tls->alert = tls->ssl.MBEDTLS_PRIVATE(in_msg)[1];
      return end(tls, CMBEDTLS_TLS_REFUSED);
    case MBEDTLS_ERR_SSL_CONN_EOF: return end(tls, CMBEDTLS_TLS_TRUNCATED);
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return end(tls, tls->is_established ? code : CMBEDTLS_TLS_TRUNCATED);
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL: return end(tls, CMBEDTLS_TLS_NOTHING_IN_COMMON);
    default: return end(tls, code);
  }
}

// As client: the server's certificates decide, before a byte of ours is written.
static int32_t finish_handshake(cmbedtls_tls *tls) {
  tls->is_13 = mbedtls_ssl_get_version_number(&tls->ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
  if (!tls->is_server) {
    mbedtls_ssl_session *session = tls->ssl.MBEDTLS_PRIVATE(session);
    mbedtls_x509_crt *chain = session == NULL ? NULL : session->MBEDTLS_PRIVATE(peer_cert);
    int32_t result = cmbedtls_trust(chain, &tls->trust, tls->host);
    if (result != 0) {
      int alert = result == CMBEDTLS_TLS_UNKNOWN_AUTHORITY || result == CMBEDTLS_TLS_OTHER_AUTHORITY
                      ? MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA
                      : MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
      if (result == CMBEDTLS_TLS_EXPIRED) alert = MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED;
      mbedtls_ssl_send_alert_message(&tls->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, (unsigned char)alert);
      return end(tls, result);
    }
  }
  tls->is_established = 1;
  return CMBEDTLS_TLS_ESTABLISHED;
}

int32_t cmbedtls_tls_step(cmbedtls_tls *tls) {
  if (!tls->is_open || tls->result != 0) return tls->result;
  if (tls->is_established) return CMBEDTLS_TLS_ESTABLISHED;
  // Whatever is no record of a handshake or an alert is no TLS (RFC 8446 section 5.1).
  if (tls->is_first && tls->input_count > 0) {
    tls->is_first = 0;
    if (tls->input[0] != MBEDTLS_SSL_MSG_HANDSHAKE && tls->input[0] != MBEDTLS_SSL_MSG_ALERT) {
      return end(tls, CMBEDTLS_TLS_NOT_TLS);
    }
  }
  int code = mbedtls_ssl_handshake(&tls->ssl);
  if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) return CMBEDTLS_TLS_WAITING;
  return code == 0 ? finish_handshake(tls) : failed(tls, code);
}

int32_t cmbedtls_tls_read(cmbedtls_tls *tls, uint8_t *out, int32_t capacity, int32_t *count) {
  *count = 0;
  if (!tls->is_open || !tls->is_established || tls->result != 0) return tls->result;
  for (int turn = 0; turn < EMPTY_RECORDS_MAX; turn++) {
    int code = mbedtls_ssl_read(&tls->ssl, out, (size_t)capacity);
    if (code > 0) {
      *count = code;
      return CMBEDTLS_TLS_WAITING;
    }
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return CMBEDTLS_TLS_CLOSED_BY_PEER;
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) {
      if (tls->input_count > 0) continue;
      if (!tls->is_ended) return CMBEDTLS_TLS_WAITING;
      code = MBEDTLS_ERR_SSL_CONN_EOF;
    }
    if (code == 0) code = MBEDTLS_ERR_SSL_CONN_EOF;
    if (code != MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) return failed(tls, code);
  }
  return failed(tls, MBEDTLS_ERR_SSL_UNEXPECTED_RECORD);
}

int32_t cmbedtls_tls_write(cmbedtls_tls *tls, const uint8_t *bytes, int32_t count) {
  if (!tls->is_open || !tls->is_established) return 0;
  if (tls->output_count > 0) return 0;
  int code = mbedtls_ssl_write(&tls->ssl, bytes, (size_t)(count > RECORD_BYTES_MAX ? RECORD_BYTES_MAX : count));
  // The buffer was empty and holds several records: the library never waits.
  return code >= 0 ? code : failed(tls, code);
}

void cmbedtls_tls_finish(cmbedtls_tls *tls) {
  if (tls->is_open && tls->is_established) mbedtls_ssl_close_notify(&tls->ssl);
  close_tls(tls);
}

// ---- In and out ----

int32_t cmbedtls_tls_room(const cmbedtls_tls *tls) {
  return tls->is_open && !tls->is_ended ? (int32_t)(INPUT_BYTES - tls->input_count) : 0;
}

int32_t cmbedtls_tls_put(cmbedtls_tls *tls, const uint8_t *bytes, int32_t count) {
  int32_t room = cmbedtls_tls_room(tls);
  if (count > room) count = room;
  if (count <= 0) return 0;
  memcpy(tls->input + tls->input_count, bytes, (size_t)count);
  tls->input_count += (uint32_t)count;
  return count;
}

void cmbedtls_tls_put_end(cmbedtls_tls *tls) { tls->is_ended = 1; }

const uint8_t *cmbedtls_tls_output(const cmbedtls_tls *tls, int32_t *count) {
  *count = (int32_t)(tls->output_count - tls->output_sent);
  return *count > 0 ? tls->output + tls->output_sent : NULL;
}

void cmbedtls_tls_sent(cmbedtls_tls *tls, int32_t count) {
  if (count <= 0) return;
  tls->output_sent += (uint32_t)count;
  if (tls->output_sent < tls->output_count) return;
  free(tls->output);
  tls->output = NULL;
  tls->output_sent = tls->output_count = tls->output_capacity = 0;
}

int32_t cmbedtls_tls_alert(const cmbedtls_tls *tls) { return tls->alert; }

int32_t cmbedtls_tls_is_13(const cmbedtls_tls *tls) { return tls->is_13; }
