// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One direction of an SRTP session.
//
// The library makes a stream (about 200 octets and a replay window) for each new source, inbound only after the tag was
// found right, so a stranger cannot make it allocate. The far side could, without end; so sources are counted here, and
// those beyond the bound are refused before the library sees them.
#include "CSRTP.h"
#include <pthread.h>
#include <srtp2/srtp.h>
#include <stdlib.h>
#include <string.h>

struct csrtp_session {
  srtp_t library;
  int32_t sources_max;
  int32_t source_count;
  uint32_t sources[CSRTP_SOURCES_MAX];
};

static pthread_once_t started = PTHREAD_ONCE_INIT;
static int start_code;

static void start(void) { start_code = (int)srtp_init(); }

int32_t csrtp_version(uint8_t *out, int32_t capacity) {
  // "libsrtp2 2.7.0": the number is behind the space.
  const char *text = srtp_get_version_string();
  const char *space = strrchr(text, ' ');
  if (space != NULL) text = space + 1;
  int32_t count = (int32_t)strlen(text);
  if (count > capacity) count = capacity;
  memcpy(out, text, (size_t)count);
  return count;
}

csrtp_session *csrtp_make(
    const uint8_t key[30], int32_t is_inbound, int32_t window_packets, int32_t sources_max, int32_t *code) {
  *code = srtp_err_status_bad_param;
  if (window_packets < 64 || window_packets > 0x4000) return NULL;
  if (sources_max < 1 || sources_max > CSRTP_SOURCES_MAX) return NULL;
  pthread_once(&started, start);
  *code = start_code;
  if (start_code != 0) return NULL;
  csrtp_session *session = calloc(1, sizeof *session);
  *code = srtp_err_status_alloc_fail;
  if (session == NULL) return NULL;
  session->sources_max = sources_max;

  uint8_t copy[30];  // the library's field is not const
  memcpy(copy, key, sizeof copy);
  srtp_policy_t policy;
  memset(&policy, 0, sizeof policy);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
  policy.ssrc.type = is_inbound ? ssrc_any_inbound : ssrc_any_outbound;
  policy.key = copy;
  policy.window_size = (unsigned long)window_packets;
  policy.allow_repeat_tx = 0;
  *code = (int32_t)srtp_create(&session->library, &policy);
  volatile uint8_t *wiped = copy;
  for (size_t index = 0; index < sizeof copy; index++) wiped[index] = 0;
  if (*code == srtp_err_status_ok) return session;
  free(session);
  return NULL;
}

void csrtp_free(csrtp_session *session) {
  srtp_dealloc(session->library);
  free(session);
}

/// Whether the source at `offset` is known (1), may be added (0), or is one too many (−1).
static int look_up(const csrtp_session *session, const uint8_t *bytes, int32_t offset, uint32_t *source) {
  memcpy(source, bytes + offset, sizeof *source);
  for (int32_t index = 0; index < session->source_count; index++) {
    if (session->sources[index] == *source) return 1;
  }
  return session->source_count < session->sources_max ? 0 : -1;
}

typedef srtp_err_status_t operation(srtp_t library, void *bytes, int *count);

static int32_t run(
    csrtp_session *session, operation *work, uint8_t *bytes, int32_t count, int32_t source_offset, int32_t least) {
  if (count < least) return CSRTP_REFUSED;
  uint32_t source;
  int known = look_up(session, bytes, source_offset, &source);
  if (known < 0) return CSRTP_REFUSED;
  int size = count;
  switch (work(session->library, bytes, &size)) {
    case srtp_err_status_ok:
      if (!known) session->sources[session->source_count++] = source;
      return size;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return CSRTP_REPLAYED;
    default:
      return CSRTP_REFUSED;
  }
}

// An RTP packet has its source at octet 8 of at least 12, an RTCP packet at 4 of at least 8.

int32_t csrtp_protect_rtp(csrtp_session *session, uint8_t *bytes, int32_t count, int32_t capacity) {
  if (count > capacity - CSRTP_RTP_TRAILER_BYTES) return CSRTP_REFUSED;
  return run(session, srtp_protect, bytes, count, 8, 12);
}

int32_t csrtp_unprotect_rtp(csrtp_session *session, uint8_t *bytes, int32_t count) {
  return run(session, srtp_unprotect, bytes, count, 8, 12 + CSRTP_RTP_TRAILER_BYTES);
}

int32_t csrtp_protect_rtcp(csrtp_session *session, uint8_t *bytes, int32_t count, int32_t capacity) {
  if (count > capacity - CSRTP_RTCP_TRAILER_BYTES) return CSRTP_REFUSED;
  return run(session, srtp_protect_rtcp, bytes, count, 4, 8);
}

int32_t csrtp_unprotect_rtcp(csrtp_session *session, uint8_t *bytes, int32_t count) {
  return run(session, srtp_unprotect_rtcp, bytes, count, 4, 8 + CSRTP_RTCP_TRAILER_BYTES);
}
