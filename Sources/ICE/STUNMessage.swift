// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A STUN message as it is read from the wire (RFC 8489), with the attributes that ICE needs (RFC 8445 section 7.1).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |0 0|  type: method and class   |   length without the header   |
//   |                  magic cookie, 0x2112A442                     |
//   |                  transaction, 96 bits                         |
//   |        attribute type         |        value's length         |  repeated; values are padded to 4 bytes
//   |                            value ...                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

public import Core

/// What a STUN message is for (RFC 8489 section 5).
public enum STUNClass: UInt8, Sendable, BitwiseCopyable {
  /// Wants an answer.
  case request = 0
  /// Wants none.
  case indication = 1
  /// Answers: it went well.
  case success = 2
  /// Answers: it did not.
  case error = 3
}

/// The method of a STUN message; ICE and gathering use only Binding.
public enum STUNMethod {
  /// Binding (RFC 8489 section 18.2).
  public static let binding: UInt16 = 0x001
}

/// The 96 bits that tie an answer to its request.
public struct TransactionID: Hashable, Sendable, BitwiseCopyable {
  /// The first 32 bits on the wire.
  public let high: UInt32
  /// The last 64 bits on the wire.
  public let low: UInt64

  /// The transaction of 96 bits.
  public init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A transaction nobody can guess.
  public init(randomness: inout Randomness) {
    high = randomness.uint32()
    low = randomness.next()
  }

  /// No transaction: all bits 0.
  public static let none = TransactionID(high: 0, low: 0)
}

/// Types of attributes (RFC 8489 section 18.3, RFC 8445 section 16.1). Below 0x8000 a reader must understand them.
public enum STUNAttribute {
  /// The reflexive address in clear (RFC 8489 section 14.1).
  public static let mappedAddress: UInt16 = 0x0001
  /// USERNAME.
  public static let username: UInt16 = 0x0006
  /// MESSAGE-INTEGRITY, an HMAC-SHA1.
  public static let messageIntegrity: UInt16 = 0x0008
  /// ERROR-CODE.
  public static let errorCode: UInt16 = 0x0009
  /// UNKNOWN-ATTRIBUTES.
  public static let unknownAttributes: UInt16 = 0x000A
  /// REALM, for long-term credentials.
  public static let realm: UInt16 = 0x0014
  /// NONCE, for long-term credentials.
  public static let nonce: UInt16 = 0x0015
  /// MESSAGE-INTEGRITY-SHA256; passed over, nobody uses it with ICE.
  public static let messageIntegritySHA256: UInt16 = 0x001C
  /// XOR-MAPPED-ADDRESS.
  public static let xorMappedAddress: UInt16 = 0x0020
  /// PRIORITY (RFC 8445).
  public static let priority: UInt16 = 0x0024
  /// USE-CANDIDATE (RFC 8445).
  public static let useCandidate: UInt16 = 0x0025
  /// SOFTWARE; passed over.
  public static let software: UInt16 = 0x8022
  /// FINGERPRINT.
  public static let fingerprint: UInt16 = 0x8028
  /// ICE-CONTROLLED (RFC 8445).
  public static let controlled: UInt16 = 0x8029
  /// ICE-CONTROLLING (RFC 8445).
  public static let controlling: UInt16 = 0x802A
}

/// Why bytes are not a STUN message.
public enum STUNError: Error, Equatable, Sendable {
  /// The first bits or the magic cookie say that it is something else.
  case notSTUN
  /// The length is not that of the datagram, or not a multiple of four, or an attribute reaches past the end.
  case length
  /// An attribute's value has the wrong size or form.
  case attribute
  /// FINGERPRINT is not last, or not that of the bytes.
  case fingerprint
}

/// A STUN message read from bytes; it looks at them, so it lives no longer than they do: pass it down, never store it.
///
/// Of an attribute that comes twice only the first counts; those behind MESSAGE-INTEGRITY do not, but for FINGERPRINT
/// (RFC 8489 section 14).
public struct STUNMessage {
  /// The magic cookie (RFC 8489 section 5).
  public static let magicCookie: UInt32 = 0x2112_A442

