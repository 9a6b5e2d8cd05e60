// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// UDP and TCP sockets.

#define _GNU_SOURCE
#include "CLinuxSockets.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "Endpoint.h"

static int32_t clinux_fail(int fd) {
    int error = errno;
    if (fd >= 0) close(fd);
    return -error;
}

static int clinux_socket(const struct clinux_endpoint *endpoint, int type) {
    int fd = socket(endpoint->family == 4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int one = 1;
    // Each family has sockets of its own: an IPv6 socket never takes IPv4 traffic in.
    if (fd >= 0 && endpoint->family == 6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    return fd;
}

int32_t clinux_udp_open(
    const struct clinux_endpoint *local, int32_t expedited, int32_t receive_bytes, int32_t send_bytes) {
    int fd = clinux_socket(local, SOCK_DGRAM);
    if (fd < 0) return -errno;
    if (expedited) {
        int class = 46 << 2;
        if (local->family == 4) {
            setsockopt(fd, IPPROTO_IP, IP_TOS, &class, sizeof class);
        } else {
            setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof class);
        }
    }
    int size = receive_bytes;
    if (size > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    size = send_bytes;
    if (size > 0) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct sockaddr_storage address;
    socklen_t length = clinux_to_socket_address(local, &address);
    if (bind(fd, (struct sockaddr *)&address, length) < 0) return clinux_fail(fd);
    return fd;
}

int64_t clinux_udp_receive(int32_t fd, void *bytes, int64_t capacity, struct clinux_endpoint *remote) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    ssize_t count = recvfrom(fd, bytes, (size_t)capacity, MSG_TRUNC, (struct sockaddr *)&address, &length);
    if (count < 0) return -errno;
    clinux_from_socket_address((struct sockaddr *)&address, remote);
    return count;
}

int64_t clinux_udp_send(int32_t fd, const void *bytes, int64_t count, const struct clinux_endpoint *remote) {
    struct sockaddr_storage address;
    socklen_t length = clinux_to_socket_address(remote, &address);
    ssize_t sent = sendto(fd, bytes, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    return sent < 0 ? -errno : sent;
}

int32_t clinux_traffic_class(int32_t fd) {
    int domain = 0, class = 0;
    socklen_t length = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0) return -errno;
    length = sizeof class;
    int result = domain == AF_INET ? getsockopt(fd, IPPROTO_IP, IP_TOS, &class, &length)
                                   : getsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, &length);
    return result < 0 ? -errno : class & 0xFF;
}

int32_t clinux_local_endpoint(int32_t fd, struct clinux_endpoint *local) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
    return clinux_from_socket_address((struct sockaddr *)&address, local) ? 0 : -EAFNOSUPPORT;
}

int32_t clinux_tcp_listen(const struct clinux_endpoint *local, int32_t backlog) {
    int fd = clinux_socket(local, SOCK_STREAM);
    if (fd < 0) return -errno;
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_storage address;
    socklen_t length = clinux_to_socket_address(local, &address);
    if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, backlog) < 0) return clinux_fail(fd);
    return fd;
}

int32_t clinux_tcp_accept(int32_t listener, struct clinux_endpoint *remote) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = accept4(listener, (struct sockaddr *)&address, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return -errno;
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    clinux_from_socket_address((struct sockaddr *)&address, remote);
    return fd;
}

int32_t clinux_tcp_connect(const struct clinux_endpoint *remote) {
    int fd = clinux_socket(remote, SOCK_STREAM);
    if (fd < 0) return -errno;
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_storage address;
    socklen_t length = clinux_to_socket_address(remote, &address);
    if (connect(fd, (struct sockaddr *)&address, length) == 0 || errno == EINPROGRESS || errno == EINTR) return fd;
    return clinux_fail(fd);
}

int32_t clinux_tcp_connect_result(int32_t fd) {
    struct pollfd watch = {.fd = fd, .events = POLLOUT};
    if (poll(&watch, 1, 0) <= 0) return -EINPROGRESS;
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}

int64_t clinux_tcp_read(int32_t fd, void *bytes, int64_t capacity) {
    ssize_t count = recv(fd, bytes, (size_t)capacity, 0);
    return count < 0 ? -errno : count;
}

int64_t clinux_tcp_write(int32_t fd, const void *bytes, int64_t count) {
    ssize_t sent = send(fd, bytes, (size_t)count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

int32_t clinux_tcp_shutdown_write(int32_t fd) { return shutdown(fd, SHUT_WR) < 0 ? -errno : 0; }
