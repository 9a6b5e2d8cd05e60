// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
#include "CSpeexDSP.h"

#include <speex/speex_resampler.h>
#include <stddef.h>

// The struct of the header is never defined: its pointer is the library's own, under another name.
static SpeexResamplerState *inner(struct cspeexdsp_resampler *resampler) { return (SpeexResamplerState *)resampler; }

struct cspeexdsp_resampler *cspeexdsp_resampler_make(uint32_t input_rate, uint32_t output_rate, int32_t quality) {
    int error = RESAMPLER_ERR_SUCCESS;
    SpeexResamplerState *resampler = speex_resampler_init(1, input_rate, output_rate, quality, &error);
    return error == RESAMPLER_ERR_SUCCESS ? (struct cspeexdsp_resampler *)resampler : NULL;
}

void cspeexdsp_resampler_free(struct cspeexdsp_resampler *resampler) { speex_resampler_destroy(inner(resampler)); }

int32_t cspeexdsp_resampler_process(
    struct cspeexdsp_resampler *resampler, const int16_t *input, uint32_t *input_count, int16_t *output,
    uint32_t *output_count) {
    return speex_resampler_process_int(inner(resampler), 0, input, input_count, output, output_count);
}

void cspeexdsp_resampler_reset(struct cspeexdsp_resampler *resampler) { (void)speex_resampler_reset_mem(inner(resampler)); }

void cspeexdsp_resampler_skip_zeros(struct cspeexdsp_resampler *resampler) {
    (void)speex_resampler_skip_zeros(inner(resampler));
}

int32_t cspeexdsp_resampler_input_latency(struct cspeexdsp_resampler *resampler) {
    return speex_resampler_get_input_latency(inner(resampler));
}

int32_t cspeexdsp_resampler_output_latency(struct cspeexdsp_resampler *resampler) {
    return speex_resampler_get_output_latency(inner(resampler));
}
