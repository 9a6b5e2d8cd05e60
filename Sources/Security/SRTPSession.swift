// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One direction of SRTP and SRTCP over libsrtp.

public import Core
import CSRTP
public import Peer

/// Why there is no SRTP session.
public enum SRTPError: Error, Equatable, Sendable, BitwiseCopyable {
  /// The master key is not 16 bytes, or the salt not 14.
  case badKeySize
  /// The library could not make a session; `code` is its number.
  case unavailable(code: Int32)
}

/// One direction of a session: AES128_CM_HMAC_SHA1_80 (RFC 3711, RFC 5764 section 4.1.2), every source its own rollover
/// counter and replay window, all from one master key.
///
/// `init` allocates, and so does the first good packet of each source; no other call does. Owned by the loop thread.
/// An outbound sender should begin with a sequence number below 2¹⁵, so that a lost first packet cannot lose the
/// rollover counter (RFC 3711 section 3.3.1).
public struct SRTPSession: ~Copyable {
  /// Which way the packets go.
  public enum Direction: Sendable, BitwiseCopyable {
    /// Packets are unprotected.
    case inbound
    /// Packets are protected.
    case outbound
  }

  private let handle: OpaquePointer
  /// Which way the packets go; the calls for the other way are a broken promise.
  public let direction: Direction

  /// A session with the given master key (16 bytes) and master salt (14 bytes).
  public init(masterKey: ByteView, salt: ByteView, direction: Direction) throws(SRTPError) {
    guard masterKey.count == 16, salt.count == 14 else { throw .badKeySize }
    var both = InlineArray<30, UInt8>(repeating: 0)
    for index in 0..<16 { both[index] = masterKey[index] }
    for index in 0..<14 { both[16 + index] = salt[index] }
    var code: Int32 = 0
    let made = withUnsafeBytes(of: &both) { bytes in
      csrtp_make(
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), direction == .inbound ? 1 : 0,
        Int32(Limits.srtpWindowPackets), Int32(Limits.srtpSourcesMax), &code)
    }
    SecretMemory.forget(&both)
    guard let made else { throw .unavailable(code: code) }
    handle = made
    self.direction = direction
  }

  deinit { csrtp_free(handle) }

  /// Encrypts the RTP packet in place; it grows by 10 bytes. `.replayed` when its sequence number was used before.
  public mutating func protectRTP(_ packet: inout Datagram) -> SecureResult {
    precondition(direction == .outbound, "an inbound SRTP session cannot protect")
    let result = csrtp_protect_rtp(handle, packet.start, Int32(packet.count), Int32(Datagram.capacity))
    return packet.apply(result)
  }

  /// Encrypts the compound RTCP packet in place; it grows by 14 bytes.
  public mutating func protectRTCP(_ packet: inout Datagram) -> SecureResult {
    precondition(direction == .outbound, "an inbound SRTP session cannot protect")
    let result = csrtp_protect_rtcp(handle, packet.start, Int32(packet.count), Int32(Datagram.capacity))
    return packet.apply(result)
  }

  /// Checks and decrypts the SRTP packet in place; unchanged unless `.done`.
  public mutating func unprotectRTP(_ packet: inout Datagram) -> SecureResult {
    precondition(direction == .inbound, "an outbound SRTP session cannot unprotect")
    return packet.apply(csrtp_unprotect_rtp(handle, packet.start, Int32(packet.count)))
  }

  /// Checks and decrypts the SRTCP packet in place; unchanged unless `.done`.
  public mutating func unprotectRTCP(_ packet: inout Datagram) -> SecureResult {
    precondition(direction == .inbound, "an outbound SRTP session cannot unprotect")
    return packet.apply(csrtp_unprotect_rtcp(handle, packet.start, Int32(packet.count)))
  }
}

extension Datagram {
  /// The memory, as C wants it.
  fileprivate var start: UnsafeMutablePointer<UInt8>? { storage.base?.assumingMemoryBound(to: UInt8.self) }

  /// Takes over what a packet call answered.
  fileprivate mutating func apply(_ result: Int32) -> SecureResult {
    if result >= 0 {
      setCount(Int(result))
      return .done
    }
    return result == CSRTP_REPLAYED ? .replayed : .refused
  }
}
