// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Unix sockets: the service manager's, and the control socket.

#define _GNU_SOURCE
#include "CLinuxService.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// The address of `path`; 0 when it is too long or empty. An abstract name has no zero at its end.
static socklen_t clinux_unix_address(const char *path, int abstract, struct sockaddr_un *address) {
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->sun_path) return 0;
    memcpy(address->sun_path, path, length);
    if (abstract && path[0] == '@') {
        address->sun_path[0] = 0;
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

int32_t clinux_unix_datagram(void) {
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd < 0 ? -errno : fd;
}

int64_t clinux_unix_send(int32_t fd, const char *path, const void *bytes, int64_t count) {
    struct sockaddr_un address;
    socklen_t length = clinux_unix_address(path, 1, &address);
    if (length == 0) return -ENAMETOOLONG;
    ssize_t sent = sendto(fd, bytes, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    return sent < 0 ? -errno : sent;
}

int32_t clinux_unix_connect(const char *path) {
    struct sockaddr_un address;
    socklen_t length = clinux_unix_address(path, 0, &address);
    if (length == 0) return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    if (connect(fd, (struct sockaddr *)&address, length) == 0) return fd;
    int error = errno;
    close(fd);
    return -error;
}

// Makes room at `path`: removes a socket that nobody listens on.
static int clinux_unix_clear(const char *path) {
    struct stat status;
    if (lstat(path, &status) < 0) return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(status.st_mode)) return -EEXIST;
    int fd = clinux_unix_connect(path);
    if (fd >= 0) close(fd);
    if (fd >= 0 || fd == -EAGAIN) return -EADDRINUSE;
    if (fd != -ECONNREFUSED) return fd == -ENOENT ? 0 : fd;
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

int32_t clinux_unix_listen(const char *path, uint32_t mode, int64_t group, int32_t backlog) {
    struct sockaddr_un address;
    socklen_t length = clinux_unix_address(path, 0, &address);
    if (length == 0) return -ENAMETOOLONG;
    int result = clinux_unix_clear(path);
    if (result < 0) return result;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    // The file is made with the socket's own bits, so that nobody else can come in before they are set.
    if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&address, length) < 0) {
        result = -errno;
        close(fd);
        return result;
    }
    if ((group >= 0 && lchown(path, (uid_t)-1, (gid_t)group) < 0) || chmod(path, (mode_t)mode) < 0 ||
        listen(fd, backlog) < 0) {
        result = -errno;
        unlink(path);
        close(fd);
        return result;
    }
    return fd;
}

int32_t clinux_file_identity(const char *path, uint64_t *device, uint64_t *inode) {
    struct stat status;
    if (lstat(path, &status) < 0) return -errno;
    *device = (uint64_t)status.st_dev;
    *inode = (uint64_t)status.st_ino;
    return 0;
}

void clinux_unix_remove(const char *path, uint64_t device, uint64_t inode) {
    uint64_t found_device, found_inode;
    if (clinux_file_identity(path, &found_device, &found_inode) < 0) return;
    if (found_device == device && found_inode == inode) unlink(path);
}

int32_t clinux_unix_accept(int32_t listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return fd < 0 ? -errno : fd;
}
