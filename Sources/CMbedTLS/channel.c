// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A DTLS 1.2 association with use_srtp (RFC 6347, RFC 5764) between two queues in memory.
//
// DESIGN. In: one datagram at a time, lent by the caller. Out: a short ring of datagrams; a datagram that finds it
// full is dropped as a network would drop it, retransmission makes up for it. Time: the library's two timer callbacks
// over a number that the caller passes in. The certificate is compared inside the library's verification, before the
// key exchange is answered, so that no key of a stranger is ever computed with.
//
// Left out: cookies as server (ICE has seen the far side answer from its address), renegotiation, resumption, DTLS 1.3
// (the library has none).
#include "internal.h"
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <stdlib.h>
#include <string.h>

// A flight is at most 8 datagrams (RSA chains of two certificates in 508-byte pieces), twice for one repetition.
#define QUEUE_SLOTS 16
// More turns than one datagram can hold messages; a guard against a library that waits without waiting.
#define TURNS_MAX 64
// Largest ClientHello taken: four times what browsers send with a post-quantum key share.
#define HELLO_BYTES_MAX 6144
// Content type of a record that carries handshake messages (RFC 6347 section 4.1).
#define CONTENT_HANDSHAKE 22

typedef struct {
  uint16_t count;
  uint8_t bytes[CMBEDTLS_DATAGRAM_BYTES_MAX];
} slot;

struct cmbedtls_channel {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config configuration;
  cmbedtls_chance chance;
  cmbedtls_channel_settings settings;
  int is_open;         // ssl, configuration and chance are alive
  int is_established;  // both Finished messages are checked
  int answered;        // a handshake message of ours has been queued
  int certificate_fits;
  int certificate_refused;
  // What the SRTP keys are made from, between the key exchange and `cmbedtls_channel_export`.
  mbedtls_tls_prf_types prf;
  uint8_t master_secret[48], randoms[64];
  // In.
  const uint8_t *input;
  size_t input_count;
  // Out.
  slot queue[QUEUE_SLOTS];
  uint32_t queue_first, queue_count;
  uint32_t dropped;
  // Time, in nanoseconds.
  int64_t now, timer_started;
  uint32_t timer_intermediate, timer_final;  // milliseconds; 0: off
};

static const int cipher_suites[] = {
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    0,
};

// P-256 first: the library has tables for it, and a handshake costs 29.7 million instructions a side instead of 33.9
// with X25519 (x86_64). Every far side knows it (RFC 8827 section 6.5).
static const uint16_t groups[] = {
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};

static const mbedtls_ssl_srtp_profile profiles[] = {MBEDTLS_TLS_SRTP_AES128_CM_HMAC_SHA1_80, MBEDTLS_TLS_SRTP_UNSET};

// ---- What the library calls ----

static int on_send(void *context, const unsigned char *bytes, size_t count) {
  cmbedtls_channel *channel = context;
  if (count > CMBEDTLS_DATAGRAM_BYTES_MAX) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  if (count > 0 && bytes[0] == CONTENT_HANDSHAKE && !channel->answered) {
    channel->answered = 1;
    mbedtls_ssl_conf_dtls_anti_replay(&channel->configuration, MBEDTLS_SSL_ANTI_REPLAY_ENABLED);
  }
  if (channel->queue_count == QUEUE_SLOTS) {
    channel->dropped++;
  } else {
    slot *place = &channel->queue[(channel->queue_first + channel->queue_count) % QUEUE_SLOTS];
    memcpy(place->bytes, bytes, count);
    place->count = (uint16_t)count;
    channel->queue_count++;
  }
  return (int)count;
}

static int on_receive(void *context, unsigned char *bytes, size_t capacity) {
  cmbedtls_channel *channel = context;
  if (channel->input == NULL) return MBEDTLS_ERR_SSL_WANT_READ;
  size_t count = channel->input_count < capacity ? channel->input_count : capacity;
  memcpy(bytes, channel->input, count);
  channel->input = NULL;
  return (int)count;
}

static void on_set_timer(void *context, uint32_t intermediate, uint32_t final) {
  cmbedtls_channel *channel = context;
  // The library doubles without a plateau and takes its largest delay for the end of its patience; so it is told a
  // large one, and the plateau is made here.
  uint32_t longest = channel->settings.retransmission_max;
  channel->timer_started = channel->now;
  channel->timer_final = final > longest ? longest : final;
  channel->timer_intermediate = intermediate > longest ? longest : intermediate;
}

