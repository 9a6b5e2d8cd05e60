// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between a placed call's signaling and its owner.

import Core

/// What a far side said when it refused.
public struct CallRefused: Equatable, Sendable {
  /// The status.
  public let status: HTTPStatus
  /// The problem description's detail (RFC 9457), or the reason phrase when there is none.
  public let detail: String
  /// When to try again, in seconds, if the far side said so.
  public let retryAfterSeconds: Int?

  init(_ response: HTTPResponse) {
    status = response.status
    var detail = response.status.reason
    if MediaType.matches(response.fields.first("Content-Type"), MediaType.problem),
      let problem = response.body.withByteView({ view in try? JSONReader.read(view) })
    {
      detail = problem["detail"]?.string ?? problem["title"]?.string ?? detail
    }
    self.detail = detail
    let seconds = response.fields.first("Retry-After").map { Array($0.utf8) } ?? []
    retryAfterSeconds = ASCII.decimal(seconds[...], maximum: 86_400)
  }
}

/// Why a call could not be placed, or its candidates not be sent.
public enum CallClientError: Error, Equatable, Sendable {
  /// There was no response.
  case connection(HTTPClientError)
  /// The far side refused.
  case refused(CallRefused)
  /// A redirect that leads nowhere, to no http or https URL, from https to http, or once too often.
  case malformedRedirect
  /// 406 of a WHEP server: it wants to make the offer itself.
  case counterOffer
  /// 201 without an answer or without a Location.
  case malformedAnswer

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .connection(let error): error.text
    case .refused(let refused):
      if let seconds = refused.retryAfterSeconds {
        "The far side refused (\(refused.status.code)): \(refused.detail) Try again in \(seconds) s."
      } else {
        "The far side refused (\(refused.status.code)): \(refused.detail)"
      }
    case .malformedRedirect: "The far side redirects the call to where it cannot go."
    case .counterOffer:
      "The far side refused (406): it wants to make the offer itself (a WHEP counter-offer), which is not done here."
    case .malformedAnswer: "The far side accepted the call without an answer or a session."
    }
  }
}

/// What became of the steps of a placed call.
public enum CallClientEvent: Equatable, Sendable {
  /// The far side's answer (SDP).
  case answered([UInt8])
  /// The call could not be placed; nothing follows.
  case failed(CallClientError)
  /// Candidates could not be sent; the call goes on without, and no more are sent.
  case trickleFailed(CallClientError)
  /// The far side has no stream yet; it is asked again after so many seconds.
  case waiting(seconds: Int)
  /// The far side names ICE servers. Candidates that STUN servers bring may still be added: `endCandidates` has to be said
  /// once more, whether there are any or not.
  case iceServers(NamedICEServers)
  /// The call goes on to another server, as it was told, and the token is not shown there.
  case tokenWithheld(from: HTTPURL)
  /// The session was ended here; nothing follows.
  case ended
}

/// What the hall is to do with the socket of a placed call.
public enum CallClientAction: Equatable, Sendable {
  /// Close the socket, if any, and connect a new one to this URL's host and port.
  case connect(HTTPURL)
  /// Close the socket.
  case close
}
