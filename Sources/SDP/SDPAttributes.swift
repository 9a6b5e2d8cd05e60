// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The small values that sections are described with.

import Core

/// Which way media flows, seen from the side that describes it (RFC 8866 section 6.7).
public enum MediaDirection: Equatable, Sendable, BitwiseCopyable {
  /// Both ways.
  case sendReceive
  /// The describing side only sends.
  case sendOnly
  /// The describing side only receives.
  case receiveOnly
  /// Neither.
  case inactive

  /// The direction of a side that sends and receives so.
  public init(sends: Bool, receives: Bool) {
    self = sends ? (receives ? .sendReceive : .sendOnly) : (receives ? .receiveOnly : .inactive)
  }

  /// Whether the describing side sends.
  public var sends: Bool { self == .sendReceive || self == .sendOnly }
  /// Whether the describing side receives.
  public var receives: Bool { self == .sendReceive || self == .receiveOnly }
  /// The same flow, seen from the other side.
  public var reversed: MediaDirection { MediaDirection(sends: receives, receives: sends) }

  /// The attribute's name.
  public var text: String {
    switch self {
    case .sendReceive: "sendrecv"
    case .sendOnly: "sendonly"
    case .receiveOnly: "recvonly"
    case .inactive: "inactive"
    }
  }

  /// The direction that `name` writes, or nil.
  init?(_ name: ByteView) {
    switch name {
    case "sendrecv": self = .sendReceive
    case "sendonly": self = .sendOnly
    case "recvonly": self = .receiveOnly
    case "inactive": self = .inactive
    default: return nil
    }
  }
}

/// Who begins the DTLS handshake, seen from the side that describes it (RFC 8842 section 5).
public enum SetupRole: Equatable, Sendable, BitwiseCopyable {
  /// Either; the answer decides. Only in offers.
  case actpass
  /// The describing side begins: it is the DTLS client.
  case active
  /// The describing side waits: it is the DTLS server.
  case passive
  /// No connection for now; not supported.
  case holdconn

  /// The attribute's value.
  public var text: String {
    switch self {
    case .actpass: "actpass"
    case .active: "active"
    case .passive: "passive"
    case .holdconn: "holdconn"
    }
  }

  /// The role that `value` writes, or nil.
  init?(_ value: ByteView) {
    switch value {
    case "actpass": self = .actpass
    case "active": self = .active
    case "passive": self = .passive
    case "holdconn": self = .holdconn
    default: return nil
    }
  }
}

/// One payload type of a section: `a=rtpmap` and `a=fmtp` (RFC 8866 sections 6.6 and 6.15).
public struct PayloadFormat: Equatable, Sendable {
  /// The payload type, 0 ... 127.
  public var payloadType: UInt8
  /// The encoding's name, as written.
  public var name: String
  /// The clock rate in hertz.
  public var clockRate: Int
  /// How many channels; 1 when not written.
  public var channels: Int
  /// The format's parameters, as written; empty when there are none.
  public var parameters: String

  /// A payload type.
  public init(payloadType: UInt8, name: String, clockRate: Int, channels: Int, parameters: String = "") {
    self.payloadType = payloadType
    self.name = name
    self.clockRate = clockRate
    self.channels = channels
    self.parameters = parameters
  }

  /// Whether it is Opus that can share a port with RTCP: `opus/48000`, two channels written or none (RFC 7587 section 7
  /// demands two), and not 64 ... 95 (RFC 5761 section 4).
  public var isUsableOpus: Bool {
    name.withByteView { $0.equalsIgnoringCase("opus") } && clockRate == 48_000 && channels <= 2
      && !(64...95).contains(payloadType)
  }
}

extension PayloadFormat {
  /// Whether it is `red/48000` (RFC 2198) that carries payloads of the type `opus`, and can share a port with RTCP.
  /// Without parameters it may carry any.
  func isRedundancy(for opus: UInt8) -> Bool {
    guard name.withByteView({ $0.equalsIgnoringCase("red") }), clockRate == 48_000, channels <= 2,
      !(64...95).contains(payloadType), payloadType != opus
    else { return false }
    return parameters.isEmpty
      || parameters.withByteView { text in
        var rest = text.trimmed
        while let item = rest.takeWord(.slash) {
          guard item.trimmed.number(in: 0...127) == Int(opus) else { return false }
        }
        return true
      }
  }

  /// Redundant payloads of the type `opus`: one copy at a time.
  static func redundancy(_ payloadType: UInt8, for opus: UInt8) -> PayloadFormat {
    PayloadFormat(
      payloadType: payloadType, name: "red", clockRate: 48_000, channels: 2,
      parameters: "\(Int(opus))/\(Int(opus))")
  }
}

/// One header extension of a section: `a=extmap` (RFC 8285 section 5).
public struct HeaderExtension: Equatable, Sendable {
  /// The identifier, 1 ... 255; 1 ... 14 fit the one-byte form.
  public var identifier: UInt8
  /// Which way it is used, seen from the describing side.
  public var direction: MediaDirection
  /// What it is.
  public var uri: String

  /// A header extension.
  public init(identifier: UInt8, direction: MediaDirection = .sendReceive, uri: String) {
    self.identifier = identifier
    self.direction = direction
    self.uri = uri
  }

  /// The audio level of RFC 6464.
  public static let audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
  /// The section's identifier of RFC 9143.
  public static let midURI = "urn:ietf:params:rtp-hdrext:sdes:mid"
}

/// One source of a section: `a=ssrc` (RFC 5576 section 4.1).
public struct StreamSource: Equatable, Sendable {
  /// The synchronization source.
  public var ssrc: UInt32
  /// Its canonical name; empty when not written.
  public var cname: String

  /// A source.
  public init(ssrc: UInt32, cname: String) {
    self.ssrc = ssrc
    self.cname = cname
  }
}

/// The stream and track that a section belongs to: `a=msid` (RFC 8830).
public struct MediaStreamID: Equatable, Sendable {
  /// The stream; `-` means none.
  public var stream: String
  /// The track; empty when not written.
  public var track: String

  /// A stream and a track.
  public init(stream: String, track: String) {
    self.stream = stream
    self.track = track
  }
}
