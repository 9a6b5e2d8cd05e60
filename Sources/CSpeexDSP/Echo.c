// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
#include "CSpeexDSP.h"

#if INTERCOM_SPEEX_ECHO

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stddef.h>
#include <stdlib.h>

struct cspeexdsp_echo {
    SpeexEchoState *canceller;
    SpeexPreprocessState *cleaner;
};

struct cspeexdsp_echo *cspeexdsp_echo_make(int32_t rate, int32_t block_samples, int32_t tail_samples) {
    struct cspeexdsp_echo *echo = calloc(1, sizeof *echo);
    if (echo == NULL) return NULL;
    echo->canceller = speex_echo_state_init(block_samples, tail_samples);
    echo->cleaner = speex_preprocess_state_init(block_samples, rate);
    if (echo->canceller == NULL || echo->cleaner == NULL) {
        cspeexdsp_echo_free(echo);
        return NULL;
    }
    (void)speex_echo_ctl(echo->canceller, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    int32_t on = 1;
    (void)speex_preprocess_ctl(echo->cleaner, SPEEX_PREPROCESS_SET_DENOISE, &on);
    return echo;
}

void cspeexdsp_echo_free(struct cspeexdsp_echo *echo) {
    if (echo->canceller != NULL) speex_echo_state_destroy(echo->canceller);
    if (echo->cleaner != NULL) speex_preprocess_state_destroy(echo->cleaner);
    free(echo);
}

void cspeexdsp_echo_set(struct cspeexdsp_echo *echo, int32_t holds_echo, int32_t noise_decibels) {
    // Null is what stands for no echo.
    (void)speex_preprocess_ctl(
        echo->cleaner, SPEEX_PREPROCESS_SET_ECHO_STATE, holds_echo ? (void *)echo->canceller : NULL);
    (void)speex_preprocess_ctl(echo->cleaner, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise_decibels);
}

void cspeexdsp_echo_cancel(
    struct cspeexdsp_echo *echo, const int16_t *microphone, const int16_t *played, int16_t *left) {
    speex_echo_cancellation(echo->canceller, microphone, played, left);
}

void cspeexdsp_echo_clean(struct cspeexdsp_echo *echo, int16_t *samples) {
    (void)speex_preprocess_run(echo->cleaner, samples);
}

void cspeexdsp_echo_reset(struct cspeexdsp_echo *echo) { speex_echo_state_reset(echo->canceller); }

#endif
