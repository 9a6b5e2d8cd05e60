// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The elements of a header extension, in both of RFC 8285's forms, and the audio level they may carry (RFC 6464).
//
//   one-byte form, profile 0xBEDE:    | id: 4 | length - 1: 4 | value ... |      id 0: a padding byte, id 15: stop
//   two-byte form, profile 0x100x:    | id: 8 | length: 8     | value ... |      id 0: a padding byte

public import Core

/// Goes through the elements of a packet's header extension. What is malformed ends it; the elements before count
/// (RFC 8285 section 4.2).
public struct RTPHeaderExtensions: Sendable {
  /// One element: its negotiated identifier (1 ... 255) and its value.
  public struct Element: Sendable {
    /// The identifier.
    public let identifier: UInt8
    /// The value; 1 ... 16 bytes in the one-byte form, 0 ... 255 in the other.
    public let value: ByteView
  }

  /// The profile that says one-byte form.
  public static let oneByteProfile: UInt16 = 0xBEDE
  /// The profile that says two-byte form, in its upper twelve bits.
  public static let twoByteProfile: UInt16 = 0x1000

  private let words: ByteView
  private let isTwoByte: Bool
  private var offset = 0

  /// The elements of `packet`, which was parsed from `bytes`; none when the profile is neither of the two.
  public init(of packet: RTPPacket, in bytes: ByteView) {
    let profile = packet.extensionProfile ?? 0
    isTwoByte = profile & 0xFFF0 == Self.twoByteProfile
    words = isTwoByte || profile == Self.oneByteProfile ? bytes[packet.extensionRange] : .empty
  }

  /// The next element, or nil at the end.
  public mutating func next() -> Element? {
    while offset < words.count, words[offset] == 0 { offset += 1 }
    guard offset < words.count else { return nil }
    let identifier: UInt8
    let length: Int
    if isTwoByte {
      guard offset + 2 <= words.count else { return stop() }
      identifier = words[offset]
      length = Int(words[offset + 1])
      offset += 2
    } else {
      identifier = words[offset] >> 4
      length = Int(words[offset] & 0x0F) + 1
      offset += 1
      guard identifier != 0, identifier != 15 else { return stop() }
    }
    guard offset + length <= words.count else { return stop() }
    defer { offset += length }
    return Element(identifier: identifier, value: words[offset..<offset + length])
  }

  /// The value of the first element that `identifier` names, or nil.
  public static func value(of identifier: UInt8, of packet: RTPPacket, in bytes: ByteView) -> ByteView? {
    var elements = RTPHeaderExtensions(of: packet, in: bytes)
    while let element = elements.next() {
      if element.identifier == identifier { return element.value }
    }
    return nil
  }

  private mutating func stop() -> Element? {
    offset = words.count
    return nil
  }
}

/// The loudness of a packet's sound, as its header says it (RFC 6464 section 3).
public struct AudioLevel: Equatable, Sendable, BitwiseCopyable {
  /// −dBov: 0 is the loudest, 127 is silence.
  public var levelBelowFullScale: UInt8
  /// Whether the sender takes the sound for speech.
  public var isVoice: Bool

  /// A level of `levelBelowFullScale` (kept to 127).
  public init(levelBelowFullScale: UInt8, isVoice: Bool) {
    self.levelBelowFullScale = min(levelBelowFullScale, 127)
    self.isVoice = isVoice
  }

  /// The level that an element's value carries; nil when it is empty. In the two-byte form a second byte may follow.
  public init?(parsing value: ByteView) {
    guard value.count >= 1 else { return nil }
    self.init(levelBelowFullScale: value[0] & 0x7F, isVoice: value[0] & 0x80 != 0)
  }

  /// The byte on the wire.
  public var byte: UInt8 { levelBelowFullScale | (isVoice ? 0x80 : 0) }
}
