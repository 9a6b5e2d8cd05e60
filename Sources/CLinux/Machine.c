// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the machine is and permits.

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "CLinuxService.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

// linux/wireless.h and net/if.h cannot be had together everywhere; these two are as old as Wi-Fi.
#define CLINUX_SIOCGIWNAME 0x8B01
#define CLINUX_SIOCGIWPOWER 0x8B2D

extern char **environ;

int32_t clinux_groups(uint32_t *groups, int32_t capacity) {
    gid_t found[1024];
    int count = getgroups((int)(sizeof found / sizeof *found), found);
    if (count < 0) return -errno;
    if (capacity > 0) groups[0] = getegid();
    for (int index = 0; index < count && index + 1 < capacity; index++) groups[index + 1] = found[index];
    return count + 1;
}

uint32_t clinux_user(void) { return geteuid(); }

int32_t clinux_access(const char *path, uint32_t flags) {
    int mode = F_OK;
    if (flags & CLINUX_ACCESS_READ) mode |= R_OK;
    if (flags & CLINUX_ACCESS_WRITE) mode |= W_OK;
    if (flags & CLINUX_ACCESS_EXECUTE) mode |= X_OK;
    return access(path, mode) < 0 ? -errno : 0;
}

int64_t clinux_free_bytes(const char *path) {
    struct statvfs status;
    if (statvfs(path, &status) < 0) return -errno;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

int32_t clinux_realtime_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTPRIO, &limit) < 0) return -errno;
    return limit.rlim_cur > 99 ? 99 : (int32_t)limit.rlim_cur;
}

int32_t clinux_clock_synchronized(void) {
    struct timex time = {.modes = 0};
    int state = adjtimex(&time);
    if (state < 0) return -errno;
    return state != TIME_ERROR;
}

// The wireless extensions' request: a name, then what is asked in 16 bytes.
struct clinux_wireless_request {
    char name[IFNAMSIZ];
    struct {
        int32_t value;
        uint8_t fixed;
        uint8_t disabled;
        uint16_t flags;
        uint64_t rest;
    } power;
};

int32_t clinux_wireless_power_save(uint32_t index) {
    struct clinux_wireless_request request;
    memset(&request, 0, sizeof request);
    if (if_indextoname(index, request.name) == NULL) return -ENODEV;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct clinux_wireless_request name = request;
    int result = ioctl(fd, CLINUX_SIOCGIWNAME, &name);
    if (result == 0) result = ioctl(fd, CLINUX_SIOCGIWPOWER, &request);
    close(fd);
    return result < 0 ? -EOPNOTSUPP : !request.power.disabled;
}

int32_t clinux_start_program(const char *path, const char *argument) {
    // What we block and ignore is ours; the program starts with everything as it is by default.
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char *arguments[] = {(char *)path, (char *)argument, NULL};
    pid_t process = 0;
    int error = posix_spawn(&process, path, NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    return error != 0 ? -error : process;
}

int32_t clinux_program_result(int32_t process) {
    int status = 0;
    pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == 0) return -EAGAIN;
    if (ended < 0) return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
