// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What can go wrong in a service, as values; text is made at the edge by `VOIPError.text`.

import Core
public import Peer

/// Why a command of a service was refused, or what went wrong meanwhile.
public enum VOIPError: Error, Sendable {
  /// All `Limits.talkersMax` connections are in use.
  case tooManyConnections
  /// There is no such connection, or not any more.
  case unknownConnection
  /// The command does not fit what was called before: an answer without an offer, a second offer.
  case wrongOrder
  /// A room or user name is empty or longer than `Limits.nameBytesMax` bytes.
  case badName
  /// The description was refused, or the connection failed; the reason says why.
  case connection(PeerError)
  /// The candidate is malformed or of a kind we cannot use.
  case badCandidate
  /// The microphone could not be opened; `code` is the system's number.
  case microphoneUnavailable(code: Int32)
  /// The speaker could not be opened; `code` is the system's number.
  case speakerUnavailable(code: Int32)
  /// A STUN server's name could not be resolved; calls go on without it.
  case serverUnresolved(index: Int)

  /// Whether it is about a microphone or a speaker: whoever drives those knows more, and says it.
  public var isOfSoundDevice: Bool {
    switch self {
    case .microphoneUnavailable, .speakerUnavailable: true
    default: false
    }
  }

  /// A sentence for people. Allocates.
  public var text: String {
    switch self {
    case .tooManyConnections: "there are already \(Limits.talkersMax) connections"
    case .unknownConnection: "there is no such connection (any more)"
    case .wrongOrder: "the call does not fit what was called before it"
    case .badName: "a room or user name must have 1 to \(Limits.nameBytesMax) bytes"
    case .connection(let error): error.text
    case .badCandidate: "the candidate is malformed or of a kind that cannot be used"
    case .microphoneUnavailable(let code): "the microphone cannot be opened (system error \(code))"
    case .speakerUnavailable(let code): "the speaker cannot be opened (system error \(code))"
    case .serverUnresolved(let index): "the name of ICE server \(index + 1) cannot be resolved; calls go on without it"
    }
  }
}
