// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reads HTTP/1.0 and HTTP/1.1 responses from a byte stream (RFC 9112 sections 4 and 6).

public import Core

/// An incremental, bounded reader of responses; interim ones (1xx) are passed over. After an error it is of no more use until
/// `reset`.
public struct HTTPResponseReader: Sendable {
  private var message = HTTPMessageReader()
  private var response: HTTPResponse?
  private var method = HTTPMethod.get
  private var interimResponses = 0
  /// Whether the connection may carry another request after the last response read.
  public private(set) var keepsAlive = false
  /// Whether a change of protocol was asked for: then 101 is a response like any other, and what follows it another protocol.
  public var acceptsUpgrade = false

  /// A reader at the beginning of a stream.
  public init() {}

  /// Whether nothing of the next response has come.
  public var isIdle: Bool { message.isIdle && interimResponses == 0 }

  /// Says what the next response answers: the answer to HEAD has no body.
  public mutating func expect(_ method: HTTPMethod) { self.method = method }

  /// Reads on from `offset`, which is left behind the last byte used: a finished response, or nil when more bytes are needed.
  public mutating func read(_ bytes: ByteView, from offset: inout Int) throws(HTTPError) -> HTTPResponse? {
    while true {
      switch try message.read(bytes, from: &offset) {
      case .needMore: return nil
      case .head: try readHead()
      case .complete:
        if let finished = take() { return finished }
      }
    }
  }

  /// The far side closed: the response that this ends, or nil when none was under way.
  public mutating func end() throws(HTTPError) -> HTTPResponse? {
    if message.isIdle { return nil }
    guard message.end() else { throw .truncated }
    return take()
  }

  /// Forgets what was read; buffers are kept.
  public mutating func reset() {
    message.reset()
    response = nil
    interimResponses = 0
  }

  private mutating func take() -> HTTPResponse? {
    var finished = response
    finished?.body = message.body
    let interim = interimResponses
    reset()
    if finished == nil { interimResponses = interim }
    return finished
  }

  private mutating func readHead() throws(HTTPError) {
    let line = message.startLine
    guard line.count >= 12, line[8] == ASCII.space, line.count == 12 || line[12] == ASCII.space else {
      throw .malformedStartLine
    }
    let minorVersion = try HTTPRequestReader.minorVersion(line[..<8])
    guard let code = ASCII.decimal(line[9..<12], maximum: 999), code >= 100 else { throw .malformedStartLine }
    let status = HTTPStatus(code)
    if code == 101, acceptsUpgrade {
      response = HTTPResponse(status, fields: message.fields)
      return try message.begin(.none)
    }
    guard code >= 200 else {
      // 101 would change the protocol, which was not asked for; a stream of interim responses never ends.
      interimResponses += 1
      guard code != 101, interimResponses <= 8 else { throw .malformedStartLine }
      return try message.begin(.none)
    }
    let isChunked = try message.isChunked(minorVersion: minorVersion)
    let length = try message.contentLength()
    keepsAlive =
      !message.fields.hasMember("Connection", "close")
      && (minorVersion > 0 || message.fields.hasMember("Connection", "keep-alive"))
    response = HTTPResponse(status, fields: message.fields)
    if status.forbidsBody || method == .head {
      try message.begin(.none)
    } else if isChunked {
      try message.begin(.chunked)
    } else if let length {
      try message.begin(.length(length))
    } else {
      keepsAlive = false
      try message.begin(.untilClose)
    }
  }
}
