// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of libgpiod that the intercom uses: for now, what there is.

#define _GNU_SOURCE
#include "CGPIO.h"

#include <dirent.h>
#include <errno.h>
#include <gpiod.h>
#include <stdio.h>
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

static struct gpiod_chip *cgpio_open(int32_t chip) {
    char path[32];
    snprintf(path, sizeof path, "/dev/gpiochip%d", chip);
    return gpiod_chip_open(path);
}

int32_t cgpio_chip_text(int32_t chip, uint8_t *name, uint8_t *label, int32_t capacity, uint32_t *lines) {
    memset(name, 0, (size_t)capacity);
    memset(label, 0, (size_t)capacity);
    *lines = 0;
    struct gpiod_chip *opened = cgpio_open(chip);
    if (opened == NULL) return -errno;
    struct gpiod_chip_info *information = gpiod_chip_get_info(opened);
    int32_t result = information == NULL ? -errno : 0;
    if (information != NULL) {
        cgpio_copy(gpiod_chip_info_get_name(information), name, capacity);
        cgpio_copy(gpiod_chip_info_get_label(information), label, capacity);
        *lines = (uint32_t)gpiod_chip_info_get_num_lines(information);
        gpiod_chip_info_free(information);
    }
    gpiod_chip_close(opened);
    return result;
}

int32_t cgpio_line_text(int32_t chip, uint32_t line, uint8_t *name, int32_t capacity, uint32_t *used) {
    *used = 0;
    struct gpiod_chip *opened = cgpio_open(chip);
    if (opened == NULL) return -errno;
    struct gpiod_line_info *information = gpiod_chip_get_line_info(opened, line);
    int32_t result = information == NULL ? -errno : 0;
    if (information != NULL) {
        result = cgpio_copy(gpiod_line_info_get_name(information), name, capacity);
        *used = gpiod_line_info_is_used(information);
        gpiod_line_info_free(information);
    }
    gpiod_chip_close(opened);
    return result;
}

int32_t cgpio_version(uint8_t *text, int32_t capacity) { return cgpio_copy(gpiod_api_version(), text, capacity); }
