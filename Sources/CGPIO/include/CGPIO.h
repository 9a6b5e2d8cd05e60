// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of libgpiod that the intercom uses. Only fixed-width types; a result below zero is -errno.
#pragma once
#include <stdint.h>

/// Room for a name, a label or a consumer and the zero behind it; the kernel's own are 32 bytes.
enum { CGPIO_TEXT_MAX = 80 };

/// The number of the GPIO chip after `chip` (-1: the first), as in /dev/gpiochipN; -1 when there is none.
int32_t cgpio_next_chip(int32_t chip);
/// A chip's name and label (zero-padded), and how many lines it has.
int32_t cgpio_chip_text(int32_t chip, uint8_t *name, uint8_t *label, int32_t capacity, uint32_t *lines);
int32_t cgpio_version(uint8_t *text, int32_t capacity);

/// Opens a chip, for the calls below.
int32_t cgpio_open(int32_t chip, void **opened);
void cgpio_close(void *chip);

struct cgpio_line {
    /// Both zero-ended; empty when there is none.
    uint8_t name[80];
    uint8_t consumer[80];
    uint32_t is_used;
};

/// What is known of a line.
int32_t cgpio_line(void *chip, uint32_t offset, struct cgpio_line *line);

enum { CGPIO_BIAS_UNCHANGED = 0, CGPIO_BIAS_DISABLED = 1, CGPIO_BIAS_PULL_UP = 2, CGPIO_BIAS_PULL_DOWN = 3 };

/// A line to be held: an input that tells its edges, or an output that begins as `is_active` says.
struct cgpio_wish {
    uint32_t offset;
    uint8_t is_output;
    uint8_t is_active_low;
    uint8_t bias;
    uint8_t is_active;
};

/// Asks a chip for lines, all or none. Edges are stamped by the monotonic clock; the kernel does not debounce. It keeps
/// `edges_kept` edges that are not read yet; one reading takes at most `edges_read`.
int32_t cgpio_request(
    void *chip, const char *consumer, const struct cgpio_wish *wishes, int32_t count, int32_t edges_kept,
    int32_t edges_read, void **request);
void cgpio_release(void *request);
/// What to wait on until an edge can be read.
int32_t cgpio_descriptor(void *request);
/// 1 active, 0 not.
int32_t cgpio_value(void *request, uint32_t offset);
int32_t cgpio_set_value(void *request, uint32_t offset, int32_t is_active);

struct cgpio_edge {
    int64_t nanoseconds;
    uint32_t offset;
    /// The edge's number on its line, from 1.
    uint32_t sequence;
    uint32_t is_active;
    uint32_t reserved;
};

/// Reads edges without waiting: how many were read, or -EAGAIN when none waits.
int32_t cgpio_read_edges(void *request, struct cgpio_edge *edges, int32_t capacity);
