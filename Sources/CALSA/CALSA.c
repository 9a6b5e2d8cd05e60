// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of alsa-lib that the intercom uses.
//
// DESIGN. alsa-lib normally reads a tree of files below /usr/share/alsa; a static binary on a bare board has none. So a
// configuration of our own is loaded from a string, once for each open stream, and kept as long as the stream (the plug
// plugin refers to it later). dmix and dsnoop look timers up in the configuration of the system; where nobody names
// another they find ours, in a file that exists in memory only. Errors that alsa-lib would print to stderr are counted
// and the last text is kept. Sound cards are never waited for without an end: one that stalls is told apart from one
// that is slow. The controls have a file of their own.

#define _GNU_SOURCE
#include "CALSA.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "Configuration.h"

// A card goes by its id or number: hw:CARD=Zero,DEV=0 or hw:0,0.
static const char calsa_configuration[] =
    "pcm.null { type null }\n"
    "pcm.hw { @args [ CARD DEV SUBDEV ] @args.CARD { type string default 0 } @args.DEV { type integer default 0 }\n"
    "  @args.SUBDEV { type integer default -1 } type hw card $CARD device $DEV subdevice $SUBDEV }\n"
    "pcm.plughw { @args [ CARD DEV SUBDEV ] @args.CARD { type string default 0 } @args.DEV { type integer default 0 }\n"
    "  @args.SUBDEV { type integer default -1 } type plug\n"
    "  slave.pcm { type hw card $CARD device $DEV subdevice $SUBDEV } }\n"
    "pcm.plug { @args [ SLAVE ] @args.SLAVE { type string } type plug slave.pcm $SLAVE }\n"
    "pcm.file { @args [ FILE INFILE FORMAT ] @args.FILE { type string default \"/dev/null\" }\n"
    "  @args.INFILE { type string default \"/dev/zero\" } @args.FORMAT { type string default raw }\n"
    "  type file file $FILE infile $INFILE format $FORMAT perm 384 slave.pcm null }\n"
    // Shared with other programs by the key, the permissions and the group that the system's configuration has too.
    "pcm.dmix { @args [ CARD DEV ] @args.CARD { type string default 0 } @args.DEV { type integer default 0 }\n"
    "  type plug slave.pcm { type dmix ipc_key 5678293 ipc_gid 29 ipc_perm 432\n"
    "    slave { pcm { type hw card $CARD device $DEV } rate 48000 period_size 480 buffer_size 1920 } } }\n"
    "pcm.dsnoop { @args [ CARD DEV ] @args.CARD { type string default 0 } @args.DEV { type integer default 0 }\n"
    "  type plug slave.pcm { type dsnoop ipc_key 5678293 ipc_gid 29 ipc_perm 432\n"
    "    slave { pcm { type hw card $CARD device $DEV } rate 48000 period_size 480 buffer_size 1920 } } }\n"
    "timer.hw { @args [ CLASS SCLASS CARD DEV SUBDEV ] @args.CLASS { type integer default 0 }\n"
    "  @args.SCLASS { type integer default 0 } @args.CARD { type integer default 0 }\n"
    "  @args.DEV { type integer default 0 } @args.SUBDEV { type integer default 0 }\n"
    "  type hw class $CLASS sclass $SCLASS card $CARD device $DEV subdevice $SUBDEV }\n"
    "ctl.hw { @args [ CARD ] @args.CARD { type string default 0 } type hw card $CARD }\n";

struct calsa_stream {
    snd_pcm_t *pcm;
    snd_config_t *configuration;
    int capture;
    snd_pcm_uframes_t wake_frames;
};

static atomic_uint calsa_errors;
static atomic_flag calsa_text_taken = ATOMIC_FLAG_INIT;
static char calsa_text[192];

static int32_t calsa_copy(const char *source, uint8_t *text, int32_t capacity) {
    if (source == NULL || capacity <= 0) return 0;
    size_t length = strnlen(source, (size_t)capacity);
    memcpy(text, source, length);
    return (int32_t)length;
}

static void calsa_handle_error(
    const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file, (void)line;
    atomic_fetch_add_explicit(&calsa_errors, 1, memory_order_relaxed);
    // Two threads may fail at once; the second text is the one that is lost.
    if (atomic_flag_test_and_set_explicit(&calsa_text_taken, memory_order_acquire)) return;
    int count = snprintf(calsa_text, sizeof calsa_text, "%s: ", function);
    va_list arguments;
    va_start(arguments, format);
    if (count > 0 && count < (int)sizeof calsa_text)
        count += vsnprintf(calsa_text + count, sizeof calsa_text - (size_t)count, format, arguments);
    va_end(arguments);
    if (error != 0 && count > 0 && count < (int)sizeof calsa_text)
        snprintf(calsa_text + count, sizeof calsa_text - (size_t)count, ": %s", snd_strerror(error));
    atomic_flag_clear_explicit(&calsa_text_taken, memory_order_release);
}

