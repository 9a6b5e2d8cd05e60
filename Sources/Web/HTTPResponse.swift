// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// An HTTP response as a value, and its bytes. There is no Date field: this room has no clock (RFC 9110 section 6.6.1).

import Core

/// A response, finished.
public struct HTTPResponse: Sendable {
  /// The status.
  public var status: HTTPStatus
  /// The header fields, without Content-Length and Connection, which the writer adds.
  public var fields: HTTPFields
  /// The body; empty when there is none.
  public var body: [UInt8]

  /// A response.
  public init(_ status: HTTPStatus, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// A response with a body of `mediaType`.
  public init(_ status: HTTPStatus, mediaType: String, body: [UInt8]) {
    // Not a literal: inlined twice into one function it would be two constant arrays there (see embedded-toolset.md).
    self.init(status, body: body)
    fields.add("Content-Type", mediaType)
  }

  /// A refusal with a problem description (RFC 9457): `detail` is one sentence for a person.
  public static func problem(_ status: HTTPStatus, _ detail: String) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("title", status.reason)
    writer.member("status", Int64(status.code))
    writer.member("detail", detail)
    writer.endObject()
    return HTTPResponse(status, mediaType: MediaType.problem, body: writer.bytes)
  }

  /// The same response with one more field.
  public func with(_ name: String, _ value: String) -> HTTPResponse {
    var response = self
    response.fields.add(name, value)
    return response
  }

  /// Writes the response behind what `bytes` holds. The answer to HEAD has the length of the body, but not the body.
  public func write(into bytes: inout [UInt8], toHead: Bool = false, keepAlive: Bool = true, minorVersion: Int = 1) {
    bytes.append(text: "HTTP/1.1 \(status.code) ")
    bytes.append(text: status.reason)
    bytes.append(text: "\r\n")
    fields.write(into: &bytes)
    if !status.forbidsBody { bytes.append(text: "Content-Length: \(body.count)\r\n") }
    if !keepAlive {
      bytes.append(text: "Connection: close\r\n")
    } else if minorVersion == 0 {
      bytes.append(text: "Connection: keep-alive\r\n")
    }
    bytes.append(text: "\r\n")
    if !status.forbidsBody, !toHead { bytes.append(contentsOf: body) }
  }
}
