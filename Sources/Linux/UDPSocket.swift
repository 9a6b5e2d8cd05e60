// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// UDP: one socket for each local address, so that a datagram's near endpoint is known from the socket it came by.

import CLinux
public import Core

/// What became of a read from a socket.
public enum ReceiveResult: Sendable {
  /// A datagram is there.
  case received
  /// Nothing is waiting.
  case empty
  /// A datagram was larger than `Limits.datagramBytesMax`; it is counted and gone, the next may be read.
  case oversized
  /// The socket told of an error; it is counted. What was sent before may have found nobody: the socket goes on.
  case failed(LinuxError)
}

/// What became of a datagram that was to be sent.
public enum SendResult: Sendable {
  /// The kernel has it.
  case sent
  /// The socket's buffer is full; the datagram is dropped and counted, as a network would.
  case wouldBlock
  /// The kernel refused it (no route, no such address); counted.
  case failed(LinuxError)
}

/// What a UDP socket has done, as totals.
public struct UDPCounters: Sendable, BitwiseCopyable {
  /// Datagrams and octets received.
  public var receivedDatagrams: UInt64 = 0
  /// Octets received.
  public var receivedBytes: UInt64 = 0
  /// Datagrams sent.
  public var sentDatagrams: UInt64 = 0
  /// Octets sent.
  public var sentBytes: UInt64 = 0
  /// Datagrams received that were too large.
  public var oversizedDatagrams: UInt64 = 0
  /// Datagrams not sent because the buffer was full.
  public var blockedSends: UInt64 = 0
  /// Datagrams not sent for another reason.
  public var failedSends: UInt64 = 0
  /// Reads that told of an error.
  public var failedReceives: UInt64 = 0

  /// Nothing done yet.
  public init() {}
}

/// A bound, non-blocking UDP socket. Owned by the loop thread; receiving and sending allocate nothing.
public struct UDPSocket: ~Copyable {
  private let descriptor: FileDescriptor
  /// The endpoint it is bound to, with the port the kernel chose when 0 was asked.
  public let local: Endpoint
  /// What it has done.
  public private(set) var counters = UDPCounters()

  /// A socket bound to `local` (port 0: any). What it sends is marked for expedited forwarding (DSCP 46, RFC 8837
  /// section 5, voice) when `forVoice`; `bufferBytes` asks for as large a kernel buffer each way (0: the kernel's own
  /// size).
  public init(bindingTo local: Endpoint, forVoice: Bool = true, bufferBytes: Int = 0) throws(LinuxError) {
    var wanted = clinux_endpoint(local)
    let size = Int32(clamping: bufferBytes)
    let opened = FileDescriptor(owning: try check(clinux_udp_open(&wanted, forVoice ? 1 : 0, size, size), "bind"))
    self.local = try localEndpoint(of: opened.number)
    descriptor = opened
  }

  /// What to watch for `.readable`.
  public var number: Int32 { descriptor.number }

  /// The traffic class of what it sends: DSCP in the upper six bits.
  public var trafficClass: Int { Int(clinux_traffic_class(descriptor.number)) }

  /// Reads the next datagram, with both its endpoints. On readiness call it until `.empty`, at most
  /// `Limits.datagramsPerWakeMax` times.
  public mutating func receive(into datagram: inout Datagram) -> ReceiveResult {
    var remote = clinux_endpoint()
    let storage = datagram.storage
    let count = clinux_udp_receive(descriptor.number, storage.base, Int64(Limits.datagramBytesMax), &remote)
    if count < 0 {
      let error = LinuxError(count, "recvfrom")
      if error.errno == LinuxError.wouldBlock || error.errno == LinuxError.interrupted { return .empty }
      counters.failedReceives += 1
      return .failed(error)
    }
    guard count <= Int64(Limits.datagramBytesMax) else {
      counters.oversizedDatagrams += 1
      return .oversized
    }
    counters.receivedDatagrams += 1
    counters.receivedBytes += UInt64(count)
    datagram.setCount(Int(count))
    datagram.remote = remote.endpoint
    datagram.local = local
    return .received
  }

  /// Sends the datagram to its remote endpoint, which is of this socket's family.
  public mutating func send(_ datagram: borrowing Datagram) -> SendResult {
    var remote = clinux_endpoint(datagram.remote)
    let bytes = datagram.bytes
    let count = clinux_udp_send(descriptor.number, bytes.base, Int64(bytes.count), &remote)
    if count >= 0 {
      counters.sentDatagrams += 1
      counters.sentBytes += UInt64(bytes.count)
      return .sent
    }
    let error = LinuxError(count, "sendto")
    if error.errno == LinuxError.wouldBlock || error.errno == LinuxError.interrupted {
      counters.blockedSends += 1
      return .wouldBlock
    }
    counters.failedSends += 1
    return .failed(error)
  }
}
