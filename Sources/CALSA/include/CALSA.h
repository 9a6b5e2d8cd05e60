// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of alsa-lib that the intercom uses, configured from a string: no file of the system is read. Only fixed-width
// types; a result below zero is -errno.
#pragma once
#include <stdint.h>

/// What is asked of a PCM, and what it granted.
struct calsa_settings {
    uint32_t rate;
    uint32_t channels;
    /// Frames between two wake-ups.
    uint32_t period_frames;
    /// Frames in the whole buffer.
    uint32_t buffer_frames;
    /// Playback begins once so many frames are written.
    uint32_t start_frames;
    /// Granted only: whether a sound card's clock paces it (the null and file plugins never wait).
    uint32_t paced;
};

/// Opens the PCM `name` for interleaved 16-bit samples; in stereo where it refuses the channels asked. `extra` is further
/// configuration, or NULL.
int32_t calsa_open(
    const char *name, const char *extra, int32_t capture, const struct calsa_settings *wanted, void **stream,
    struct calsa_settings *granted);
/// Waits until what was written has been played.
void calsa_drain(void *stream);
/// Stops at once and closes.
void calsa_close(void *stream);
/// Begins capturing; playback begins by itself.
int32_t calsa_start(void *stream);
/// Waits until something is there; answers how many frames were read.
int64_t calsa_read(void *stream, int16_t *samples, uint32_t frames);
/// Waits until there is room; answers how many frames were written.
int64_t calsa_write(void *stream, const int16_t *samples, uint32_t frames);
/// Makes the stream ready again after -EPIPE or -ESTRPIPE; what else `error` may be comes back.
int32_t calsa_recover(void *stream, int32_t error);
/// Frames between the sample handed over and the one at the converter.
int64_t calsa_delay(void *stream);

/// The card after `card` (-1: the first); -1 when there is none.
int32_t calsa_next_card(int32_t card);
int32_t calsa_card_text(int32_t card, uint8_t *id, uint8_t *name, int32_t capacity);
/// The PCM device after `device` (-1: the first) of a card; -1 when there is none.
int32_t calsa_next_device(int32_t card, int32_t device);
/// The name of a PCM device's direction; -ENOENT when it has no such direction.
int32_t calsa_device_name(int32_t card, int32_t device, int32_t capture, uint8_t *name, int32_t capacity);

/// What a PCM device can do by itself, without conversion.
struct calsa_abilities {
    uint32_t channels_min;
    uint32_t channels_max;
    uint32_t rate_min;
    uint32_t rate_max;
    /// Whether it takes 16-bit little-endian samples.
    uint32_t has_s16;
};

/// Asks a PCM device what it can do; -EBUSY while someone else has it open.
int32_t calsa_device_abilities(int32_t card, int32_t device, int32_t capture, struct calsa_abilities *abilities);

/// How many errors alsa-lib has reported, and the text of the last one.
uint32_t calsa_error_count(void);
int32_t calsa_error_text(uint8_t *text, int32_t capacity);
int32_t calsa_version(uint8_t *text, int32_t capacity);
