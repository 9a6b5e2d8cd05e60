// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What kind of datagram arrived, told by its first bytes (RFC 7983 section 7, RFC 5761 section 4).
//
//            +----------------+
//            |        [0..3] -+--> STUN
//            |      [20..63] -+--> DTLS
//            |    [128..191] -+--> SRTP, or SRTCP where the second byte is 192 ... 223
//            +----------------+      everything else is counted and dropped

import Core
import RTP

/// What a datagram is.
enum DatagramKind {
  case stun
  case dtls
  case rtp
  case rtcp
  case unknown

  /// What `bytes` are, told by the first byte, and for RTP by the second.
  init(_ bytes: ByteView) {
    guard bytes.count >= 2 else {
      self = .unknown
      return
    }
    switch bytes[0] {
    case 0...3: self = .stun
    case 20...63: self = .dtls
    default:
      switch RTPKind(of: bytes) {
      case .rtp: self = .rtp
      case .rtcp: self = .rtcp
      case .neither: self = .unknown
      }
    }
  }
}