__attribute__((constructor)) static void calsa_begin(void) {
    snd_lib_error_set_handler(calsa_handle_error);
    if (getenv("ALSA_CONFIG_PATH") != NULL) return;
    int file = memfd_create("alsa", MFD_CLOEXEC);
    if (file < 0) return;
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (write(file, calsa_configuration, sizeof calsa_configuration - 1) > 0) setenv("ALSA_CONFIG_PATH", path, 0);
}

uint32_t calsa_error_count(void) { return atomic_load_explicit(&calsa_errors, memory_order_relaxed); }

int32_t calsa_error_text(uint8_t *text, int32_t capacity) {
    if (atomic_flag_test_and_set_explicit(&calsa_text_taken, memory_order_acquire)) return 0;
    int32_t count = calsa_copy(calsa_text, text, capacity);
    atomic_flag_clear_explicit(&calsa_text_taken, memory_order_release);
    return count;
}

int32_t calsa_version(uint8_t *text, int32_t capacity) { return calsa_copy(snd_asoundlib_version(), text, capacity); }

int calsa_load(const char *extra, snd_config_t **configuration) {
    *configuration = NULL;
    int error = snd_config_load_string(configuration, calsa_configuration, 0);
    if (error < 0 || extra == NULL || extra[0] == 0) return error;
    snd_input_t *input;
    error = snd_input_buffer_open(&input, extra, (ssize_t)strlen(extra));
    if (error >= 0) {
        error = snd_config_load(*configuration, input);
        snd_input_close(input);
    }
    if (error < 0) {
        snd_config_delete(*configuration);
        *configuration = NULL;
    }
    return error;
}

static int calsa_set_hardware(snd_pcm_t *pcm, const struct calsa_settings *wanted, struct calsa_settings *granted) {
    snd_pcm_hw_params_t *parameters;
    snd_pcm_hw_params_alloca(&parameters);
    int error = snd_pcm_hw_params_any(pcm, parameters);
    if (error < 0) return error;
    // alsa-lib's own converter of rates is a straight line between samples: ours is better.
    if ((error = snd_pcm_hw_params_set_rate_resample(pcm, parameters, 0)) < 0) return error;
    if ((error = snd_pcm_hw_params_set_access(pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED)) < 0) return error;
    snd_pcm_format_t format = wanted->bits == 32 ? SND_PCM_FORMAT_S32_LE : SND_PCM_FORMAT_S16_LE;
    if ((error = snd_pcm_hw_params_set_format(pcm, parameters, format)) < 0) return error;
    if ((error = snd_pcm_hw_params_set_channels(pcm, parameters, wanted->channels)) < 0) return error;
    if ((error = snd_pcm_hw_params_set_rate(pcm, parameters, wanted->rate, 0)) < 0) return error;
    snd_pcm_uframes_t period = wanted->period_frames, buffer = wanted->buffer_frames;
    if ((error = snd_pcm_hw_params_set_period_size_near(pcm, parameters, &period, NULL)) < 0) return error;
    if ((error = snd_pcm_hw_params_set_buffer_size_near(pcm, parameters, &buffer)) < 0) return error;
    if ((error = snd_pcm_hw_params(pcm, parameters)) < 0) return error;
    granted->rate = wanted->rate;
    granted->channels = wanted->channels;
    granted->bits = wanted->bits;
    granted->period_frames = (uint32_t)period;
    granted->buffer_frames = (uint32_t)buffer;
    return 0;
}

static int calsa_set_software(struct calsa_stream *stream, uint32_t start_frames) {
    snd_pcm_sw_params_t *parameters;
    snd_pcm_sw_params_alloca(&parameters);
    int error = snd_pcm_sw_params_current(stream->pcm, parameters);
    if (error < 0) return error;
    snd_pcm_uframes_t start = stream->capture ? 1 : start_frames;
    if ((error = snd_pcm_sw_params_set_start_threshold(stream->pcm, parameters, start)) < 0) return error;
    if ((error = snd_pcm_sw_params_set_avail_min(stream->pcm, parameters, stream->wake_frames)) < 0) return error;
    return snd_pcm_sw_params(stream->pcm, parameters);
}

