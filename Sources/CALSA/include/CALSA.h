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
    /// Bits a sample: 16 or 32, little-endian, signed.
    uint32_t bits;
    /// Frames between two wake-ups; no more are read or written at a time.
    uint32_t period_frames;
    /// Frames in the whole buffer.
    uint32_t buffer_frames;
    /// Playback begins once so many frames are written.
    uint32_t start_frames;
    /// Granted only: whether a sound card's clock paces it (the null and file plugins never wait).
    uint32_t paced;
    /// Granted only: the card's number, -1 when there is none.
    int32_t card;
    /// Granted only: whether it is the card itself, with no plugin between.
    uint32_t hardware;
};

/// Opens the PCM `name`; `extra` is further configuration, or NULL. It never waits for someone else to close.
int32_t calsa_open(const char *name, const char *extra, int32_t capture, void **stream);
/// Makes the open PCM ready for interleaved samples exactly as `wanted` in rate, channels and bits, nearly so in period
/// and buffer; -EINVAL when it has no such thing, and then other settings may be tried.
int32_t calsa_configure(void *stream, const struct calsa_settings *wanted, struct calsa_settings *granted);
/// The fewest channels that the open PCM has.
int32_t calsa_channels_min(void *stream);
/// Sets, once it is configured, after how many written frames playback begins.
int32_t calsa_set_start(void *stream, uint32_t start_frames);
/// Waits until what was written has been played.
void calsa_drain(void *stream);
/// Stops at once and closes.
void calsa_close(void *stream);
/// Begins capturing; playback begins by itself.
int32_t calsa_start(void *stream);
/// Stops at once, drops what is in the buffer and makes ready to begin anew.
int32_t calsa_halt(void *stream);
/// Makes both streams start and stop together, which only two directions of a card can.
int32_t calsa_link(void *stream, void *other);
void calsa_unlink(void *stream);
/// Waits at most `milliseconds` until `frames` can be read or written: 1, or 0 when the time is over.
int32_t calsa_wait(void *stream, uint32_t frames, int32_t milliseconds);
/// Answers how many frames were read. Whoever never waits in `calsa_wait` waits here.
int64_t calsa_read(void *stream, void *samples, uint32_t frames);
/// Answers how many frames were written.
int64_t calsa_write(void *stream, const void *samples, uint32_t frames);
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
    uint32_t period_min;
    uint32_t period_max;
    /// Whether it takes signed little-endian samples of 16 and of 32 bits.
    uint32_t has_s16;
    uint32_t has_s32;
};

/// Asks a PCM device what it can do; -EBUSY while someone else has it open.
int32_t calsa_device_abilities(int32_t card, int32_t device, int32_t capture, struct calsa_abilities *abilities);

enum {
    CALSA_CONTROL_SWITCH = 0,
    CALSA_CONTROL_NUMBER = 1,
    CALSA_CONTROL_CHOICE = 2,
};

/// What one control of a card is.
struct calsa_control {
    /// One of the numbers above; other kinds are left out of the list.
    uint32_t kind;
    /// Values it has, one for each channel.
    uint32_t channels;
    /// Which of several with the same name, from 0.
    uint32_t index;
    uint32_t items;
    int64_t minimum;
    int64_t maximum;
    /// Decibels times 100 at the ends; both 0 where it knows none.
    int64_t minimum_centibels;
    int64_t maximum_centibels;
    uint32_t writable;
    uint32_t reserved;
};

/// Opens the controls of the card with this id or number.
int32_t calsa_controls_open(const char *card, void **controls);
void calsa_controls_close(void *controls);
int32_t calsa_controls_count(void *controls);
/// The control at `position`: its name (the length comes back) and what it is; -ENOENT for a kind that is left out.
int32_t calsa_control(void *controls, int32_t position, struct calsa_control *control, uint8_t *name, int32_t capacity);
/// The text of one item of a choice.
int32_t calsa_control_item(void *controls, int32_t position, uint32_t item, uint8_t *text, int32_t capacity);
int32_t calsa_control_read(void *controls, int32_t position, int64_t *values, int32_t capacity);
int32_t calsa_control_write(void *controls, int32_t position, const int64_t *values, int32_t count);
/// The number nearest to `centibels`.
int32_t calsa_control_number(void *controls, int32_t position, int64_t centibels, int64_t *number);

/// How many errors alsa-lib has reported, and the text of the last one.
uint32_t calsa_error_count(void);
int32_t calsa_error_text(uint8_t *text, int32_t capacity);
int32_t calsa_version(uint8_t *text, int32_t capacity);