static int on_get_timer(void *context) {
  cmbedtls_channel *channel = context;
  if (channel->timer_final == 0) return -1;
  int64_t passed = channel->now - channel->timer_started;
  if (passed >= (int64_t)channel->timer_final * 1000000) return 2;
  return passed >= (int64_t)channel->timer_intermediate * 1000000 ? 1 : 0;
}

// Called for each certificate of the far side, its own at depth 0 and last. What the library thinks of issuer and
// dates is nothing here (RFC 8122 section 6.2): the digest in the description decides.
static int on_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  cmbedtls_channel *channel = context;
  *flags = 0;
  if (depth != 0) return 0;
  channel->certificate_fits = cmbedtls_digest_fits(channel->settings.hash, channel->settings.digest, certificate);
  if (channel->certificate_fits) return 0;
  channel->certificate_refused = 1;
  return MBEDTLS_ERR_X509_FATAL_ERROR;
}

// The library's own exporter is not used: called on a DTLS server when the handshake returns, it follows a null pointer
// (3.6.6 keeps the transform of the handshake until the first record under the new keys).
static void on_keys(
    void *context, mbedtls_ssl_key_export_type type, const unsigned char *secret, size_t count,
    const unsigned char client_random[32], const unsigned char server_random[32], mbedtls_tls_prf_types prf) {
  cmbedtls_channel *channel = context;
  if (type != MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET || count != sizeof channel->master_secret) return;
  channel->prf = prf;
  memcpy(channel->master_secret, secret, count);
  memcpy(channel->randoms, client_random, 32);
  memcpy(channel->randoms + 32, server_random, 32);
}

// ---- Making ----

