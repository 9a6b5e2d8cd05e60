// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// libsrtp as the room Security needs it: one direction of an SRTP and SRTCP session with AES128_CM_HMAC_SHA1_80
// (RFC 3711). Names only fixed-width types and an opaque pointer. Two threads may each work on sessions of their own.
#pragma once
#include <stdint.h>

/// One direction of a session.
typedef struct csrtp_session csrtp_session;

/// Negative results of the four packet calls.
#define CSRTP_REFUSED (-1)
#define CSRTP_REPLAYED (-2)

/// Octets that the RTP calls add or remove (the tag), and the RTCP calls (index and tag).
#define CSRTP_RTP_TRAILER_BYTES 10
#define CSRTP_RTCP_TRAILER_BYTES 14

/// Most sources that `sources_max` may name.
#define CSRTP_SOURCES_MAX 32

/// Writes the library's version as text; answers how many bytes it has.
int32_t csrtp_version(uint8_t *out, int32_t capacity);
/// A session for packets that come (`is_inbound`) or go, from any source; `key` is the master key (16) and salt (14).
/// `window_packets` is the replay window, at least 64. More than `sources_max` sources are refused. NULL and `*code`
/// (the library's) on failure.
csrtp_session *csrtp_make(
    const uint8_t key[30], int32_t is_inbound, int32_t window_packets, int32_t sources_max, int32_t *code);
void csrtp_free(csrtp_session *session);

// The packet calls work in place and answer the new size, or a negative result with the packet unchanged. `bytes` is
// aligned to 4. They allocate only for the first packet of a source.

/// Encrypts; `capacity` leaves room for the trailer.
int32_t csrtp_protect_rtp(csrtp_session *session, uint8_t *bytes, int32_t count, int32_t capacity);
int32_t csrtp_unprotect_rtp(csrtp_session *session, uint8_t *bytes, int32_t count);
/// Encrypts; `capacity` leaves room for the trailer.
int32_t csrtp_protect_rtcp(csrtp_session *session, uint8_t *bytes, int32_t count, int32_t capacity);
int32_t csrtp_unprotect_rtcp(csrtp_session *session, uint8_t *bytes, int32_t count);
