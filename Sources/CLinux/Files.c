// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Files and descriptors.

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "CLinuxFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int32_t clinux_open(const char *path, int32_t how, uint32_t mode) {
    static const int flags[] = {
        O_RDONLY, O_RDWR | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT | O_APPEND, O_RDWR | O_CREAT | O_EXCL,
        O_RDONLY | O_DIRECTORY,
    };
    int fd = open(path, flags[how] | O_CLOEXEC, (mode_t)mode);
    return fd < 0 ? -errno : fd;
}

void clinux_close(int32_t fd) { close(fd); }

int64_t clinux_read(int32_t fd, void *bytes, int64_t count) {
    ssize_t done = read(fd, bytes, (size_t)count);
    return done < 0 ? -errno : done;
}

int64_t clinux_write(int32_t fd, const void *bytes, int64_t count) {
    ssize_t done = write(fd, bytes, (size_t)count);
    return done < 0 ? -errno : done;
}

int64_t clinux_write_at(int32_t fd, const void *bytes, int64_t count, int64_t offset) {
    ssize_t done = pwrite(fd, bytes, (size_t)count, offset);
    return done < 0 ? -errno : done;
}

int64_t clinux_seek(int32_t fd, int64_t offset) {
    off_t position = lseek(fd, offset, SEEK_SET);
    return position < 0 ? -errno : position;
}

int64_t clinux_size(int32_t fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    return S_ISREG(status.st_mode) ? status.st_size : -ESPIPE;
}

int32_t clinux_synchronize(int32_t fd) { return fsync(fd) < 0 ? -errno : 0; }
int32_t clinux_rename(const char *from, const char *to) { return rename(from, to) < 0 ? -errno : 0; }
int32_t clinux_remove(const char *path) { return remove(path) < 0 ? -errno : 0; }

int32_t clinux_make_directory(const char *path, uint32_t mode) {
    if (mkdir(path, (mode_t)mode) == 0) return 0;
    int error = errno;
    struct stat status;
    if (error == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return 0;
    return -error;
}

int32_t clinux_permissions(const char *path) {
    struct stat status;
    return stat(path, &status) < 0 ? -errno : (int32_t)(status.st_mode & 07777);
}

int32_t clinux_is_terminal(int32_t fd) { return isatty(fd); }

int32_t clinux_terminal_columns(int32_t fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