static int calsa_card(snd_pcm_t *pcm) {
    snd_pcm_info_t *information;
    snd_pcm_info_alloca(&information);
    // Plugins answer with what their slave says; null has no card.
    return snd_pcm_info(pcm, information) < 0 ? -1 : snd_pcm_info_get_card(information);
}

int32_t calsa_open(const char *name, const char *extra, int32_t capture, void **result) {
    struct calsa_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) return -ENOMEM;
    stream->capture = capture;
    int error = calsa_load(extra, &stream->configuration);
    if (error >= 0) {
        error = snd_pcm_open_lconf(
            &stream->pcm, name, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK,
            stream->configuration);
    }
    if (error < 0) {
        calsa_close(stream);
        return error;
    }
    *result = stream;
    return 0;
}

int32_t calsa_configure(void *handle, const struct calsa_settings *wanted, struct calsa_settings *granted) {
    struct calsa_stream *stream = handle;
    memset(granted, 0, sizeof *granted);
    int error = calsa_set_hardware(stream->pcm, wanted, granted);
    if (error < 0) return error;
    stream->wake_frames = wanted->period_frames;
    granted->start_frames = wanted->start_frames < granted->buffer_frames ? wanted->start_frames : granted->buffer_frames;
    if ((error = calsa_set_software(stream, granted->start_frames)) < 0) return error;
    granted->card = calsa_card(stream->pcm);
    granted->paced = granted->card >= 0;
    granted->hardware = snd_pcm_type(stream->pcm) == SND_PCM_TYPE_HW;
    return granted->paced ? 0 : snd_pcm_nonblock(stream->pcm, 0);
}

int32_t calsa_channels_min(void *handle) {
    snd_pcm_hw_params_t *parameters;
    snd_pcm_hw_params_alloca(&parameters);
    int error = snd_pcm_hw_params_any(((struct calsa_stream *)handle)->pcm, parameters);
    if (error < 0) return error;
    unsigned channels = 0;
    error = snd_pcm_hw_params_get_channels_min(parameters, &channels);
    return error < 0 ? error : (int32_t)channels;
}

int32_t calsa_set_start(void *handle, uint32_t start_frames) { return calsa_set_software(handle, start_frames); }

void calsa_drain(void *handle) {
    struct calsa_stream *stream = handle;
    snd_pcm_nonblock(stream->pcm, 0);
    snd_pcm_drain(stream->pcm);
}

void calsa_close(void *handle) {
    struct calsa_stream *stream = handle;
    if (stream->pcm != NULL) snd_pcm_close(stream->pcm);
    if (stream->configuration != NULL) snd_config_delete(stream->configuration);
    free(stream);
}

int32_t calsa_start(void *handle) {
    struct calsa_stream *stream = handle;
    if (!stream->capture || snd_pcm_state(stream->pcm) == SND_PCM_STATE_RUNNING) return 0;
    return snd_pcm_start(stream->pcm);
}

int32_t calsa_halt(void *handle) {
    struct calsa_stream *stream = handle;
    // What cannot be stopped (it never began, it ran dry) can still be made ready; what is gone cannot.
    snd_pcm_drop(stream->pcm);
    return snd_pcm_prepare(stream->pcm);
}

int32_t calsa_link(void *handle, void *other) {
    return snd_pcm_link(((struct calsa_stream *)handle)->pcm, ((struct calsa_stream *)other)->pcm);
}

void calsa_unlink(void *handle) { snd_pcm_unlink(((struct calsa_stream *)handle)->pcm); }

int32_t calsa_wait(void *handle, uint32_t frames, int32_t milliseconds) {
    snd_pcm_t *pcm = ((struct calsa_stream *)handle)->pcm;
    // A plugin may wake for less than was asked; a driver that wakes for nothing at all is taken for one that stalls.
    for (int wakes = 0; wakes < 64; wakes++) {
        snd_pcm_sframes_t ready = snd_pcm_avail_update(pcm);
        if (ready < 0) return (int32_t)ready;
        if (ready >= (snd_pcm_sframes_t)frames) return 1;
        int result = snd_pcm_wait(pcm, milliseconds);
        if (result <= 0) return result;
    }
    return 0;
}

int64_t calsa_read(void *handle, void *samples, uint32_t frames) {
    return snd_pcm_readi(((struct calsa_stream *)handle)->pcm, samples, frames);
}