  /// What it is for.
  public let messageClass: STUNClass
  /// Its method, 12 bits.
  public let method: UInt16
  /// Which transaction it belongs to.
  public let transaction: TransactionID
  /// USERNAME.
  public private(set) var username: ByteView?
  /// REALM.
  public private(set) var realm: ByteView?
  /// NONCE.
  public private(set) var nonce: ByteView?
  /// SOFTWARE.
  public private(set) var software: ByteView?
  /// XOR-MAPPED-ADDRESS, or else MAPPED-ADDRESS.
  public private(set) var mappedEndpoint: Endpoint?
  /// The number of ERROR-CODE, 300 ... 699.
  public private(set) var errorCode: Int?
  /// PRIORITY.
  public private(set) var priority: UInt32?
  /// Whether USE-CANDIDATE is there.
  public private(set) var usesCandidate = false
  /// The tie-breaker of ICE-CONTROLLING.
  public private(set) var controlling: UInt64?
  /// The tie-breaker of ICE-CONTROLLED.
  public private(set) var controlled: UInt64?
  /// Attributes that must be understood and are not: as many as fit.
  public private(set) var unknownAttributes = STUNUnknownAttributes(filler: 0)
  /// Whether FINGERPRINT is there; then it is right.
  public private(set) var hasFingerprint = false

  private let bytes: ByteView
  private var integrityOffset: Int?

  /// Whether MESSAGE-INTEGRITY is there; `isAuthentic` says whether it is right.
  public var hasIntegrity: Bool { integrityOffset != nil }

  /// The message that fills `bytes`.
  public init(parsing bytes: ByteView) throws(STUNError) {
    guard bytes.count >= 20, bytes[0] < 0x40, bytes.uint32(at: 4) == Self.magicCookie else {
      throw .notSTUN
    }
    guard Int(bytes.uint16(at: 2)) == bytes.count - 20, bytes.count & 3 == 0 else { throw .length }
    self.bytes = bytes
    let type = bytes.uint16(at: 0)
    messageClass =
      STUNClass(rawValue: UInt8(truncatingIfNeeded: type >> 7 & 2 | type >> 4 & 1))
      .unsafelyUnwrapped
    method = type & 0x000F | type >> 1 & 0x0070 | type >> 2 & 0x0F80
    transaction = TransactionID(
      high: bytes.uint32(at: 8),
      low: UInt64(bytes.uint32(at: 12)) << 32 | UInt64(bytes.uint32(at: 16)))

    var plainEndpoint: Endpoint?
    var offset = 20
    while offset < bytes.count {
      // The length is a multiple of four, and so is every step: an attribute's header always fits.
      let attribute = bytes.uint16(at: offset)
      let length = Int(bytes.uint16(at: offset + 2))
      let next = offset + 4 + (length + 3) & ~3
      guard next <= bytes.count else { throw .length }
      let value = bytes[offset + 4..<offset + 4 + length]
      if attribute == STUNAttribute.fingerprint {
        let expected = CRC32.checksum(bytes[0..<offset]) ^ 0x5354_554E
        guard length == 4, next == bytes.count, value.uint32(at: 0) == expected else {
          throw .fingerprint
        }
        hasFingerprint = true
      } else if integrityOffset == nil {
        try read(attribute, value, at: offset, plainEndpoint: &plainEndpoint)
      }
      offset = next
    }
    if mappedEndpoint == nil { mappedEndpoint = plainEndpoint }
  }

