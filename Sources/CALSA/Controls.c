// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The controls of a sound card, as the driver names them: what `alsactl` keeps, not what `amixer` makes of it.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CALSA.h"
#include "Configuration.h"

struct calsa_controls {
    snd_ctl_t *control;
    snd_ctl_elem_list_t *list;
};

int32_t calsa_controls_open(const char *card, void **result) {
    char name[96];
    if (snprintf(name, sizeof name, "hw:%s", card) >= (int)sizeof name) return -ENODEV;
    struct calsa_controls *controls = calloc(1, sizeof *controls);
    if (controls == NULL) return -ENOMEM;
    snd_config_t *configuration = NULL;
    int error = calsa_load(NULL, &configuration);
    if (error >= 0) error = snd_ctl_open_lconf(&controls->control, name, SND_CTL_NONBLOCK, configuration);
    if (configuration != NULL) snd_config_delete(configuration);
    if (error >= 0) error = snd_ctl_elem_list_malloc(&controls->list);
    if (error >= 0) error = snd_ctl_elem_list(controls->control, controls->list);
    if (error >= 0) {
        error = snd_ctl_elem_list_alloc_space(controls->list, snd_ctl_elem_list_get_count(controls->list));
    }
    if (error >= 0) error = snd_ctl_elem_list(controls->control, controls->list);
    if (error < 0) {
        calsa_controls_close(controls);
        return error;
    }
    *result = controls;
    return 0;
}

void calsa_controls_close(void *handle) {
    struct calsa_controls *controls = handle;
    if (controls->list != NULL) {
        snd_ctl_elem_list_free_space(controls->list);
        snd_ctl_elem_list_free(controls->list);
    }
    if (controls->control != NULL) snd_ctl_close(controls->control);
    free(controls);
}

int32_t calsa_controls_count(void *handle) {
    return (int32_t)snd_ctl_elem_list_get_used(((struct calsa_controls *)handle)->list);
}

static void calsa_identify(struct calsa_controls *controls, int32_t position, snd_ctl_elem_id_t *id) {
    snd_ctl_elem_list_get_id(controls->list, (unsigned)position, id);
}

int32_t calsa_control(void *handle, int32_t position, struct calsa_control *control, uint8_t *name, int32_t capacity) {
    struct calsa_controls *controls = handle;
    memset(control, 0, sizeof *control);
    snd_ctl_elem_id_t *id;
    snd_ctl_elem_id_alloca(&id);
    calsa_identify(controls, position, id);
    snd_ctl_elem_info_t *information;
    snd_ctl_elem_info_alloca(&information);
    snd_ctl_elem_info_set_id(information, id);
    int error = snd_ctl_elem_info(controls->control, information);
    if (error < 0) return error;
    switch (snd_ctl_elem_info_get_type(information)) {
        case SND_CTL_ELEM_TYPE_BOOLEAN:
            control->kind = CALSA_CONTROL_SWITCH;
            control->maximum = 1;
            break;
        case SND_CTL_ELEM_TYPE_INTEGER: {
            control->kind = CALSA_CONTROL_NUMBER;
            control->minimum = snd_ctl_elem_info_get_min(information);
            control->maximum = snd_ctl_elem_info_get_max(information);
            long least = 0, most = 0;
            if (snd_ctl_get_dB_range(controls->control, id, &least, &most) >= 0 && least < most) {
                control->minimum_centibels = least;
                control->maximum_centibels = most;
            }
            break;
        }
        case SND_CTL_ELEM_TYPE_ENUMERATED:
            control->kind = CALSA_CONTROL_CHOICE;
            control->items = snd_ctl_elem_info_get_items(information);
            control->maximum = (int64_t)control->items - 1;
            break;
        default: return -ENOENT;
    }
    if (!snd_ctl_elem_info_is_readable(information)) return -ENOENT;
    control->channels = snd_ctl_elem_info_get_count(information);
    control->index = snd_ctl_elem_id_get_index(id);
    control->writable = snd_ctl_elem_info_is_writable(information) != 0;
    const char *text = snd_ctl_elem_id_get_name(id);
    size_t length = strnlen(text, (size_t)capacity);
    memcpy(name, text, length);
    return (int32_t)length;
}

