// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Telling RTP from RTCP on one port.

public import Core

/// What a datagram is that came to the port shared by RTP and RTCP.
public enum RTPKind: Equatable, Sendable, BitwiseCopyable {
  /// A media packet.
  case rtp
  /// A control packet: its second byte is 192 ... 223 (RFC 5761 section 4; payload types 64 ... 95 are therefore not
  /// used).
  case rtcp
  /// Neither: too short, or the version is not 2.
  case neither

  /// What `bytes` are, judged by the first two; works on protected packets too.
  public init(of bytes: ByteView) {
    guard bytes.count >= 2, bytes[0] >> 6 == 2 else {
      self = .neither
      return
    }
    self = (192...223).contains(bytes[1]) ? .rtcp : .rtp
  }
}