  /// Whether MESSAGE-INTEGRITY is there and made with the key of `code`.
  public func isAuthentic(_ code: HMACSHA1) -> Bool {
    guard let integrityOffset else { return false }
    var code = code
    let length = UInt16(truncatingIfNeeded: integrityOffset + 24 - 20)
    code.update(bytes[0..<2])
    code.update(UInt8(truncatingIfNeeded: length >> 8))
    code.update(UInt8(truncatingIfNeeded: length))
    code.update(bytes[4..<integrityOffset])
    let digest = code.finish()
    var difference: UInt8 = 0
    for index in 0..<20 { difference |= digest[index] ^ bytes[integrityOffset + 4 + index] }
    return difference == 0
  }

  private mutating func read(
    _ attribute: UInt16, _ value: ByteView, at offset: Int, plainEndpoint: inout Endpoint?
  ) throws(STUNError) {
    switch attribute {
    case STUNAttribute.username:
      if username == nil { username = value }
    case STUNAttribute.realm:
      if realm == nil { realm = value }
    case STUNAttribute.nonce:
      if nonce == nil { nonce = value }
    case STUNAttribute.software:
      if software == nil { software = value }
    case STUNAttribute.messageIntegrity:
      guard value.count == 20 else { throw .attribute }
      integrityOffset = offset
    case STUNAttribute.xorMappedAddress:
      let endpoint = try Self.endpoint(value, xor: true, transaction)
      if mappedEndpoint == nil { mappedEndpoint = endpoint }
    case STUNAttribute.mappedAddress:
      let endpoint = try Self.endpoint(value, xor: false, transaction)
      if plainEndpoint == nil { plainEndpoint = endpoint }
    case STUNAttribute.errorCode:
      guard value.count >= 4 else { throw .attribute }
      let (hundreds, rest) = (Int(value[2] & 7), Int(value[3]))
      guard hundreds >= 3, hundreds <= 6, rest <= 99 else { throw .attribute }
      if errorCode == nil { errorCode = hundreds * 100 + rest }
    case STUNAttribute.priority:
      guard value.count == 4 else { throw .attribute }
      if priority == nil { priority = value.uint32(at: 0) }
    case STUNAttribute.useCandidate:
      usesCandidate = true
    case STUNAttribute.controlling, STUNAttribute.controlled:
      guard value.count == 8 else { throw .attribute }
      let tieBreaker = UInt64(value.uint32(at: 0)) << 32 | UInt64(value.uint32(at: 4))
      if attribute == STUNAttribute.controlling {
        if controlling == nil { controlling = tieBreaker }
      } else if controlled == nil {
        controlled = tieBreaker
      }
    case STUNAttribute.unknownAttributes, STUNAttribute.messageIntegritySHA256:
      break
    default:
      if attribute < 0x8000 { unknownAttributes.append(attribute) }
    }
  }

  private static func endpoint(
    _ value: ByteView, xor: Bool, _ transaction: TransactionID
  ) throws(STUNError) -> Endpoint {
    guard value.count >= 8 else { throw .attribute }
    let mask: UInt32 = xor ? magicCookie : 0
    let port = value.uint16(at: 2) ^ UInt16(truncatingIfNeeded: mask >> 16)
    switch (value[1], value.count) {
    case (1, 8):
      return Endpoint(IPAddress(v4: value.uint32(at: 4) ^ mask), port: port)
    case (2, 20):
      var high = UInt64(value.uint32(at: 4)) << 32 | UInt64(value.uint32(at: 8))
      var low = UInt64(value.uint32(at: 12)) << 32 | UInt64(value.uint32(at: 16))
      if xor {
        high ^= UInt64(magicCookie) << 32 | UInt64(transaction.high)
        low ^= transaction.low
      }
      return Endpoint(IPAddress(v6High: high, low: low), port: port)
    default:
      throw .attribute
    }
  }
}

extension ByteView {
  /// The 16 bits at `offset`, which lie within the view.
  func uint16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

  /// The 32 bits at `offset`, which lie within the view.
  func uint32(at offset: Int) -> UInt32 {
    UInt32(uint16(at: offset)) << 16 | UInt32(uint16(at: offset + 2))
  }
}
