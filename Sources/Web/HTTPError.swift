// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What can be wrong with the bytes of an HTTP message, and what to answer.

/// Why an HTTP message was refused. A connection is of no more use after one: where the next message begins is unknown.
public enum HTTPError: Error, Equatable, Sendable {
  /// The request or status line is not of the form that RFC 9112 section 3 or 4 gives.
  case malformedStartLine
  /// A request or status line longer than `Limits.httpStartLineBytesMax`.
  case startLineTooLong
  /// A version other than HTTP/1.x.
  case unsupportedVersion
  /// A field line without a colon, with a blank before it, or with a control byte.
  case malformedField
  /// A field continued on the next line (RFC 9112 section 5.2).
  case foldedField
  /// More fields or field bytes than the limits allow.
  case fieldsTooLarge
  /// A carriage return without a line feed.
  case bareCarriageReturn
  /// A line feed without a carriage return.
  case bareLineFeed
  /// No Host field, more than one, or one that names no host (RFC 9112 section 3.2).
  case malformedHost
  /// Content-Length that is no number, or two that differ.
  case malformedLength
  /// Both Transfer-Encoding and Content-Length, or Transfer-Encoding in HTTP/1.0: how smuggled requests look.
  case conflictingLength
  /// A transfer coding other than chunked alone.
  case unsupportedTransferCoding
  /// A chunk that is not of the form that RFC 9112 section 7.1 gives.
  case malformedChunk
  /// A body larger than `Limits.httpBodyBytesMax`.
  case bodyTooLarge
  /// An expectation other than 100-continue.
  case unknownExpectation
  /// The far side closed within a message.
  case truncated

  /// The status a server answers with.
  public var status: HTTPStatus {
    switch self {
    case .startLineTooLong: .targetTooLong
    case .unsupportedVersion: .versionNotSupported
    case .fieldsTooLarge: .fieldsTooLarge
    case .unsupportedTransferCoding: .notImplemented
    case .bodyTooLarge: .contentTooLarge
    case .unknownExpectation: .expectationFailed
    default: .badRequest
    }
  }

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .malformedStartLine: "The first line is malformed."
    case .startLineTooLong: "The first line is too long."
    case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are spoken here."
    case .malformedField: "A header field is malformed."
    case .foldedField: "A header field is continued on the next line, which is obsolete."
    case .fieldsTooLarge: "There are too many header fields, or they are too long."
    case .bareCarriageReturn: "A carriage return stands without a line feed."
    case .bareLineFeed: "A line ends without a carriage return."
    case .malformedHost: "There must be exactly one Host field, and it must name a host."
    case .malformedLength: "Content-Length is not one number."
    case .conflictingLength: "The length of the body is given in two ways."
    case .unsupportedTransferCoding: "The only transfer coding understood is chunked."
    case .malformedChunk: "A chunk of the body is malformed."
    case .bodyTooLarge: "The body is too large."
    case .unknownExpectation: "The only expectation understood is 100-continue."
    case .truncated: "The connection was closed within a message."
    }
  }
}
