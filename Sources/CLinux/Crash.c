// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The last words of a crash. A Swift trap prints nothing in an Embedded binary, so this line is all there is to go by.
// Only async-signal-safe calls; the address is relative to where the program was loaded, as addr2line wants it for a
// static-pie.

#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "CLinuxThreads.h"

extern const char __ehdr_start[] __attribute__((weak, visibility("hidden")));

static char clinux_build[64] = "unknown";
static volatile sig_atomic_t clinux_journal;
static char clinux_main_stack[16384];

struct clinux_line {
    char bytes[256];
    size_t count;
};

static void clinux_text(struct clinux_line *line, const char *text) {
    while (*text != 0 && line->count < sizeof line->bytes - 1) line->bytes[line->count++] = *text++;
}

static void clinux_hexadecimal(struct clinux_line *line, uint64_t value) {
    char digits[17] = {0};
    int index = 16;
    do {
        digits[--index] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    clinux_text(line, "0x");
    clinux_text(line, digits + index);
}

static uint64_t clinux_program_counter(const ucontext_t *context) {
#if defined(__x86_64__)
    return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return context->uc_mcontext.pc;
#elif defined(__arm__)
    return context->uc_mcontext.arm_pc;
#else
    (void)context;
    return 0;
#endif
}

static const char *clinux_signal_name(int number) {
    switch (number) {
        case SIGILL: return "SIGILL";
        case SIGTRAP: return "SIGTRAP";
        case SIGSEGV: return "SIGSEGV";
        case SIGBUS: return "SIGBUS";
        case SIGFPE: return "SIGFPE";
        default: return "SIGABRT";
    }
}

static void clinux_crash(int number, siginfo_t *information, void *context) {
    struct clinux_line line = {.count = 0};
    uint64_t counter = clinux_program_counter(context), base = (uint64_t)(uintptr_t)__ehdr_start;
    clinux_text(&line, clinux_journal ? "<2>intercom: died of " : "intercom: died of ");
    clinux_text(&line, clinux_signal_name(number));
    clinux_text(&line, " at ");
    clinux_hexadecimal(&line, counter >= base ? counter - base : counter);
    if (number == SIGSEGV || number == SIGBUS) {
        clinux_text(&line, ", accessing ");
        clinux_hexadecimal(&line, (uint64_t)(uintptr_t)information->si_addr);
    }
    clinux_text(&line, ", thread ");
    clinux_hexadecimal(&line, (uint64_t)syscall(SYS_gettid));
    clinux_text(&line, ", build ");
    clinux_text(&line, clinux_build);
    line.bytes[line.count++] = '\n';
    ssize_t written = write(2, line.bytes, line.count);
    (void)written;
    // The handler is reset already: the signal comes again as soon as we return, and then it kills.
    raise(number);
}

void clinux_crash_install(const char *build, int32_t journal) {
    strncpy(clinux_build, build, sizeof clinux_build - 1);
    clinux_journal = journal;
    stack_t stack = {.ss_sp = clinux_main_stack, .ss_size = sizeof clinux_main_stack};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = clinux_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    static const int numbers[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) sigaction(numbers[index], &action, NULL);
}
