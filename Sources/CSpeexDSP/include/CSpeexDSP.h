// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resampler of speexdsp and its echo canceller, mono, 16-bit samples.
#pragma once
#include <stdint.h>

/// A resampler's state.
struct cspeexdsp_resampler;

/// A resampler of quality 0 to 10; null when there is no memory or the rates make no sense.
struct cspeexdsp_resampler *cspeexdsp_resampler_make(uint32_t input_rate, uint32_t output_rate, int32_t quality);
void cspeexdsp_resampler_free(struct cspeexdsp_resampler *resampler);
/// Takes up to `*input_count` samples and gives up to `*output_count`; both are replaced by what was taken and given. Answers 0, or
/// an error code.
int32_t cspeexdsp_resampler_process(
    struct cspeexdsp_resampler *resampler, const int16_t *input, uint32_t *input_count, int16_t *output,
    uint32_t *output_count);
/// Forgets what was heard.
void cspeexdsp_resampler_reset(struct cspeexdsp_resampler *resampler);
/// Drops the silence that the filter would give first.
void cspeexdsp_resampler_skip_zeros(struct cspeexdsp_resampler *resampler);
/// The delay in samples at the input's rate, and at the output's.
int32_t cspeexdsp_resampler_input_latency(struct cspeexdsp_resampler *resampler);
int32_t cspeexdsp_resampler_output_latency(struct cspeexdsp_resampler *resampler);

// The product leaves the echo canceller out unless it is asked for (make ECHO=speex): it is 50 KB.
#ifndef INTERCOM_SPEEX_ECHO
#define INTERCOM_SPEEX_ECHO 1
#endif

/// An echo canceller's state, and that of what cleans up after it.
struct cspeexdsp_echo;

/// Whether the echo canceller is in this build, 1 or 0. If not, nothing below may be called.
static inline int32_t cspeexdsp_has_echo(void) { return INTERCOM_SPEEX_ECHO; }

#if INTERCOM_SPEEX_ECHO
/// A canceller for blocks of so many samples and echoes of so many; null when there is no memory.
struct cspeexdsp_echo *cspeexdsp_echo_make(int32_t rate, int32_t block_samples, int32_t tail_samples);
void cspeexdsp_echo_free(struct cspeexdsp_echo *echo);
/// Whether what is left of the echo is held down, and by how many decibels noise is, 0 or less.
void cspeexdsp_echo_set(struct cspeexdsp_echo *echo, int32_t holds_echo, int32_t noise_decibels);
/// Writes a block of the microphone without the echo of what was played.
void cspeexdsp_echo_cancel(
    struct cspeexdsp_echo *echo, const int16_t *microphone, const int16_t *played, int16_t *left);
/// Holds down the rest of the echo and noise in place; the sound comes a block later.
void cspeexdsp_echo_clean(struct cspeexdsp_echo *echo, int16_t *samples);
/// Forgets the echo's path.
void cspeexdsp_echo_reset(struct cspeexdsp_echo *echo);
#else
static inline struct cspeexdsp_echo *cspeexdsp_echo_make(int32_t rate, int32_t block_samples, int32_t tail_samples) {
    return 0;
}
static inline void cspeexdsp_echo_free(struct cspeexdsp_echo *echo) {}
static inline void cspeexdsp_echo_set(struct cspeexdsp_echo *echo, int32_t holds_echo, int32_t noise_decibels) {}
static inline void cspeexdsp_echo_cancel(
    struct cspeexdsp_echo *echo, const int16_t *microphone, const int16_t *played, int16_t *left) {}
static inline void cspeexdsp_echo_clean(struct cspeexdsp_echo *echo, int16_t *samples) {}
static inline void cspeexdsp_echo_reset(struct cspeexdsp_echo *echo) {}
#endif
