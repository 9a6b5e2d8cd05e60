// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between call signaling and the station.

public import Core

/// Which connection to the web server; a later connection never has the same.
public struct WebConnectionID: Hashable, Sendable, BitwiseCopyable {
  /// The place in the server's table, 0 ..< Limits.webConnectionsMax; the hall may keep its sockets by it.
  public let index: Int
  /// How many connections had that place before.
  public let generation: UInt32

  /// A connection's name; made by `WebServer`, and by tests.
  public init(index: Int, generation: UInt32) {
    self.index = index
    self.generation = generation
  }
}

/// Which call session of this server; numbers are not used again.
public struct CallSessionID: Hashable, Sendable, BitwiseCopyable {
  /// The number, from 1.
  public let number: UInt32

  /// A session's name; made by `CallResource`, and by tests.
  public init(_ number: UInt32) { self.number = number }
}

/// Why a session has ended.
public enum CallEnd: Equatable, Sendable {
  /// The caller sent DELETE.
  case deleted
  /// The caller closed the connection before there was an answer.
  case callerGone
  /// There was no answer in `Limits.callAnswerMilliseconds`, or until the end of `hold`.
  case answerTimedOut
}

/// What a caller wants of the station.
public enum CallEvent: Equatable, Sendable {
  /// A new session with an offer (SDP): `answer` or `refuse` it.
  case offer(CallSessionID, [UInt8])
  /// Candidates for a session (an SDP fragment, RFC 8840): `acceptTrickle` or `refuse` it.
  case trickle(CallSessionID, [UInt8])
  /// The session is gone; nothing is to be answered.
  case ended(CallSessionID, CallEnd)
}

/// Who calls, as far as is known.
public struct Caller: Equatable, Sendable {
  /// What the caller says it is called (`Intercom-Name`): a claim, not proof. Empty when it says nothing.
  public var name: String
  /// Where the offer came from.
  public var address: IPAddress
  /// Where its offer came to, which says who may be heard.
  public var endpoint = CallEndpoint.call
  /// Whether it wants a call back that it had been called for (`Intercom-Return`), and none that rings.
  public var wantsReturn: Bool
  /// Which ring of this device's pages it answers (`Intercom-Ring`); empty: none, it calls.
  public var answersRing = ""
  /// Whose place it takes (`Intercom-Replaces`): a session that is up, or that its own caller ended a moment ago.
  public var replaces: CallSessionID?
  /// Who asks, by what it has shown.
  public var principal = Principal.everybody

  /// A caller.
  public init(name: String, address: IPAddress, wantsReturn: Bool = false) {
    self.name = name
    self.address = address
    self.wantsReturn = wantsReturn
  }
}

/// Why the station refuses an offer or a fragment.
public enum CallRefusal: Equatable, Sendable {
  /// 400: the SDP or the fragment is malformed.
  case malformed
  /// 401: only for who was let in, or has a certificate that is known here.
  case unauthorized
  /// 403: not allowed here, or a person refused.
  case forbidden
  /// 422: well-formed, but it cannot be honoured (no audio section, no codec in common, an ICE restart).
  case unacceptable
  /// 503: in a call, or no resources; try again after so many seconds.
  case busy(retryAfterSeconds: Int)
  /// 504: it rang, and nobody answered.
  case noAnswer

  /// The status it is answered with.
  public var status: HTTPStatus {
    switch self {
    case .malformed: .badRequest
    case .unauthorized: .unauthorized
    case .forbidden: .forbidden
    case .unacceptable: .unprocessableContent
    case .busy: .serviceUnavailable
    case .noAnswer: .gatewayTimeout
    }
  }
}

/// A response on its way to the connection that asked.
public struct CallReply: Sendable {
  /// The connection.
  public let connection: WebConnectionID
  /// The response.
  public let response: HTTPResponse
}
