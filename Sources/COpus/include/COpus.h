// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Opus, as much of it as the room Codecs needs: 48 kHz, mono, 16-bit samples. A negative result is an Opus error code.
#pragma once
#include <stdint.h>

/// An encoder's state, and a decoder's.
struct copus_encoder;
struct copus_decoder;

/// The library's name and version, "libopus 1.5.2".
const char *copus_version(void);

/// A VoIP encoder, variable bitrate, in-band FEC switched on, DTX off; null when there is no memory.
struct copus_encoder *copus_encoder_make(int32_t bits_per_second, int32_t complexity);
void copus_encoder_free(struct copus_encoder *encoder);
/// Encodes `samples` samples into at most `capacity` bytes; answers the number of bytes.
int32_t copus_encode(struct copus_encoder *encoder, const int16_t *pcm, int32_t samples, uint8_t *bytes, int32_t capacity);
/// Expected loss, 0 to 100 percent, and whether packets are to carry in-band FEC (1 or 0).
int32_t copus_encoder_set_loss(struct copus_encoder *encoder, int32_t percent, int32_t fec);
/// Bits a second, 6,000 to 128,000; below 24,000 nothing above 8 kHz is encoded.
int32_t copus_encoder_set_bitrate(struct copus_encoder *encoder, int32_t bits_per_second);
int32_t copus_encoder_reset(struct copus_encoder *encoder);
/// How many samples the encoder and a decoder delay the sound.
int32_t copus_encoder_lookahead(struct copus_encoder *encoder);

/// A decoder; null when there is no memory.
struct copus_decoder *copus_decoder_make(void);
void copus_decoder_free(struct copus_decoder *decoder);
/// Decodes a packet, or with `fec` its copy of the packet before, or with null `bytes` makes up `samples` samples. Answers the
/// number of samples, at most `samples`.
int32_t copus_decode(
    struct copus_decoder *decoder, const uint8_t *bytes, int32_t count, int16_t *pcm, int32_t samples, int32_t fec);
int32_t copus_decoder_reset(struct copus_decoder *decoder);