static int open_channel(cmbedtls_channel *channel, const cmbedtls_identity *identity) {
  const cmbedtls_channel_settings *settings = &channel->settings;
  mbedtls_ssl_config *configuration = &channel->configuration;
  int code = cmbedtls_chance_init(&channel->chance);
  if (code != 0) return code;
  code = mbedtls_ssl_config_defaults(
      configuration, settings->is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
      MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT);
  if (code != 0) return code;
  mbedtls_ssl_conf_rng(configuration, mbedtls_ctr_drbg_random, &channel->chance.generator);
  mbedtls_ssl_conf_min_tls_version(configuration, MBEDTLS_SSL_VERSION_TLS1_2);
  mbedtls_ssl_conf_max_tls_version(configuration, MBEDTLS_SSL_VERSION_TLS1_2);
  mbedtls_ssl_conf_ciphersuites(configuration, cipher_suites);
  mbedtls_ssl_conf_groups(configuration, groups);
  mbedtls_ssl_conf_extended_master_secret(configuration, MBEDTLS_SSL_EXTENDED_MS_ENABLED);
  // Optional, because "required" insists on a list of authorities; a missing certificate is refused in
  // `finish_handshake`.
  mbedtls_ssl_conf_authmode(configuration, MBEDTLS_SSL_VERIFY_OPTIONAL);
  mbedtls_ssl_conf_verify(configuration, on_verify, channel);
  mbedtls_ssl_conf_cert_req_ca_list(configuration, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
  mbedtls_ssl_conf_dtls_cookies(configuration, NULL, NULL, NULL);
  // Until a message is answered: the library takes a repeated record for the end when it waits for a ClientHello.
  // Records without encryption can be repeated under new numbers anyway.
  mbedtls_ssl_conf_dtls_anti_replay(configuration, MBEDTLS_SSL_ANTI_REPLAY_DISABLED);
  // Twenty doublings: with the plateau, longer than any caller waits.
  mbedtls_ssl_conf_handshake_timeout(
      configuration, settings->retransmission_first, settings->retransmission_first << 20);
  // The library takes the key without const and only reads it.
  code = mbedtls_ssl_conf_own_cert(
      configuration, (mbedtls_x509_crt *)&identity->certificate, (mbedtls_pk_context *)&identity->key);
  if (code == 0) code = mbedtls_ssl_conf_dtls_srtp_protection_profiles(configuration, profiles);
  if (code == 0) code = mbedtls_ssl_setup(&channel->ssl, configuration);
  // No name to check; the library wants this said (since 3.6.3).
  if (code == 0) code = mbedtls_ssl_set_hostname(&channel->ssl, NULL);
  if (code != 0) return code;
  mbedtls_ssl_set_mtu(&channel->ssl, (uint16_t)settings->datagram_bytes_max);
  mbedtls_ssl_set_bio(&channel->ssl, channel, on_send, on_receive, NULL);
  mbedtls_ssl_set_timer_cb(&channel->ssl, channel, on_set_timer, on_get_timer);
  mbedtls_ssl_set_export_keys_cb(&channel->ssl, on_keys, channel);
  return 0;
}

static void close_channel(cmbedtls_channel *channel) {
  if (!channel->is_open) return;
  channel->is_open = 0;
  channel->timer_final = 0;
  mbedtls_platform_zeroize(channel->master_secret, sizeof channel->master_secret);
  mbedtls_ssl_free(&channel->ssl);
  mbedtls_ssl_config_free(&channel->configuration);
  cmbedtls_chance_free(&channel->chance);
}

cmbedtls_channel *cmbedtls_channel_make(
    const cmbedtls_identity *identity, const cmbedtls_channel_settings *settings, int32_t *code) {
  *code = MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
  if (settings->datagram_bytes_max < 512 || settings->datagram_bytes_max > CMBEDTLS_DATAGRAM_BYTES_MAX) return NULL;
  if (settings->retransmission_first == 0 || settings->retransmission_first > 2000) return NULL;
  cmbedtls_channel *channel = calloc(1, sizeof *channel);
  if (channel == NULL) {
    *code = MBEDTLS_ERR_SSL_ALLOC_FAILED;
    return NULL;
  }
  channel->settings = *settings;
  mbedtls_ssl_init(&channel->ssl);
  mbedtls_ssl_config_init(&channel->configuration);
  channel->is_open = 1;
  *code = open_channel(channel, identity);
  if (*code == 0) return channel;
  cmbedtls_channel_free(channel);
  return NULL;
}

void cmbedtls_channel_free(cmbedtls_channel *channel) {
  close_channel(channel);
  free(channel);
}

// ---- Running ----

// Whether what was handed over is not wholly read yet: the datagram itself, or a record behind the last one.
static int has_input(const cmbedtls_channel *channel) {
  return channel->input != NULL || mbedtls_ssl_check_pending(&channel->ssl);
}

static int32_t finish_handshake(cmbedtls_channel *channel) {
  if (!channel->certificate_fits) {
    mbedtls_ssl_send_alert_message(
        &channel->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
    return CMBEDTLS_WRONG_CERTIFICATE;
  }
  mbedtls_dtls_srtp_info info;
  mbedtls_ssl_get_dtls_srtp_negotiation_result(&channel->ssl, &info);
  if (info.MBEDTLS_PRIVATE(chosen_dtls_srtp_profile) != MBEDTLS_TLS_SRTP_AES128_CM_HMAC_SHA1_80) {
    mbedtls_ssl_send_alert_message(
        &channel->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
    return CMBEDTLS_NO_PROFILE;
  }
  channel->is_established = 1;
  return CMBEDTLS_ESTABLISHED;
}

// How many bytes of a datagram are whole records. The library ends with an internal error, even when established, at a
// datagram whose last record is followed by 1 ... 12 bytes (3.6.6): anybody could send that.
static size_t whole_records(const uint8_t *bytes, size_t count) {
  size_t end = 0;
  while (count - end >= 13) {
    size_t record = 13 + ((size_t)bytes[end + 11] << 8 | bytes[end + 12]);
    if (record > count - end) break;
    end += record;
  }
  return end;
}

// Whether a datagram can be (a fragment of) a ClientHello, by its record and message headers. The library wants to
// end at the first record that it does not expect; so what anybody may throw at an open port is kept from it.
static int looks_like_hello(const uint8_t *bytes, size_t count) {
  if (count < 25 || bytes[0] != CONTENT_HANDSHAKE || bytes[1] != 0xFE || bytes[3] != 0 || bytes[4] != 0) return 0;
  uint32_t record = (uint32_t)bytes[11] << 8 | bytes[12];
  uint32_t total = (uint32_t)bytes[14] << 16 | (uint32_t)bytes[15] << 8 | bytes[16];
  uint32_t offset = (uint32_t)bytes[19] << 16 | (uint32_t)bytes[20] << 8 | bytes[21];
  uint32_t length = (uint32_t)bytes[22] << 16 | (uint32_t)bytes[23] << 8 | bytes[24];
  return bytes[13] == MBEDTLS_SSL_HS_CLIENT_HELLO && length + 12 <= record &&
         total <= HELLO_BYTES_MAX && offset <= total && length <= total - offset;
}

// Whether `code` says that a server's first message made no sense, rather than that no agreement is possible. The
// library would end here; but nothing has been answered, anybody may have sent it, and the true ClientHello may be
// next (RFC 6347 section 4.1.2.7).
static int is_noise(const cmbedtls_channel *channel, int code) {
  if (!channel->settings.is_server || channel->answered) return 0;
  switch (code) {
    case MBEDTLS_ERR_SSL_DECODE_ERROR:
    case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
    case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
      return 1;
    default:
      return 0;
  }
}

static int32_t final_result(const cmbedtls_channel *channel, int code) {
  if (channel->certificate_refused) return CMBEDTLS_WRONG_CERTIFICATE;
  switch (code) {
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
    case MBEDTLS_ERR_SSL_CONN_EOF:
      return CMBEDTLS_CLOSED_BY_PEER;
    case MBEDTLS_ERR_SSL_TIMEOUT:
      return CMBEDTLS_TIMEOUT;
    default:
      return code < 0 ? code : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  }
}

static int32_t step_handshake(cmbedtls_channel *channel) {
  for (int turn = 0; turn < TURNS_MAX; turn++) {
    int code = mbedtls_ssl_handshake(&channel->ssl);
    if (code == 0) return finish_handshake(channel);
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) {
      if (!has_input(channel)) return CMBEDTLS_WAITING;
    } else if (is_noise(channel, code)) {
      channel->dropped++;
      channel->input = NULL;
      channel->queue_count = 0;  // an alert at most
      code = mbedtls_ssl_session_reset(&channel->ssl);
      return code == 0 ? CMBEDTLS_WAITING : code;
    } else {
      return final_result(channel, code);
    }
  }
  channel->input = NULL;
  return CMBEDTLS_WAITING;
}

// What may come now: repetitions of the far side's last flight (the library answers with ours), alerts, and application
// data, for which we have no use.
static int32_t step_established(cmbedtls_channel *channel) {
  uint8_t ignored[256];
  for (int turn = 0; turn < TURNS_MAX; turn++) {
    if (!has_input(channel) && mbedtls_ssl_get_bytes_avail(&channel->ssl) == 0) return CMBEDTLS_WAITING;
    int code = mbedtls_ssl_read(&channel->ssl, ignored, sizeof ignored);
    if (code > 0 || code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) continue;
    return code == 0 ? CMBEDTLS_CLOSED_BY_PEER : final_result(channel, code);
  }
  channel->input = NULL;
  return CMBEDTLS_WAITING;
}

void cmbedtls_channel_put(cmbedtls_channel *channel, const uint8_t *bytes, int32_t count) {
  size_t whole = count > 0 ? whole_records(bytes, (size_t)count) : 0;
  int waits_for_hello = channel->settings.is_server && !channel->answered;
  channel->input = NULL;
  if (whole == 0 || (waits_for_hello && !looks_like_hello(bytes, whole))) {
    channel->dropped++;
    return;
  }
  channel->input = bytes;
  channel->input_count = whole;
}

int32_t cmbedtls_channel_step(cmbedtls_channel *channel, int64_t now) {
  if (!channel->is_open) return CMBEDTLS_WAITING;
  channel->now = now;
  return channel->is_established ? step_established(channel) : step_handshake(channel);
}

int64_t cmbedtls_channel_deadline(const cmbedtls_channel *channel) {
  if (channel->timer_final == 0) return -1;
  return channel->timer_started + (int64_t)channel->timer_final * 1000000;
}

int32_t cmbedtls_channel_take(cmbedtls_channel *channel, uint8_t *out, int32_t capacity) {
  if (channel->queue_count == 0) return 0;
  const slot *place = &channel->queue[channel->queue_first];
  channel->queue_first = (channel->queue_first + 1) % QUEUE_SLOTS;
  channel->queue_count--;
  if (place->count > capacity) return 0;
  memcpy(out, place->bytes, place->count);
  return place->count;
}

int32_t cmbedtls_channel_export(cmbedtls_channel *channel, uint8_t out[60]) {
  if (!channel->is_open || !channel->is_established) return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
  int code = mbedtls_ssl_tls_prf(
      channel->prf, channel->master_secret, sizeof channel->master_secret, "EXTRACTOR-dtls_srtp", channel->randoms,
      sizeof channel->randoms, out, 60);
  mbedtls_platform_zeroize(channel->master_secret, sizeof channel->master_secret);
  return code;
}

void cmbedtls_channel_finish(cmbedtls_channel *channel) {
  if (channel->is_open && channel->is_established) mbedtls_ssl_close_notify(&channel->ssl);
  close_channel(channel);
}

uint32_t cmbedtls_channel_dropped(const cmbedtls_channel *channel) { return channel->dropped; }