int64_t calsa_write(void *handle, const void *samples, uint32_t frames) {
    return snd_pcm_writei(((struct calsa_stream *)handle)->pcm, samples, frames);
}

int64_t calsa_delay(void *handle) {
    snd_pcm_sframes_t frames = 0;
    int error = snd_pcm_delay(((struct calsa_stream *)handle)->pcm, &frames);
    return error < 0 ? error : frames;
}

int32_t calsa_next_card(int32_t card) {
    int next = card;
    return snd_card_next(&next) < 0 ? -1 : next;
}

static int calsa_open_control(int32_t card, snd_ctl_t **control) {
    char name[32];
    snprintf(name, sizeof name, "hw:%d", card);
    snd_config_t *configuration;
    int error = calsa_load(NULL, &configuration);
    if (error < 0) return error;
    error = snd_ctl_open_lconf(control, name, SND_CTL_NONBLOCK, configuration);
    snd_config_delete(configuration);
    return error;
}

int32_t calsa_card_text(int32_t card, uint8_t *id, uint8_t *name, int32_t capacity) {
    memset(id, 0, (size_t)capacity);
    memset(name, 0, (size_t)capacity);
    snd_ctl_t *control;
    int error = calsa_open_control(card, &control);
    if (error < 0) return error;
    snd_ctl_card_info_t *information;
    snd_ctl_card_info_alloca(&information);
    error = snd_ctl_card_info(control, information);
    if (error >= 0) {
        calsa_copy(snd_ctl_card_info_get_id(information), id, capacity);
        calsa_copy(snd_ctl_card_info_get_name(information), name, capacity);
    }
    snd_ctl_close(control);
    return error < 0 ? error : 0;
}

int32_t calsa_next_device(int32_t card, int32_t device) {
    snd_ctl_t *control;
    if (calsa_open_control(card, &control) < 0) return -1;
    int next = device;
    int error = snd_ctl_pcm_next_device(control, &next);
    snd_ctl_close(control);
    return error < 0 ? -1 : next;
}

int32_t calsa_device_name(int32_t card, int32_t device, int32_t capture, uint8_t *name, int32_t capacity) {
    snd_ctl_t *control;
    int error = calsa_open_control(card, &control);
    if (error < 0) return error;
    snd_pcm_info_t *information;
    snd_pcm_info_alloca(&information);
    snd_pcm_info_set_device(information, (unsigned)device);
    snd_pcm_info_set_stream(information, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK);
    error = snd_ctl_pcm_info(control, information);
    int32_t result = error < 0 ? error : calsa_copy(snd_pcm_info_get_name(information), name, capacity);
    snd_ctl_close(control);
    return result;
}

int32_t calsa_device_abilities(int32_t card, int32_t device, int32_t capture, struct calsa_abilities *abilities) {
    char name[48];
    snprintf(name, sizeof name, "hw:%d,%d", card, device);
    memset(abilities, 0, sizeof *abilities);
    snd_config_t *configuration;
    int error = calsa_load(NULL, &configuration);
    if (error < 0) return error;
    snd_pcm_t *pcm;
    error = snd_pcm_open_lconf(
        &pcm, name, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK, configuration);
    if (error >= 0) {
        snd_pcm_hw_params_t *parameters;
        snd_pcm_hw_params_alloca(&parameters);
        error = snd_pcm_hw_params_any(pcm, parameters);
        if (error >= 0) {
            snd_pcm_hw_params_get_channels_min(parameters, &abilities->channels_min);
            snd_pcm_hw_params_get_channels_max(parameters, &abilities->channels_max);
            snd_pcm_hw_params_get_rate_min(parameters, &abilities->rate_min, NULL);
            snd_pcm_hw_params_get_rate_max(parameters, &abilities->rate_max, NULL);
            snd_pcm_uframes_t period = 0;
            snd_pcm_hw_params_get_period_size_min(parameters, &period, NULL);
            abilities->period_min = (uint32_t)period;
            snd_pcm_hw_params_get_period_size_max(parameters, &period, NULL);
            abilities->period_max = period > UINT32_MAX ? UINT32_MAX : (uint32_t)period;
            abilities->has_s32 = snd_pcm_hw_params_test_format(pcm, parameters, SND_PCM_FORMAT_S32_LE) == 0;
            abilities->has_s16 = snd_pcm_hw_params_test_format(pcm, parameters, SND_PCM_FORMAT_S16_LE) == 0;
        }
        snd_pcm_close(pcm);
    }
    snd_config_delete(configuration);
    return error < 0 ? error : 0;
}
