// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Unix sockets, the service manager, and what the machine is.
#pragma once
#include <stdint.h>

/// A datagram socket that is bound to nothing.
int32_t clinux_unix_datagram(void);
/// Sends to the socket at `path`; an '@' in front of it stands for the zero byte of an abstract name. Never waits.
int64_t clinux_unix_send(int32_t fd, const char *path, const void *bytes, int64_t count);

/// Listens at `path`, whose permission bits are `mode` and whose group is `group` (below zero: the process's own). A
/// socket there that nobody listens on is replaced; -EADDRINUSE when somebody does, -EEXIST for what is no socket.
int32_t clinux_unix_listen(const char *path, uint32_t mode, int64_t group, int32_t backlog);
/// Removes the socket at `path` if it is still that file.
void clinux_unix_remove(const char *path, uint64_t device, uint64_t inode);
/// Which file is at `path`.
int32_t clinux_file_identity(const char *path, uint64_t *device, uint64_t *inode);
int32_t clinux_unix_accept(int32_t listener);
/// A connected socket. Does not wait: -EAGAIN when too many wait there already.
int32_t clinux_unix_connect(const char *path);

/// The process's groups, its effective one first; answers how many there are, of which at most `capacity` were written.
int32_t clinux_groups(uint32_t *groups, int32_t capacity);
uint32_t clinux_user(void);

enum {
    CLINUX_ACCESS_EXISTS = 0,
    CLINUX_ACCESS_EXECUTE = 1,
    CLINUX_ACCESS_WRITE = 2,
    CLINUX_ACCESS_READ = 4,
};
/// 0 when the calling user may do with `path` what the flags say.
int32_t clinux_access(const char *path, uint32_t flags);
/// Bytes that an ordinary user can still write below `path`.
int64_t clinux_free_bytes(const char *path);
/// RLIMIT_RTPRIO, 0 ... 99.
int32_t clinux_realtime_limit(void);
/// 1 when the kernel's clock is kept right by a time service, 0 when it is not, or -errno.
int32_t clinux_clock_synchronized(void);
/// Whether interface `index` is a wireless one that saves power: 1 yes, 0 no, -ENODEV no such interface, -EOPNOTSUPP
/// not wireless, or its driver does not tell.
int32_t clinux_wireless_power_save(uint32_t index);

/// Starts the program at `path` with one argument (NULL: none) and does not wait for it; answers its process.
int32_t clinux_start_program(const char *path, const char *argument);
/// Asks about a started process: its exit status (128 + the signal that ended it), or -EAGAIN while it runs.
int32_t clinux_program_result(int32_t process);