int32_t calsa_control_item(void *handle, int32_t position, uint32_t item, uint8_t *text, int32_t capacity) {
    struct calsa_controls *controls = handle;
    snd_ctl_elem_id_t *id;
    snd_ctl_elem_id_alloca(&id);
    calsa_identify(controls, position, id);
    snd_ctl_elem_info_t *information;
    snd_ctl_elem_info_alloca(&information);
    snd_ctl_elem_info_set_id(information, id);
    snd_ctl_elem_info_set_item(information, item);
    int error = snd_ctl_elem_info(controls->control, information);
    if (error < 0) return error;
    const char *name = snd_ctl_elem_info_get_item_name(information);
    size_t length = strnlen(name, (size_t)capacity);
    memcpy(text, name, length);
    return (int32_t)length;
}

static int calsa_value(struct calsa_controls *controls, int32_t position, snd_ctl_elem_value_t *value, int *type) {
    snd_ctl_elem_id_t *id;
    snd_ctl_elem_id_alloca(&id);
    calsa_identify(controls, position, id);
    snd_ctl_elem_info_t *information;
    snd_ctl_elem_info_alloca(&information);
    snd_ctl_elem_info_set_id(information, id);
    int error = snd_ctl_elem_info(controls->control, information);
    if (error < 0) return error;
    *type = (int)snd_ctl_elem_info_get_type(information);
    snd_ctl_elem_value_set_id(value, id);
    error = snd_ctl_elem_read(controls->control, value);
    return error < 0 ? error : (int)snd_ctl_elem_info_get_count(information);
}

int32_t calsa_control_read(void *handle, int32_t position, int64_t *values, int32_t capacity) {
    snd_ctl_elem_value_t *value;
    snd_ctl_elem_value_alloca(&value);
    int type = 0;
    int count = calsa_value(handle, position, value, &type);
    if (count < 0) return count;
    if (count > capacity) count = capacity;
    for (unsigned channel = 0; channel < (unsigned)count; channel++) {
        if (type == SND_CTL_ELEM_TYPE_BOOLEAN) values[channel] = snd_ctl_elem_value_get_boolean(value, channel);
        else if (type == SND_CTL_ELEM_TYPE_INTEGER) values[channel] = snd_ctl_elem_value_get_integer(value, channel);
        else values[channel] = snd_ctl_elem_value_get_enumerated(value, channel);
    }
    return count;
}

int32_t calsa_control_write(void *handle, int32_t position, const int64_t *values, int32_t count) {
    struct calsa_controls *controls = handle;
    snd_ctl_elem_value_t *value;
    snd_ctl_elem_value_alloca(&value);
    int type = 0;
    int channels = calsa_value(controls, position, value, &type);
    if (channels < 0) return channels;
    for (unsigned channel = 0; channel < (unsigned)channels && (int32_t)channel < count; channel++) {
        long number = (long)values[channel];
        if (type == SND_CTL_ELEM_TYPE_BOOLEAN) snd_ctl_elem_value_set_boolean(value, channel, number);
        else if (type == SND_CTL_ELEM_TYPE_INTEGER) snd_ctl_elem_value_set_integer(value, channel, number);
        else snd_ctl_elem_value_set_enumerated(value, channel, (unsigned)number);
    }
    int error = snd_ctl_elem_write(controls->control, value);
    return error < 0 ? error : 0;
}

int32_t calsa_control_number(void *handle, int32_t position, int64_t centibels, int64_t *number) {
    struct calsa_controls *controls = handle;
    snd_ctl_elem_id_t *id;
    snd_ctl_elem_id_alloca(&id);
    calsa_identify(controls, position, id);
    long value = 0;
    int error = snd_ctl_convert_from_dB(controls->control, id, (long)centibels, &value, 0);
    *number = value;
    return error < 0 ? error : 0;
}
