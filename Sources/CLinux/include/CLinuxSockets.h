// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sockets, interface addresses, names.
#pragma once
#include <stdint.h>

/// An address and a port as Core has them: an IPv4 address fills the upper half of `high`, numbers are in host order.
struct clinux_endpoint {
    uint64_t high;
    uint64_t low;
    uint32_t scope;
    uint16_t port;
    /// 4 or 6.
    uint16_t family;
};

/// A bound, non-blocking UDP socket. `expedited` marks what it sends for expedited forwarding; buffer sizes of 0 leave
/// the kernel's. A refusal of these three is not an error.
int32_t clinux_udp_open(
    const struct clinux_endpoint *local, int32_t expedited, int32_t receive_bytes, int32_t send_bytes);
/// The datagram's whole size, which is above `capacity` when it was cut.
int64_t clinux_udp_receive(int32_t fd, void *bytes, int64_t capacity, struct clinux_endpoint *remote);
int64_t clinux_udp_send(int32_t fd, const void *bytes, int64_t count, const struct clinux_endpoint *remote);
/// The traffic class that the socket sends with: DSCP in the upper six bits.
int32_t clinux_traffic_class(int32_t fd);
int32_t clinux_local_endpoint(int32_t fd, struct clinux_endpoint *local);

int32_t clinux_tcp_listen(const struct clinux_endpoint *local, int32_t backlog);
int32_t clinux_tcp_accept(int32_t listener, struct clinux_endpoint *remote);
/// A socket whose connection attempt has begun.
int32_t clinux_tcp_connect(const struct clinux_endpoint *remote);
/// What became of the attempt: 0 connected, -EINPROGRESS not known yet, else why not.
int32_t clinux_tcp_connect_result(int32_t fd);
int64_t clinux_tcp_read(int32_t fd, void *bytes, int64_t capacity);
int64_t clinux_tcp_write(int32_t fd, const void *bytes, int64_t count);
int32_t clinux_tcp_shutdown_write(int32_t fd);

enum {
    CLINUX_INTERFACE_UP = 1,
    CLINUX_INTERFACE_LOOPBACK = 2,
    CLINUX_INTERFACE_POINT_TO_POINT = 4,
    /// IPv6: a privacy address (RFC 8981).
    CLINUX_INTERFACE_TEMPORARY = 8,
    /// IPv6: its preferred lifetime is over.
    CLINUX_INTERFACE_DEPRECATED = 16,
    /// IPv6: duplicate address detection has not ended.
    CLINUX_INTERFACE_TENTATIVE = 32,
};

struct clinux_interface_address {
    struct clinux_endpoint endpoint;
    uint32_t index;
    uint32_t flags;
};

/// Lists addresses; answers how many there are, of which at most `capacity` were written.
int32_t clinux_interface_addresses(struct clinux_interface_address *addresses, int32_t capacity);
int32_t clinux_interface_name(uint32_t index, uint8_t *text, int32_t capacity);

/// Looks `name` up, which can take many seconds; answers how many addresses were written. A failure of the look-up itself
/// is -10000 minus the positive EAI number.
int32_t clinux_resolve(const char *name, struct clinux_endpoint *addresses, int32_t capacity);
/// The text of such a number.
int32_t clinux_resolve_text(int32_t result, uint8_t *text, int32_t capacity);
