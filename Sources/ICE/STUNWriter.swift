// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Writing STUN messages (RFC 8489) straight into a datagram.

public import Core

/// Writes one STUN message from the start of a window: attributes in the order of the calls, then `integrity`, then
/// `fingerprint`, then `finish`.
public struct STUNWriter {
  private var writer: ByteWriter
  private let transaction: TransactionID

  /// A message with its header, into the start of `bytes`.
  public init(
    _ bytes: MutableByteView, _ messageClass: STUNClass, method: UInt16 = STUNMethod.binding,
    transaction: TransactionID
  ) {
    writer = ByteWriter(bytes)
    self.transaction = transaction
    let flags = UInt16(messageClass.rawValue)
    let methodBits = method & 0x000F | (method & 0x0070) << 1 | (method & 0x0F80) << 2
    writer.uint16(methodBits | (flags & 1) << 4 | (flags & 2) << 7)
    writer.uint16(0)
    writer.uint32(STUNMessage.magicCookie)
    writer.uint32(transaction.high)
    writer.uint64(transaction.low)
  }

  /// Writes an attribute whose value is `first`, or `first`, a colon and `second`.
  public mutating func text(_ attribute: UInt16, _ first: ByteView, colon second: ByteView? = nil) {
    let length = first.count + (second.map { $0.count + 1 } ?? 0)
    writer.uint16(attribute)
    writer.uint16(UInt16(truncatingIfNeeded: length))
    writer.view(first)
    if let second {
      writer.uint8(0x3A)
      writer.view(second)
    }
    writer.fill(0, count: -length & 3)
  }

  /// Writes an attribute without a value.
  public mutating func flag(_ attribute: UInt16) {
    writer.uint16(attribute)
    writer.uint16(0)
  }

  /// Writes an attribute of 32 bits.
  public mutating func uint32(_ attribute: UInt16, _ value: UInt32) {
    writer.uint16(attribute)
    writer.uint16(4)
    writer.uint32(value)
  }

  /// Writes an attribute of 64 bits.
  public mutating func uint64(_ attribute: UInt16, _ value: UInt64) {
    writer.uint16(attribute)
    writer.uint16(8)
    writer.uint64(value)
  }

  /// Writes XOR-MAPPED-ADDRESS.
  public mutating func xorMappedAddress(_ endpoint: Endpoint) {
    writer.uint16(STUNAttribute.xorMappedAddress)
    let port = endpoint.port ^ UInt16(truncatingIfNeeded: STUNMessage.magicCookie >> 16)
    if endpoint.address.family == .v4 {
      writer.uint16(8)
      writer.uint16(1)
      writer.uint16(port)
      writer.uint32(endpoint.address.v4Value ^ STUNMessage.magicCookie)
    } else {
      writer.uint16(20)
      writer.uint16(2)
      writer.uint16(port)
      writer.uint64(
        endpoint.address.high ^ (UInt64(STUNMessage.magicCookie) << 32 | UInt64(transaction.high)))
      writer.uint64(endpoint.address.low ^ transaction.low)
    }
  }

  /// Writes ERROR-CODE with the number `code`, 300 ... 699, and its words.
  public mutating func errorCode(_ code: Int) {
    let reason: StaticString
    switch code {
    case 400: reason = "Bad Request"
    case 401: reason = "Unauthenticated"
    case 420: reason = "Unknown Attribute"
    case 487: reason = "Role Conflict"
    default: reason = "Error"
    }
    let length = 4 + reason.utf8CodeUnitCount
    writer.uint16(STUNAttribute.errorCode)
    writer.uint16(UInt16(truncatingIfNeeded: length))
    writer.uint16(0)
    writer.uint8(UInt8(truncatingIfNeeded: code / 100))
    writer.uint8(UInt8(truncatingIfNeeded: code % 100))
    writer.text(reason)
    writer.fill(0, count: -length & 3)
  }

  /// Writes UNKNOWN-ATTRIBUTES.
  public mutating func unknownAttributes(_ types: STUNUnknownAttributes) {
    writer.uint16(STUNAttribute.unknownAttributes)
    writer.uint16(UInt16(truncatingIfNeeded: types.count * 2))
    for index in types.indices { writer.uint16(types[index]) }
    writer.fill(0, count: -(types.count * 2) & 3)
  }

  /// Writes MESSAGE-INTEGRITY with the key of `code`.
  public mutating func integrity(_ code: HMACSHA1) {
    setLength(adding: 24)
    var code = code
    code.update(writer.written)
    let digest = code.finish()
    writer.uint16(STUNAttribute.messageIntegrity)
    writer.uint16(20)
    for index in 0..<20 { writer.uint8(digest[index]) }
  }

  /// Writes FINGERPRINT, which comes last.
  public mutating func fingerprint() {
    setLength(adding: 8)
    let checksum = CRC32.checksum(writer.written)
    uint32(STUNAttribute.fingerprint, checksum ^ 0x5354_554E)
  }

  /// How many bytes the finished message has; nil when it did not fit.
  public mutating func finish() -> Int? {
    setLength(adding: 0)
    return writer.overflowed ? nil : writer.count
  }

  private mutating func setLength(adding size: Int) {
    writer.replace(uint16: UInt16(truncatingIfNeeded: writer.count - 20 + size), at: 2)
  }
}
