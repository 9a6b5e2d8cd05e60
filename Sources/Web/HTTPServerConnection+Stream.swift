// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A response whose body comes bit by bit: chunked in HTTP/1.1 (RFC 9112 section 7.1), until the close in HTTP/1.0.
//
//   head CRLF | hex-size CRLF piece CRLF | ... | 0 CRLF CRLF

public import Core

extension HTTPServerConnection {
  /// Answers the request that `pollRequest` gave with the head of a stream; `write` sends its pieces. The answer to HEAD is the
  /// head alone. Answers whether there is a stream now.
  @discardableResult
  public mutating func beginStream(_ response: HTTPResponse, at now: Instant) -> Bool {
    guard phase == .responding else { return false }
    precondition(response.body.isEmpty, "a stream of HTTP begins with a body")
    // Nothing but the close tells an HTTP/1.0 client where the body ends.
    if minorVersion == 0 { keepsAlive = false }
    startOutput(at: now)
    response.writeStreamHead(into: &output, keepAlive: keepsAlive, isChunked: minorVersion > 0)
    guard !answersHead else {
      finishResponse(at: now)
      return false
    }
    phase = .streaming
    return true
  }

  /// Sends a piece of the stream that `fill` appends to the bytes it is given. Nothing happens when there is no stream.
  public mutating func writeStream(at now: Instant, _ fill: (inout [UInt8]) -> Void) {
    guard phase == .streaming else { return }
    startOutput(at: now)
    // What a slow reader took is dropped before it is half of what is held.
    if sent > Limits.httpReadBytesMax {
      output.removeFirst(sent)
      sent = 0
    }
    guard minorVersion > 0 else { return fill(&output) }
    // Five digits of size are written first, and known last: no copy.
    let start = output.count
    output.append(text: "00000\r\n")
    fill(&output)
    let count = output.count - start - 7
    guard count > 0 else { return output.removeLast(7) }
    precondition(count <= 0xF_FFFF, "a piece of a stream is larger than its size can tell")
    for place in 0..<5 {
      let digit = UInt8(truncatingIfNeeded: count >> (16 - 4 * place) & 15)
      output[start + place] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
    output.append(text: "\r\n")
  }

  /// Ends the stream; the connection is used again where HTTP allows it.
  public mutating func endStream(at now: Instant) {
    guard phase == .streaming else { return }
    startOutput(at: now)
    if minorVersion > 0 { output.append(text: "0\r\n\r\n") }
    finishResponse(at: now)
  }

  /// Whether a stream is under way.
  public var isStreaming: Bool { phase == .streaming }

  /// How many bytes wait to be sent.
  public var backlogBytes: Int { output.count - sent }
}

extension HTTPResponse {
  /// Writes the head of a stream behind what `bytes` holds.
  func writeStreamHead(into bytes: inout [UInt8], keepAlive: Bool, isChunked: Bool) {
    bytes.append(text: "HTTP/1.1 \(status.code) ")
    bytes.append(text: status.reason)
    bytes.append(text: "\r\n")
    fields.write(into: &bytes)
    if isChunked { bytes.append(text: "Transfer-Encoding: chunked\r\n") }
    if !keepAlive { bytes.append(text: "Connection: close\r\n") }
    bytes.append(text: "\r\n")
  }
}
