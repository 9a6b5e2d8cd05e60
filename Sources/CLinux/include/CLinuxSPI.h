// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// SPI devices (spidev).
#pragma once
#include <stdint.h>

/// Opens an SPI device for writing: mode 0, 8 bits a word, most significant bit first, at most `hertz` bits a second.
/// -ENOTTY when `path` is something else.
int32_t clinux_spi_open(const char *path, uint32_t hertz);
