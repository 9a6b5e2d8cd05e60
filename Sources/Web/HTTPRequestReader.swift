// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reads HTTP/1.0 and HTTP/1.1 requests from a byte stream (RFC 9112 sections 3 and 6).

public import Core

/// An incremental, bounded reader of requests. After an error it is of no more use until `reset`.
public struct HTTPRequestReader: Sendable {
  private var message = HTTPMessageReader()
  private var request: HTTPRequest?
  /// Whether the client waits for "100 Continue" before it sends the body; cleared by `clearContinue`.
  public private(set) var wantsContinue = false

  /// A reader at the beginning of a stream.
  public init() {}

  /// Whether nothing of the next request has come.
  public var isIdle: Bool { message.isIdle }
  /// Whether the head of a request is complete and its body is not.
  public var isInBody: Bool { message.isInBody }
  /// Memory held, in bytes.
  public var memoryBytes: Int { message.memoryBytes }

  /// Reads on from `offset`, which is left behind the last byte used: a finished request, or nil when all bytes are used and
  /// more are needed.
  public mutating func read(_ bytes: ByteView, from offset: inout Int) throws(HTTPError) -> HTTPRequest? {
    while true {
      switch try message.read(bytes, from: &offset) {
      case .needMore: return nil
      case .head: try readHead()
      case .complete:
        guard var finished = request else { return nil }
        finished.body = message.body
        reset()
        return finished
      }
    }
  }

  /// "100 Continue" has been sent, or need not be.
  public mutating func clearContinue() { wantsContinue = false }

  /// Forgets what was read; buffers are kept.
  public mutating func reset() {
    message.reset()
    request = nil
    wantsContinue = false
  }

  private mutating func readHead() throws(HTTPError) {
    var head = try Self.parse(message.startLine)
    head.fields = message.fields
    try Self.readHost(&head)
    let framing = try framing(minorVersion: head.minorVersion)
    for expectation in head.fields.all("Expect") {
      guard expectation.hasBytesIgnoringCase(of: "100-continue") else { throw .unknownExpectation }
      wantsContinue = head.minorVersion > 0 && framing != .none
    }
    request = head
    try message.begin(framing)
  }

  private func framing(minorVersion: Int) throws(HTTPError) -> HTTPMessageReader.Framing {
    if try message.isChunked(minorVersion: minorVersion) { return .chunked }
    guard let length = try message.contentLength(), length > 0 else { return .none }
    return .length(length)
  }

  /// `METHOD SP target SP HTTP/1.x`, one space each.
  private static func parse(_ line: [UInt8]) throws(HTTPError) -> HTTPRequest {
    guard let first = line.firstIndex(of: ASCII.space), let last = line.lastIndex(of: ASCII.space), first > 0,
      last > first + 1
    else { throw .malformedStartLine }
    for byte in line[..<first] where !ASCII.isToken(byte) { throw .malformedStartLine }
    let target = line[(first + 1)..<last]
    for byte in target where byte <= ASCII.space || byte >= 0x7F || byte == 0x23 { throw .malformedStartLine }
    let minorVersion = try minorVersion(line[(last + 1)...])
    let method = HTTPMethod(line[..<first])
    var request = HTTPRequest(method, String(bytes: target), minorVersion: minorVersion)
    if target.first == ASCII.slash { return request }
    if target.count == 1, target.first == 0x2A, method == .options { return request }
    guard let url = try? HTTPURL(String(bytes: target)) else { throw .malformedStartLine }
    request.target = url.target
    request.authority = url.authority
    return request
  }

  static func minorVersion(_ text: ArraySlice<UInt8>) throws(HTTPError) -> Int {
    let bytes = Array(text)
    guard bytes.count == 8, bytes[..<5].elementsEqual("HTTP/".utf8), ASCII.isDigit(bytes[5]), bytes[6] == 0x2E,
      ASCII.isDigit(bytes[7])
    else { throw .malformedStartLine }
    guard bytes[5] == 0x31 else { throw .unsupportedVersion }
    return bytes[7] == 0x30 ? 0 : 1
  }

  /// An absolute target outranks the Host field, which must be there and well-formed all the same (RFC 9112 section 3.2.2).
  private static func readHost(_ request: inout HTTPRequest) throws(HTTPError) {
    let hosts = request.fields.all("Host")
    guard hosts.count == 1 || (hosts.isEmpty && request.minorVersion == 0) else { throw .malformedHost }
    guard let host = hosts.first else { return }
    guard let authority = HTTPAuthority(host) else { throw .malformedHost }
    if request.authority == nil { request.authority = authority }
  }
}
