// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Endpoints to and from the kernel's socket addresses.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "CLinuxSockets.h"

static inline socklen_t clinux_to_socket_address(
    const struct clinux_endpoint *endpoint, struct sockaddr_storage *address) {
    memset(address, 0, sizeof *address);
    if (endpoint->family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)address;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(endpoint->port);
        v4->sin_addr.s_addr = htonl((uint32_t)(endpoint->high >> 32));
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint->port);
    v6->sin6_scope_id = endpoint->scope;
    for (int index = 0; index < 8; index++) {
        v6->sin6_addr.s6_addr[index] = (uint8_t)(endpoint->high >> (56 - 8 * index));
        v6->sin6_addr.s6_addr[8 + index] = (uint8_t)(endpoint->low >> (56 - 8 * index));
    }
    return sizeof *v6;
}

/// 0 when the address is of another family.
static inline int clinux_from_socket_address(const struct sockaddr *address, struct clinux_endpoint *endpoint) {
    memset(endpoint, 0, sizeof *endpoint);
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        endpoint->family = 4;
        endpoint->port = ntohs(v4->sin_port);
        endpoint->high = (uint64_t)ntohl(v4->sin_addr.s_addr) << 32;
        return 1;
    }
    if (address->sa_family != AF_INET6) return 0;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    endpoint->family = 6;
    endpoint->port = ntohs(v6->sin6_port);
    endpoint->scope = v6->sin6_scope_id;
    for (int index = 0; index < 8; index++) {
        endpoint->high = endpoint->high << 8 | v6->sin6_addr.s6_addr[index];
        endpoint->low = endpoint->low << 8 | v6->sin6_addr.s6_addr[8 + index];
    }
    return 1;
}
