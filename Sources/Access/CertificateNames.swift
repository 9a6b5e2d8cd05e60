// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Under which names and addresses this device is reached, and so what its certificate is for.

public import Core

/// Names and addresses of a server.
public struct CertificateNames: Equatable, Sendable {
  /// DNS names, lower case, no two the same; the one people are told first.
  public private(set) var names: [String] = []
  /// Addresses, no two the same.
  public private(set) var addresses: [IPAddress] = []

  /// These names and addresses.
  public init(names: [String], addresses: [IPAddress]) {
    for name in names { add(name) }
    for address in addresses { add(address) }
  }

  /// What a device called `deviceName` on the machine `hostName` goes by: NAME.local, the host name with and without .local, localhost,
  /// `configured` names (an address among them counts as one), and `addresses`. What can be no DNS name is left out.
  public init(deviceName: String, hostName: String, configured: [String], addresses: [IPAddress]) {
    add(Self.label(of: deviceName) + ".local")
    if !sameBytes(hostName, "localhost") {
      add(hostName)
      if !Array(hostName.utf8).contains(0x2E) { add(hostName + ".local") }
    }
    add("localhost")
    for name in configured {
      if let address = IPAddress(name) { add(address) } else { add(name) }
    }
    add(.loopbackV4)
    add(.loopbackV6)
    for address in addresses { add(address) }
  }

  /// Whether all of `other` is among these; more than that may be.
  public func covers(_ other: CertificateNames) -> Bool {
    other.names.allSatisfy { contains($0) } && other.addresses.allSatisfy { addresses.contains($0) }
  }

  /// Those that pass both tests.
  public func filtered(name: (String) -> Bool, address: (IPAddress) -> Bool) -> CertificateNames {
    CertificateNames(names: names.filter(name), addresses: addresses.filter(address))
  }

  /// Whether `name` is one of the names; case does not matter.
  public func contains(_ name: String) -> Bool {
    guard let name = Self.domainName(name) else { return false }
    return names.contains { sameBytes($0, name) }
  }

  /// A name for people as one label of a DNS name (RFC 1123 section 2.1): lower case, with a hyphen for whatever is no letter, digit or
  /// hyphen; `intercom` when nothing is left. "Front door" is front-door.
  public static func label(of name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case 0x61...0x7A, 0x30...0x39: bytes.append(byte)
      case 0x41...0x5A: bytes.append(byte | 0x20)
      default: if let last = bytes.last, last != 0x2D { bytes.append(0x2D) }
      }
      if bytes.count == 63 { break }
    }
    while bytes.last == 0x2D { bytes.removeLast() }
    return bytes.isEmpty ? "intercom" : String(decoding: bytes, as: UTF8.self)
  }

  /// `text` in lower case when it is a DNS name of letters, digits, hyphens and underscores; else nil.
  private static func domainName(_ text: String) -> String? {
    guard !text.utf8.isEmpty, text.utf8.count <= Limits.hostNameBytesMax else { return nil }
    var bytes: [UInt8] = []
    var label = 0
    for byte in text.utf8 {
      switch byte {
      case 0x61...0x7A, 0x30...0x39, 0x2D, 0x5F: bytes.append(byte)
      case 0x41...0x5A: bytes.append(byte | 0x20)
      case 0x2E where label > 0:
        bytes.append(byte)
        label = -1
      default: return nil
      }
      label += 1
      guard label <= 63 else { return nil }
    }
    return label > 0 ? String(decoding: bytes, as: UTF8.self) : nil
  }

  private mutating func add(_ name: String) {
    guard names.count < Limits.certificateNamesMax, let name = Self.domainName(name) else { return }
    if !names.contains(where: { sameBytes($0, name) }) { names.append(name) }
  }

  private mutating func add(_ address: IPAddress) {
    let address = address.unmapped
    guard addresses.count < Limits.certificateAddressesMax, !address.isUnspecified, !address.isMulticast else { return }
    if !addresses.contains(address) { addresses.append(address) }
  }
}
