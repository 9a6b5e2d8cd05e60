// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// UDP on loopback.

import Core
import Linux
import Testing

@Suite("UDP sockets") struct UDPSocketTests {
  private static func receive(_ socket: inout UDPSocket, into datagram: inout Datagram) throws -> Bool {
    guard try awaitReady(socket.number) else { return false }
    guard case .received = socket.receive(into: &datagram) else { return false }
    return true
  }

  @Test("a datagram goes there and back with both endpoints", arguments: [IPAddress.loopbackV4, .loopbackV6])
  func roundTrip(address: IPAddress) throws {
    var caller = try UDPSocket(bindingTo: Endpoint(address, port: 0))
    var callee = try UDPSocket(bindingTo: Endpoint(address, port: 0), bufferBytes: 65_536)
    #expect(caller.local.port != 0 && caller.local.address == address)
    var datagram = Datagram()
    datagram.write { $0.text("hello") }
    datagram.remote = callee.local
    guard case .sent = caller.send(datagram) else {
      Issue.record("not sent")
      return
    }
    var heard = Datagram()
    let isHeard = try Self.receive(&callee, into: &heard)
    #expect(isHeard && heard.bytes.elementsEqual("hello"))
    #expect(heard.remote == caller.local && heard.local == callee.local)
    _ = callee.send(heard)
    let isBack = try Self.receive(&caller, into: &datagram)
    #expect(isBack && datagram.remote == callee.local)
    #expect(caller.counters.sentDatagrams == 1 && caller.counters.sentBytes == 5)
    #expect(caller.counters.receivedDatagrams == 1 && caller.counters.receivedBytes == 5)
  }

  @Test("nothing waiting is no error")
  func empty() throws {
    var socket = try UDPSocket(bindingTo: Endpoint(.loopbackV4, port: 0))
    var datagram = Datagram()
    guard case .empty = socket.receive(into: &datagram) else {
      Issue.record("something came")
      return
    }
  }

  @Test("an empty datagram is a datagram")
  func noBytes() throws {
    var socket = try UDPSocket(bindingTo: Endpoint(.loopbackV4, port: 0))
    var datagram = Datagram()
    datagram.remote = socket.local
    _ = socket.send(datagram)
    datagram.write { $0.text("old") }
    let isHeard = try Self.receive(&socket, into: &datagram)
    #expect(isHeard && datagram.bytes.isEmpty)
  }

  @Test("a datagram that is too large is counted and the next one comes")
  func oversized() throws {
    var socket = try UDPSocket(bindingTo: Endpoint(.loopbackV4, port: 0))
    var datagram = Datagram()
    datagram.setCount(Datagram.capacity)
    datagram.remote = socket.local
    _ = socket.send(datagram)
    datagram.setCount(Limits.datagramBytesMax)
    _ = socket.send(datagram)
    #expect(try awaitReady(socket.number))
    guard case .oversized = socket.receive(into: &datagram) else {
      Issue.record("the large one was taken")
      return
    }
    let isHeard = try Self.receive(&socket, into: &datagram)
    #expect(isHeard && datagram.count == Limits.datagramBytesMax)
    #expect(socket.counters.oversizedDatagrams == 1 && socket.counters.receivedDatagrams == 1)
  }

  @Test("a refused destination is a result and is counted")
  func refusedDestination() throws {
    var socket = try UDPSocket(bindingTo: Endpoint(.loopbackV4, port: 0))
    var datagram = Datagram()
    datagram.write { $0.uint8(1) }
    // From 127.0.0.1 no datagram can leave this machine.
    datagram.remote = Endpoint(.v4(203, 0, 113, 1), port: 9)
    guard case .failed(let error) = socket.send(datagram) else {
      Issue.record("it was sent")
      return
    }
    #expect([LinuxError.networkUnreachable, LinuxError.invalid].contains(error.errno))
    #expect(socket.counters.failedSends == 1 && socket.counters.sentDatagrams == 0)
  }

  @Test("voice is marked for expedited forwarding", arguments: [IPAddress.loopbackV4, .loopbackV6])
  func expedited(address: IPAddress) throws {
    #expect(try UDPSocket(bindingTo: Endpoint(address, port: 0)).trafficClass == 46 << 2)
    #expect(try UDPSocket(bindingTo: Endpoint(address, port: 0), forVoice: false).trafficClass == 0)
  }

  @Test("a port in use and an address that is not ours are errors")
  func bindErrors() throws {
    let socket = try UDPSocket(bindingTo: Endpoint(.loopbackV4, port: 0))
    let local = socket.local
    #expect(throws: LinuxError(call: "bind", errno: LinuxError.addressInUse)) {
      _ = try UDPSocket(bindingTo: local).local
    }
    #expect(throws: LinuxError(call: "bind", errno: LinuxError.addressNotAvailable)) {
      _ = try UDPSocket(bindingTo: Endpoint(.v4(203, 0, 113, 1), port: 0)).local
    }
  }

  @Test("this machine has loopback addresses, and each interface a name")
  func interfaces() throws {
    let (addresses, omitted) = try Interfaces.addresses()
    #expect(omitted == 0 && !addresses.isEmpty)
    let loopback = addresses.indices.map { addresses[$0] }.filter(\.isLoopback)
    #expect(loopback.contains { $0.address == .loopbackV4 && $0.isUp && !$0.isPointToPoint })
    #expect(loopback.allSatisfy { Interfaces.name(of: $0.interfaceIndex) == "lo" })
    for index in addresses.indices where addresses[index].address.family == .v6 && addresses[index].address.isLinkLocal
    {
      #expect(addresses[index].endpoint.scope == addresses[index].interfaceIndex)
    }
    #expect(Interfaces.name(of: 4_000_000) == "")
  }
}
