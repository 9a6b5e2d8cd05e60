// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of libgpiod that the intercom uses. Only fixed-width types; a result below zero is -errno.
#pragma once
#include <stdint.h>

/// The number of the GPIO chip after `chip` (-1: the first), as in /dev/gpiochipN; -1 when there is none.
int32_t cgpio_next_chip(int32_t chip);
/// A chip's name and label (zero-padded), and how many lines it has.
int32_t cgpio_chip_text(int32_t chip, uint8_t *name, uint8_t *label, int32_t capacity, uint32_t *lines);
/// A line's name, empty when it has none; `used` says whether someone holds it.
int32_t cgpio_line_text(int32_t chip, uint32_t line, uint8_t *name, int32_t capacity, uint32_t *used);
int32_t cgpio_version(uint8_t *text, int32_t capacity);
