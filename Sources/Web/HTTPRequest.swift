// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// An HTTP request as a value, and its bytes.

import Core

/// A request method; names are compared exactly (RFC 9110 section 9.1).
public enum HTTPMethod: Equatable, Sendable {
  /// The methods told apart.
  case get, head, post, put, patch, delete, options
  /// Any other; answered with 501.
  case other

  /// The method called `name`.
  init(_ name: ArraySlice<UInt8>) {
    self = .other
    for method: HTTPMethod in [.get, .head, .post, .put, .patch, .delete, .options]
    where name.elementsEqual(method.name.utf8) { self = method }
  }

  /// The name as written on the wire; `other` has none.
  public var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other: ""
    }
  }
}

/// A request, finished: what it holds needs no further checking of form.
public struct HTTPRequest: Sendable {
  /// The method.
  public var method: HTTPMethod
  /// Path and query as sent, beginning with a slash; "*" for OPTIONS of the whole server.
  public var target: String
  /// Whom the request is for: from the Host field or an absolute target; nil only in HTTP/1.0.
  public var authority: HTTPAuthority?
  /// 0 or 1, for HTTP/1.0 or HTTP/1.1.
  public var minorVersion: Int
  /// The header fields.
  public var fields: HTTPFields
  /// The body; empty when there is none.
  public var body: [UInt8]

  /// A request to be sent.
  public init(
    _ method: HTTPMethod, _ target: String, authority: HTTPAuthority? = nil, minorVersion: Int = 1,
    fields: HTTPFields = HTTPFields(), body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.authority = authority
    self.minorVersion = minorVersion
    self.fields = fields
    self.body = body
  }

  /// The target without its query.
  public var path: String {
    let bytes = Array(target.utf8)
    guard let mark = bytes.firstIndex(of: ASCII.questionMark) else { return target }
    return String(bytes: bytes[..<mark])
  }

  /// What follows the question mark of the target; empty when there is none.
  public var query: String {
    let bytes = Array(target.utf8)
    guard let mark = bytes.firstIndex(of: ASCII.questionMark) else { return "" }
    return String(bytes: bytes[(mark + 1)...])
  }

  /// Whether the client would use the connection again (RFC 9112 section 9.3).
  public var keepsAlive: Bool {
    if fields.hasMember("Connection", "close") { return false }
    return minorVersion > 0 || fields.hasMember("Connection", "keep-alive")
  }

  /// Writes the request for sending, with Host and Content-Length, behind what `bytes` holds.
  public func write(into bytes: inout [UInt8]) {
    bytes.append(text: method.name)
    bytes.append(ASCII.space)
    for byte in target.utf8 where byte > ASCII.space && byte < 0x7F { bytes.append(byte) }
    bytes.append(text: " HTTP/1.1\r\n")
    if let authority {
      bytes.append(text: "Host: ")
      bytes.append(text: authority.text)
      bytes.append(text: "\r\n")
    }
    fields.write(into: &bytes)
    if !body.isEmpty || method == .post || method == .patch || method == .put {
      bytes.append(text: "Content-Length: \(body.count)\r\n")
    }
    bytes.append(text: "\r\n")
    bytes.append(contentsOf: body)
  }
}
