// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Files and descriptors.
#pragma once
#include <stdint.h>

enum {
    CLINUX_OPEN_READ = 0,
    /// Made or emptied, for reading and writing.
    CLINUX_OPEN_REPLACE = 1,
    /// Made when missing, written at the end.
    CLINUX_OPEN_APPEND = 2,
    /// Made, and an error when it is there.
    CLINUX_OPEN_NEW = 3,
    /// A directory, to be synchronized.
    CLINUX_OPEN_DIRECTORY = 4,
};

int32_t clinux_open(const char *path, int32_t how, uint32_t mode);
void clinux_close(int32_t fd);
int64_t clinux_read(int32_t fd, void *bytes, int64_t count);
int64_t clinux_write(int32_t fd, const void *bytes, int64_t count);
/// Writes at `offset` and leaves the position alone.
int64_t clinux_write_at(int32_t fd, const void *bytes, int64_t count, int64_t offset);
/// Moves the position to `offset` from the beginning.
int64_t clinux_seek(int32_t fd, int64_t offset);
/// The size in bytes; -ESPIPE for what has none.
int64_t clinux_size(int32_t fd);
int32_t clinux_synchronize(int32_t fd);
int32_t clinux_rename(const char *from, const char *to);
int32_t clinux_remove(const char *path);
/// Makes a directory; one that is there is fine.
int32_t clinux_make_directory(const char *path, uint32_t mode);
/// The permission bits, or -errno.
int32_t clinux_permissions(const char *path);
int32_t clinux_is_terminal(int32_t fd);
/// How many columns the terminal has; 0 when it is none or does not say.
int32_t clinux_terminal_columns(int32_t fd);
