// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the program was given, and what it has used.

#define _GNU_SOURCE
#include "CLinuxProgram.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "Copy.h"

static int clinux_count;
static char **clinux_arguments;

// Embedded Swift has no CommandLine. The product's libc is musl, which hands main its arguments and nobody else, so it is
// linked with --wrap=__libc_start_main; glibc, in the ordinary build, hands them to constructors too.
#if defined(INTERCOM_EMBEDDED)
typedef int clinux_main(int, char **, char **);
int __real___libc_start_main(clinux_main *, int, char **, void (*)(void), void (*)(void), void (*)(void));

int __wrap___libc_start_main(
    clinux_main *main, int count, char **arguments, void (*begin)(void), void (*end)(void), void (*loader_end)(void)) {
    clinux_count = count;
    clinux_arguments = arguments;
    return __real___libc_start_main(main, count, arguments, begin, end, loader_end);
}
#else
__attribute__((constructor)) static void clinux_keep_arguments(int count, char **arguments, char **environment) {
    (void)environment;
    clinux_count = count;
    clinux_arguments = arguments;
}
#endif

int32_t clinux_argument_count(void) { return clinux_count; }

const char *clinux_argument(int32_t index) {
    return index >= 0 && index < clinux_count ? clinux_arguments[index] : NULL;
}

const char *clinux_environment(const char *name) { return getenv(name); }

int32_t clinux_host_name(uint8_t *text, int32_t capacity) {
    char name[65] = {0};
    return gethostname(name, sizeof name - 1) == 0 ? clinux_copy(name, text, capacity) : 0;
}

int32_t clinux_process_identifier(void) { return getpid(); }
_Noreturn void clinux_exit(int32_t code) { exit(code); }

static int64_t clinux_nanoseconds(struct timeval time) {
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

static void clinux_usage_of(int who, struct clinux_usage *usage) {
    struct rusage used;
    getrusage(who, &used);
    *usage = (struct clinux_usage){
        .cpu_nanoseconds = clinux_nanoseconds(used.ru_utime) + clinux_nanoseconds(used.ru_stime),
        .peak_resident_bytes = (int64_t)used.ru_maxrss * 1024,
        .voluntary_switches = used.ru_nvcsw,
        .involuntary_switches = used.ru_nivcsw,
        .minor_faults = used.ru_minflt,
        .major_faults = used.ru_majflt,
    };
}

static const char *clinux_read_small(const char *path, char *bytes, size_t capacity) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? 0 : read(fd, bytes, capacity - 1);
    if (fd >= 0) close(fd);
    bytes[count > 0 ? count : 0] = 0;
    return bytes;
}

// The number behind `name` (a line feed, a word, a colon) in /proc/self/status, or -1. A name of the command cannot
// forge it: its line feeds are escaped there.
static int64_t clinux_status_value(const char *status, const char *name) {
    const char *line = strstr(status, name);
    return line != NULL ? strtoll(line + strlen(name), NULL, 10) : -1;
}

void clinux_process_usage(struct clinux_usage *usage) {
    char status[4096];
    clinux_usage_of(RUSAGE_SELF, usage);
    clinux_read_small("/proc/self/status", status, sizeof status);
    // getrusage's peak includes that of the program that was there before exec, as large as it may have been.
    const int64_t peak = clinux_status_value(status, "\nVmHWM:");
    const int64_t resident = clinux_status_value(status, "\nVmRSS:");
    const int64_t threads = clinux_status_value(status, "\nThreads:");
    if (peak >= 0) usage->peak_resident_bytes = peak * 1024;
    if (resident >= 0) usage->resident_bytes = resident * 1024;
    if (threads >= 0) usage->threads = threads;
}

void clinux_thread_usage(struct clinux_usage *usage) { clinux_usage_of(RUSAGE_THREAD, usage); }
