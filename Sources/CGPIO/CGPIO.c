// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of libgpiod that the intercom uses: what there is, and lines held.

#define _GNU_SOURCE
#include "CGPIO.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int32_t cgpio_copy(const char *source, uint8_t *text, int32_t capacity) {
    if (source == NULL || capacity <= 0) return 0;
    size_t length = strnlen(source, (size_t)capacity);
    memcpy(text, source, length);
    return (int32_t)length;
}

int32_t cgpio_next_chip(int32_t chip) {
    DIR *folder = opendir("/dev");
    if (folder == NULL) return -1;
    int32_t next = -1;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        int number = -1, length = 0;
        if (sscanf(entry->d_name, "gpiochip%d%n", &number, &length) != 1 || entry->d_name[length] != 0) continue;
        if (number > chip && (next < 0 || number < next)) next = number;
    }
    closedir(folder);
    return next;
}

int32_t cgpio_open(int32_t chip, void **opened) {
    char path[32];
    snprintf(path, sizeof path, "/dev/gpiochip%d", chip);
    *opened = gpiod_chip_open(path);
    return *opened == NULL ? -errno : 0;
}

void cgpio_close(void *chip) { gpiod_chip_close(chip); }

int32_t cgpio_chip_text(int32_t chip, uint8_t *name, uint8_t *label, int32_t capacity, uint32_t *lines) {
    memset(name, 0, (size_t)capacity);
    memset(label, 0, (size_t)capacity);
    *lines = 0;
    void *opened;
    int32_t result = cgpio_open(chip, &opened);
    if (result < 0) return result;
    struct gpiod_chip_info *information = gpiod_chip_get_info(opened);
    result = information == NULL ? -errno : 0;
    if (information != NULL) {
        cgpio_copy(gpiod_chip_info_get_name(information), name, capacity);
        cgpio_copy(gpiod_chip_info_get_label(information), label, capacity);
        *lines = (uint32_t)gpiod_chip_info_get_num_lines(information);
        gpiod_chip_info_free(information);
    }
    gpiod_chip_close(opened);
    return result;
}

int32_t cgpio_line(void *chip, uint32_t offset, struct cgpio_line *line) {
    memset(line, 0, sizeof *line);
    struct gpiod_line_info *information = gpiod_chip_get_line_info(chip, offset);
    if (information == NULL) return -errno;
    cgpio_copy(gpiod_line_info_get_name(information), line->name, CGPIO_TEXT_MAX - 1);
    cgpio_copy(gpiod_line_info_get_consumer(information), line->consumer, CGPIO_TEXT_MAX - 1);
    line->is_used = gpiod_line_info_is_used(information);
    gpiod_line_info_free(information);
    return 0;
}

struct cgpio_held {
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;
};

static int cgpio_describe(struct gpiod_line_settings *settings, const struct cgpio_wish *wish) {
    static const enum gpiod_line_bias biases[] = {
        GPIOD_LINE_BIAS_AS_IS, GPIOD_LINE_BIAS_DISABLED, GPIOD_LINE_BIAS_PULL_UP, GPIOD_LINE_BIAS_PULL_DOWN,
    };
    gpiod_line_settings_reset(settings);
    gpiod_line_settings_set_active_low(settings, wish->is_active_low != 0);
    if (wish->is_output) {
        enum gpiod_line_value value = wish->is_active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
        if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT) < 0) return -1;
        return gpiod_line_settings_set_output_value(settings, value);
    }
    if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT) < 0) return -1;
    if (gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH) < 0) return -1;
    if (gpiod_line_settings_set_bias(settings, biases[wish->bias & 3]) < 0) return -1;
    return gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
}

int32_t cgpio_request(
    void *chip, const char *consumer, const struct cgpio_wish *wishes, int32_t count, int32_t edges_kept,
    int32_t edges_read, void **request) {
    int32_t result = -ENOMEM;
    struct cgpio_held *held = calloc(1, sizeof *held);
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *asking = gpiod_request_config_new();
    *request = NULL;
    if (held == NULL || settings == NULL || lines == NULL || asking == NULL) goto done;
    held->events = gpiod_edge_event_buffer_new((size_t)edges_read);
    if (held->events == NULL) goto done;
    gpiod_request_config_set_consumer(asking, consumer);
    gpiod_request_config_set_event_buffer_size(asking, (size_t)edges_kept);
    for (int32_t index = 0; index < count; index++) {
        unsigned int offset = wishes[index].offset;
        if (cgpio_describe(settings, &wishes[index]) < 0 ||
            gpiod_line_config_add_line_settings(lines, &offset, 1, settings) < 0) {
            result = -errno;
            goto done;
        }
    }
    held->request = gpiod_chip_request_lines(chip, asking, lines);
    result = held->request == NULL ? -errno : 0;
    if (result < 0) goto done;
    int fd = gpiod_line_request_get_fd(held->request);
    int flags = fcntl(fd, F_GETFL);
    // Reading must never wait: the loop thread has more to do.
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) result = -errno;
    if (result == 0) *request = held;
done:
    gpiod_request_config_free(asking);
    gpiod_line_config_free(lines);
    gpiod_line_settings_free(settings);
    if (*request == NULL) cgpio_release(held);
    return result;
}

void cgpio_release(void *request) {
    struct cgpio_held *held = request;
    if (held == NULL) return;
    if (held->request != NULL) gpiod_line_request_release(held->request);
    if (held->events != NULL) gpiod_edge_event_buffer_free(held->events);
    free(held);
}

int32_t cgpio_descriptor(void *request) {
    return gpiod_line_request_get_fd(((struct cgpio_held *)request)->request);
}

int32_t cgpio_value(void *request, uint32_t offset) {
    enum gpiod_line_value value = gpiod_line_request_get_value(((struct cgpio_held *)request)->request, offset);
    return value == GPIOD_LINE_VALUE_ERROR ? -errno : value == GPIOD_LINE_VALUE_ACTIVE;
}

int32_t cgpio_set_value(void *request, uint32_t offset, int32_t is_active) {
    enum gpiod_line_value value = is_active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(((struct cgpio_held *)request)->request, offset, value) < 0 ? -errno : 0;
}

int32_t cgpio_read_edges(void *request, struct cgpio_edge *edges, int32_t capacity) {
    struct cgpio_held *held = request;
    int count = gpiod_line_request_read_edge_events(held->request, held->events, (size_t)capacity);
    if (count < 0) return -errno;
    for (int index = 0; index < count; index++) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(held->events, (unsigned long)index);
        edges[index] = (struct cgpio_edge){
            .nanoseconds = (int64_t)gpiod_edge_event_get_timestamp_ns(event),
            .offset = gpiod_edge_event_get_line_offset(event),
            .sequence = (uint32_t)gpiod_edge_event_get_line_seqno(event),
            // The kernel speaks of edges of the logical value: rising is "becomes active" whatever the polarity.
            .is_active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
        };
    }
    return count;
}

int32_t cgpio_version(uint8_t *text, int32_t capacity) { return cgpio_copy(gpiod_api_version(), text, capacity); }
