// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Addresses: IPv4 and IPv6, with a port, as plain values.

/// An IPv4 or IPv6 address.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
  /// Which protocol an address belongs to.
  public enum Family: UInt8, Sendable, BitwiseCopyable {
    /// Version 4.
    case v4 = 4
    /// Version 6.
    case v6 = 6
  }

  /// Version 4 or 6.
  public let family: Family
  /// The first eight bytes, big-endian; an IPv4 address fills the upper half of `high`.
  public let high: UInt64
  /// The last eight bytes of an IPv6 address; 0 in an IPv4 address.
  public let low: UInt64

  /// The IPv4 address a.b.c.d.
  public static func v4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> IPAddress {
    IPAddress(v4: UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d))
  }

  /// The IPv4 address of 32 bits in host order.
  public init(v4 value: UInt32) {
    family = .v4
    high = UInt64(value) << 32
    low = 0
  }

  /// The IPv6 address of two halves in host order.
  public init(v6High high: UInt64, low: UInt64) {
    family = .v6
    self.high = high
    self.low = low
  }

  /// Every IPv4 address (0.0.0.0).
  public static let anyV4 = IPAddress(v4: 0)
  /// Every IPv6 address (::).
  public static let anyV6 = IPAddress(v6High: 0, low: 0)
  /// 127.0.0.1.
  public static let loopbackV4 = IPAddress(v4: 0x7F00_0001)
  /// ::1.
  public static let loopbackV6 = IPAddress(v6High: 0, low: 1)

  /// The 32 bits of an IPv4 address.
  public var v4Value: UInt32 { UInt32(truncatingIfNeeded: high >> 32) }
  /// How many bytes the address has, 4 or 16.
  public var byteCount: Int { family == .v4 ? 4 : 16 }

  /// Byte `index` of the address in network order, 0 ..< byteCount.
  public func byte(_ index: Int) -> UInt8 {
    precondition(index >= 0 && index < byteCount, "address byte out of bounds")
    let half = index < 8 ? high : low
    return UInt8(truncatingIfNeeded: half >> UInt64(56 - (index & 7) * 8))
  }

  /// Whether it is 0.0.0.0 or ::.
  public var isUnspecified: Bool { high == 0 && low == 0 }
  /// Whether it is 127.0.0.0/8 or ::1.
  public var isLoopback: Bool { family == .v4 ? high >> 56 == 127 : high == 0 && low == 1 }
  /// Whether it is 169.254.0.0/16 or fe80::/10.
  public var isLinkLocal: Bool { family == .v4 ? high >> 48 == 0xA9FE : high >> 54 == 0xFE80 >> 6 }
  /// Whether it is a group address.
  public var isMulticast: Bool { family == .v4 ? high >> 60 == 0xE : high >> 56 == 0xFF }
  /// Whether it is an IPv4 address written as IPv6 (::ffff:a.b.c.d).
  public var isMappedV4: Bool { family == .v6 && high == 0 && low >> 32 == 0xFFFF }
  /// The IPv4 address that a mapped one carries; any other is itself.
  public var unmapped: IPAddress { isMappedV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : self }

  /// Whether only private networks use it: RFC 1918, RFC 4193 (fc00::/7).
  public var isPrivate: Bool {
    if family == .v6 { return high >> 57 == 0xFC >> 1 }
    return high >> 56 == 10 || high >> 52 == 0xAC1 || high >> 48 == 0xC0A8
  }
}

/// An address and a port.
public struct Endpoint: Hashable, Sendable, BitwiseCopyable {
  /// The address.
  public var address: IPAddress
  /// The port in host order; 0 means none or any.
  public var port: UInt16
  /// The interface of a link-local IPv6 address, as the kernel numbers them; else 0.
  public var scope: UInt32

  /// An address and a port.
  public init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
    self.address = address
    self.port = port
    self.scope = scope
  }

  /// No endpoint: 0.0.0.0:0.
  public static let none = Endpoint(.anyV4, port: 0)
}
