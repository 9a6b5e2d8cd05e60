// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Interface addresses and the resolver.

#define _GNU_SOURCE
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>

#include "CLinuxSockets.h"
#include "Copy.h"
#include "Endpoint.h"

// From <linux/if_addr.h>, as the fifth column of /proc/net/if_inet6 shows them.
enum { TEMPORARY = 0x01, DEPRECATED = 0x20, TENTATIVE = 0x40 };

static void clinux_read_v6_flags(struct clinux_interface_address *addresses, int32_t count) {
    FILE *file = fopen("/proc/net/if_inet6", "re");
    if (file == NULL) return;  // Hidden from us or no IPv6: the flags stay off.
    unsigned long long high, low;
    unsigned index, prefix, scope, flags;
    while (fscanf(file, "%16llx%16llx %x %x %x %x %*s", &high, &low, &index, &prefix, &scope, &flags) == 6) {
        for (int32_t row = 0; row < count; row++) {
            struct clinux_interface_address *address = &addresses[row];
            if (address->endpoint.family != 6 || address->index != index || address->endpoint.high != high ||
                address->endpoint.low != low)
                continue;
            if (flags & TEMPORARY) address->flags |= CLINUX_INTERFACE_TEMPORARY;
            if (flags & DEPRECATED) address->flags |= CLINUX_INTERFACE_DEPRECATED;
            if (flags & TENTATIVE) address->flags |= CLINUX_INTERFACE_TENTATIVE;
        }
    }
    fclose(file);
}

int32_t clinux_interface_addresses(struct clinux_interface_address *addresses, int32_t capacity) {
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0) return -errno;
    int32_t count = 0;
    for (struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        struct clinux_interface_address address = {0};
        if (entry->ifa_addr == NULL || !clinux_from_socket_address(entry->ifa_addr, &address.endpoint)) continue;
        address.index = if_nametoindex(entry->ifa_name);
        if ((entry->ifa_flags & IFF_UP) && (entry->ifa_flags & IFF_RUNNING)) address.flags |= CLINUX_INTERFACE_UP;
        if (entry->ifa_flags & IFF_LOOPBACK) address.flags |= CLINUX_INTERFACE_LOOPBACK;
        if (entry->ifa_flags & IFF_POINTOPOINT) address.flags |= CLINUX_INTERFACE_POINT_TO_POINT;
        if (count < capacity) addresses[count] = address;
        count++;
    }
    freeifaddrs(list);
    clinux_read_v6_flags(addresses, count < capacity ? count : capacity);
    return count;
}

int32_t clinux_interface_name(uint32_t index, uint8_t *text, int32_t capacity) {
    char name[IF_NAMESIZE];
    return clinux_copy(if_indextoname(index, name), text, capacity);
}

int32_t clinux_resolve(const char *name, struct clinux_endpoint *addresses, int32_t capacity) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *list = NULL;
    int result = getaddrinfo(name, NULL, &hints, &list);
    if (result == EAI_SYSTEM) return -errno;
    if (result != 0) return -10000 + result;
    int32_t count = 0;
    for (struct addrinfo *entry = list; entry != NULL && count < capacity; entry = entry->ai_next) {
        if (clinux_from_socket_address(entry->ai_addr, &addresses[count])) count++;
    }
    freeaddrinfo(list);
    return count;
}

int32_t clinux_resolve_text(int32_t result, uint8_t *text, int32_t capacity) {
    return clinux_copy(gai_strerror(result + 10000), text, capacity);
}
