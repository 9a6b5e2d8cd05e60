// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Error texts, and the check that the numbers Swift names are this kernel's.

#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>

#include "Copy.h"

_Static_assert(
    EPERM == 1 && ENOENT == 2 && EINTR == 4 && EIO == 5 && EBADF == 9 && EAGAIN == 11 && ENOMEM == 12 && EACCES == 13 &&
        EBUSY == 16 && EEXIST == 17 && ENODEV == 19 && EINVAL == 22 && EMFILE == 24 && EFBIG == 27 && EPIPE == 32 &&
        ENOSYS == 38 && ENAMETOOLONG == 36 && EADDRINUSE == 98 && EADDRNOTAVAIL == 99 && ENETUNREACH == 101 &&
        ECONNABORTED == 103 && ECONNRESET == 104 && ETIMEDOUT == 110 && ECONNREFUSED == 111 && EHOSTUNREACH == 113 &&
        EINPROGRESS == 115,
    "LinuxError.swift names other numbers");

int32_t clinux_copy(const char *source, uint8_t *text, int32_t capacity) {
    if (source == NULL || capacity <= 0) return 0;
    size_t length = strnlen(source, (size_t)capacity);
    memcpy(text, source, length);
    return (int32_t)length;
}

int32_t clinux_error_text(int32_t number, uint8_t *text, int32_t capacity) {
    return clinux_copy(strerror(number), text, capacity);
}
