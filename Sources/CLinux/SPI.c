// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// SPI devices (spidev).

#define _GNU_SOURCE
#include "CLinuxSPI.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/spi/spidev.h>
#include <sys/ioctl.h>
#include <unistd.h>

int32_t clinux_spi_open(const char *path, uint32_t hertz) {
    // O_NONBLOCK only keeps the opening of a pipe from waiting; spidev writes in one go all the same.
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return -errno;
    uint8_t mode = SPI_MODE_0, bits = 8, is_lsb_first = 0;
    if (ioctl(fd, SPI_IOC_WR_MODE, &mode) < 0 || ioctl(fd, SPI_IOC_WR_LSB_FIRST, &is_lsb_first) < 0 ||
        ioctl(fd, SPI_IOC_WR_BITS_PER_WORD, &bits) < 0 || ioctl(fd, SPI_IOC_WR_MAX_SPEED_HZ, &hertz) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}
