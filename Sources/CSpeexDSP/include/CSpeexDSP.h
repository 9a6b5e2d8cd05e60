// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resampler of speexdsp, mono, 16-bit samples.
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
