// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The addresses of this machine, for candidates (RFC 8445 section 5.1.1.1).

import CLinux
public import Core

/// One address of an interface.
public struct InterfaceAddress: Sendable, BitwiseCopyable {
  /// The address; a link-local IPv6 one has its interface as scope. Port 0.
  public let endpoint: Endpoint
  /// The interface, as the kernel numbers it.
  public let interfaceIndex: UInt32
  private let flags: UInt32

  init(_ address: clinux_interface_address) {
    endpoint = address.endpoint.endpoint
    interfaceIndex = address.index
    flags = address.flags
  }

  fileprivate static let filler = InterfaceAddress(clinux_interface_address())

  /// The address itself.
  public var address: IPAddress { endpoint.address }
  /// Whether the interface is up and has a carrier.
  public var isUp: Bool { has(CLINUX_INTERFACE_UP) }
  /// Whether it never leaves this machine.
  public var isLoopback: Bool { has(CLINUX_INTERFACE_LOOPBACK) }
  /// Whether it is a tunnel or the like.
  public var isPointToPoint: Bool { has(CLINUX_INTERFACE_POINT_TO_POINT) }
  /// IPv6: a privacy address (RFC 8981), to be preferred (RFC 8445 section 5.1.1.1).
  public var isTemporary: Bool { has(CLINUX_INTERFACE_TEMPORARY) }
  /// IPv6: about to go, not to be used for anything new.
  public var isDeprecated: Bool { has(CLINUX_INTERFACE_DEPRECATED) }
  /// IPv6: not usable yet (RFC 4862 section 5.4).
  public var isTentative: Bool { has(CLINUX_INTERFACE_TENTATIVE) }

  private func has(_ flag: Int) -> Bool { flags & UInt32(flag) != 0 }
}

/// The interfaces of this machine.
public enum Interfaces {
  /// The addresses, in the kernel's order, and how many more there were than `Limits.interfaceAddressesMax`. Allocates
  /// inside the C library; not for every wake-up.
  public static func addresses() throws(LinuxError) -> (list: InterfaceAddressList<InterfaceAddress>, omitted: Int) {
    var list = InterfaceAddressList<InterfaceAddress>(filler: .filler)
    let capacity = Limits.interfaceAddressesMax
    let total = withUnsafeTemporaryAllocation(of: clinux_interface_address.self, capacity: capacity) { buffer in
      buffer.initialize(repeating: clinux_interface_address())
      let total = clinux_interface_addresses(buffer.baseAddress, Int32(capacity))
      for index in 0..<min(max(Int(total), 0), capacity) { list.append(InterfaceAddress(buffer[index])) }
      return total
    }
    return (list, max(0, Int(try check(total, "getifaddrs")) - capacity))
  }

  /// The name of interface `index`, as `eth0`; empty when it is gone.
  public static func name(of index: UInt32) -> String {
    textFrom(atMost: 16) { clinux_interface_name(index, $0, $1) }
  }
}
