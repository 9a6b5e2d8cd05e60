// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What our authority may vouch for (RFC 5280 section 4.2.1.10): a stolen key of an intercom must not be able to speak for a bank.
//
//   NameConstraints  SEQUENCE
//     [0] permittedSubtrees
//       SEQUENCE { [2] "front-door.local" }           a name and what is below it
//       SEQUENCE { [7] C0A80000 FFFF0000 }            an address and its mask

public import Core

/// The names and addresses that an authority is good for. Kinds of names that are not listed in the extension are not
/// constrained by it; a server's certificate has these two kinds only.
public struct NameConstraints: Equatable, Sendable {
  /// An address and how many of its leading bits count.
  public struct Range: Equatable, Sendable, BitwiseCopyable {
    /// The first address.
    public let address: IPAddress
    /// Leading bits that are the same in all of them.
    public let bits: Int

    /// The addresses that share `bits` leading bits with `address`.
    public init(_ address: IPAddress, bits: Int) {
      self.address = address
      self.bits = bits
    }

    /// Whether `other` is one of them.
    public func contains(_ other: IPAddress) -> Bool {
      guard other.family == address.family else { return false }
      for index in 0..<address.byteCount where (address.byte(index) ^ other.byte(index)) & mask(index) != 0 {
        return false
      }
      return true
    }

    /// Byte `index` of the mask.
    fileprivate func mask(_ index: Int) -> UInt8 {
      let left = min(max(bits - index * 8, 0), 8)
      return left == 0 ? 0 : 0xFF << UInt8(8 - left)
    }
  }

  /// DNS names, each with what is below it; lower case.
  public let names: [String]
  /// Addresses.
  public let ranges: [Range]

  /// `names` and every private address: RFC 1918, loopback, link-local (RFC 3927, RFC 4291), shared (RFC 6598), RFC 4193.
  public init(names: [String]) {
    self.names = names
    ranges = [
      Range(.v4(10, 0, 0, 0), bits: 8), Range(.v4(172, 16, 0, 0), bits: 12), Range(.v4(192, 168, 0, 0), bits: 16),
      Range(.v4(127, 0, 0, 0), bits: 8), Range(.v4(169, 254, 0, 0), bits: 16), Range(.v4(100, 64, 0, 0), bits: 10),
      Range(IPAddress(v6High: 0xFC << 56, low: 0), bits: 7), Range(IPAddress(v6High: 0xFE8 << 52, low: 0), bits: 10),
      Range(.loopbackV6, bits: 128),
    ]
  }

  /// What the extension's value says; nil when it is not one that we write.
  public init?(der: ByteView) {
    var rest = der
    guard let outer = DEREncoding.take(&rest), outer.tag == DEREncoding.sequence, rest.isEmpty else { return nil }
    rest = outer.content
    guard let permitted = DEREncoding.take(&rest), permitted.tag == 0xA0, rest.isEmpty else { return nil }
    rest = permitted.content
    var (names, ranges): ([String], [Range]) = ([], [])
    while !rest.isEmpty {
      guard let subtree = DEREncoding.take(&rest), subtree.tag == DEREncoding.sequence else { return nil }
      var base = subtree.content
      guard let name = DEREncoding.take(&base), base.isEmpty else { return nil }
      switch name.tag {
      case 0x82: names.append(name.content.text())
      case 0x87:
        guard let range = Self.range(name.content) else { return nil }
        ranges.append(range)
      default: return nil
      }
    }
    self.names = names
    self.ranges = ranges
  }

  /// The extension's value.
  public var der: [UInt8] {
    var subtrees: [UInt8] = []
    for name in names { subtrees += Self.subtree(0x82, Array(name.utf8)) }
    for range in ranges {
      var bytes = DEREncoding.bytes(range.address)
      for index in 0..<range.address.byteCount { bytes.append(range.mask(index)) }
      subtrees += Self.subtree(0x87, bytes)
    }
    return DEREncoding.value(DEREncoding.sequence, DEREncoding.value(0xA0, subtrees))
  }

  /// Whether a certificate may be for `name`: it is one of the names, or below one.
  public func permits(name: String) -> Bool {
    let name = Array(name.utf8)
    for permitted in names {
      let end = Array(permitted.utf8)
      guard name.count >= end.count, Self.isSame(name[(name.count - end.count)...], end) else { continue }
      if name.count == end.count || name[name.count - end.count - 1] == 0x2E { return true }
    }
    return false
  }

  /// Whether a certificate may be for `address`.
  public func permits(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

  private static func subtree(_ tag: UInt8, _ name: [UInt8]) -> [UInt8] {
    DEREncoding.value(DEREncoding.sequence, DEREncoding.value(tag, name))
  }

  private static func range(_ bytes: ByteView) -> Range? {
    guard bytes.count == 8 || bytes.count == 32, let address = DEREncoding.address(bytes.prefix(bytes.count / 2)) else {
      return nil
    }
    let mask = bytes.dropFirst(bytes.count / 2)
    var bits = 0
    for index in mask.indices { bits += (~mask[index]).leadingZeroBitCount }
    let range = Range(address, bits: bits)
    for index in mask.indices where range.mask(index) != mask[index] { return nil }
    return range
  }

  private static func isSame(_ bytes: ArraySlice<UInt8>, _ other: [UInt8]) -> Bool {
    func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
    return bytes.elementsEqual(other) { lower($0) == lower($1) }
  }
}
