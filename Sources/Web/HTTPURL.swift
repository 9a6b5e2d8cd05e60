// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part of RFC 3986 that calls need: http and https URLs, their authority, references against them, and path segments.

public import Core

/// A host and perhaps a port, as a URL or a Host field writes them (RFC 3986 section 3.2), without user information.
public struct HTTPAuthority: Equatable, Sendable {
  /// The host in lower case; an IPv6 address without its brackets.
  public let host: String
  /// The address, when the host is one.
  public let address: IPAddress?
  /// The port, or nil when none is written.
  public let port: UInt16?

  /// The authority that `text` writes, or nil.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    var end = bytes.count
    if bytes.first == 0x5B {
      guard let bracket = bytes.firstIndex(of: 0x5D) else { return nil }
      guard let address = Array(bytes[1..<bracket]).withByteView({ IPAddress(parsing: $0) }), address.family == .v6
      else { return nil }
      host = address.text
      self.address = address
      end = bracket + 1
    } else {
      end = bytes.firstIndex(of: ASCII.colon) ?? bytes.count
      guard end > 0, end <= 253 else { return nil }
      for byte in bytes[..<end] {
        guard ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F else {
          return nil
        }
      }
      host = String(bytes: bytes[..<end]).asciiLowercased()
      address = IPAddress(host)
    }
    guard end == bytes.count || bytes[end] == ASCII.colon else { return nil }
    let digits = bytes[min(end + 1, bytes.count)...]
    guard digits.count <= 5 else { return nil }
    let number = ASCII.decimal(digits, maximum: 65_535)
    guard number != nil || digits.isEmpty else { return nil }
    port = number.map { UInt16($0) }
  }

  /// The authority as text.
  public var text: String {
    let name = address?.family == .v6 ? "[\(host)]" : host
    guard let port else { return name }
    return "\(name):\(port)"
  }
}

/// Why a text is not the URL of a far side.
public enum HTTPURLError: Error, Equatable, Sendable {
  /// Longer than `Limits.urlBytesMax`.
  case tooLong
  /// It does not begin with a scheme and "//".
  case noScheme
  /// A scheme other than http and https.
  case unknownScheme
  /// No host, or one with letters a host does not have, or user information.
  case malformedHost
  /// The port is not a number in 1 ... 65,535.
  case malformedPort
  /// A blank, a control byte or a byte beyond ASCII.
  case malformedPath

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .tooLong: "The URL is too long."
    case .noScheme: "The URL does not begin with http:// or https://."
    case .unknownScheme: "The URL's scheme is neither http nor https."
    case .malformedHost: "The URL names no host that could be called."
    case .malformedPort: "The URL's port is not a number from 1 to 65535."
    case .malformedPath: "The URL's path has a character that must be percent-encoded."
    }
  }
}

/// An http or https URL.
public struct HTTPURL: Equatable, Sendable {
  /// Whether it is https.
  public let isSecure: Bool
  /// Host and port as written.
  public let authority: HTTPAuthority
  /// Path and query, beginning with a slash; a fragment is dropped.
  public let target: String

  /// The host to connect to; an IPv6 address without its brackets.
  public var host: String { authority.host }
  /// The port to connect to: 80, or 443 for https, unless written.
  public var port: UInt16 { authority.port ?? (isSecure ? 443 : 80) }
  /// The URL as text.
  public var text: String { "\(isSecure ? "https" : "http")://\(authority.text)\(target)" }
  /// Whether what goes to the other can go over the same connection.
  public func hasSameServer(as other: HTTPURL) -> Bool { isSecure == other.isSecure && authority == other.authority }

  /// The URL that `text` writes.
  public init(_ text: String) throws(HTTPURLError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Limits.urlBytesMax else { throw .tooLong }
    let schemeEnd = HTTPURL.schemeEnd(bytes)
    guard schemeEnd > 0, bytes[schemeEnd...].starts(with: "://".utf8) else { throw .noScheme }
    let isSecure = bytes[..<schemeEnd].hasBytesIgnoringCase(of: "https")
    guard isSecure || bytes[..<schemeEnd].hasBytesIgnoringCase(of: "http") else { throw .unknownScheme }
    let rest = bytes[(schemeEnd + 3)...]
    let end = rest.firstIndex { $0 == ASCII.slash || $0 == ASCII.questionMark || $0 == 0x23 } ?? rest.endIndex
    let written = rest[..<end]
    guard let authority = HTTPAuthority(String(bytes: written)) else {
      let hostEnd = (written.lastIndex(of: 0x5D) ?? written.startIndex)
      let colon = written[hostEnd...].firstIndex(of: ASCII.colon)
      if let colon, HTTPAuthority(String(bytes: written[..<colon])) != nil { throw .malformedPort }
      throw .malformedHost
    }
    guard authority.port != 0 else { throw .malformedPort }
    self.init(authority, target: try HTTPURL.target(rest[end...]), isSecure: isSecure)
  }

  private init(_ authority: HTTPAuthority, target: String, isSecure: Bool) {
    self.isSecure = isSecure
    self.authority = authority
    self.target = target
  }

  /// The URL that `reference`, from a Location field, names when it is found here (RFC 3986 section 5).
  public func resolve(_ reference: String) throws(HTTPURLError) -> HTTPURL {
    let bytes = Array(reference.utf8)
    guard bytes.count <= Limits.urlBytesMax else { throw .tooLong }
    if HTTPURL.schemeEnd(bytes) > 0 { return try HTTPURL(reference) }
    if bytes.starts(with: "//".utf8) { return try HTTPURL("\(isSecure ? "https" : "http"):\(reference)") }
    var path = Array(target.utf8)
    if let mark = path.firstIndex(of: ASCII.questionMark) { path.removeSubrange(mark...) }
    if bytes.first == ASCII.slash {
      path = bytes
    } else if bytes.first == ASCII.questionMark {
      path += bytes
    } else if !bytes.isEmpty {
      path.removeSubrange(((path.lastIndex(of: ASCII.slash) ?? 0) + 1)...)
      path += bytes
    }
    return HTTPURL(authority, target: HTTPURL.withoutDots(try HTTPURL.target(path[...])), isSecure: isSecure)
  }

  /// The segments of a path, percent-decoded after the split, or nil for a path that could mean two things: a malformed or
  /// non-UTF-8 escape, an encoded slash or control byte, "." or "..", or more than `Limits.urlSegmentsMax` segments.
  public static func segments(_ path: String) -> [String]? {
    var bytes = Array(path.utf8)
    guard bytes.first == ASCII.slash else { return nil }
    if bytes.count == 1 { return [] }
    bytes.removeFirst()
    var segments: [String] = []
    for part in bytes.split(separator: ASCII.slash, omittingEmptySubsequences: false) {
      guard segments.count < Limits.urlSegmentsMax, let segment = decoded(part) else { return nil }
      if segment.hasBytes(of: ".") || segment.hasBytes(of: "..") { return nil }
      segments.append(segment)
    }
    return segments
  }

  private static func decoded(_ part: ArraySlice<UInt8>) -> String? {
    var bytes: [UInt8] = []
    var index = part.startIndex
    while index < part.endIndex {
      var byte = part[index]
      index += 1
      if byte == ASCII.percent {
        guard index + 1 < part.endIndex, let high = ASCII.hexadecimal(part[index]),
          let low = ASCII.hexadecimal(part[index + 1])
        else { return nil }
        byte = high << 4 | low
        index += 2
        guard byte != ASCII.slash, byte != 0x5C else { return nil }
      }
      guard byte >= ASCII.space, byte != 0x7F else { return nil }
      bytes.append(byte)
    }
    guard bytes.withByteView({ ASCII.isUTF8($0) }) else { return nil }
    return String(bytes: bytes[...])
  }

  /// Where the scheme that `bytes` begin with ends, or 0 when they begin with none.
  private static func schemeEnd(_ bytes: [UInt8]) -> Int {
    guard let colon = bytes.firstIndex(of: ASCII.colon), colon > 0, ASCII.isLetter(bytes[0]) else { return 0 }
    for byte in bytes[..<colon] {
      guard ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E else {
        return 0
      }
    }
    return colon
  }

  private static func target(_ bytes: ArraySlice<UInt8>) throws(HTTPURLError) -> String {
    let part = bytes[..<(bytes.firstIndex(of: 0x23) ?? bytes.endIndex)]
    for byte in part where byte <= ASCII.space || byte >= 0x7F { throw .malformedPath }
    return part.first == ASCII.slash ? String(bytes: part) : "/" + String(bytes: part)
  }

  /// The target without "." and ".." segments (RFC 3986 section 5.2.4).
  private static func withoutDots(_ target: String) -> String {
    let bytes = Array(target.utf8)
    let pathEnd = bytes.firstIndex(of: ASCII.questionMark) ?? bytes.count
    var kept: [ArraySlice<UInt8>] = []
    let parts = bytes[..<pathEnd].dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let isDots = part.elementsEqual("..".utf8)
      if isDots, !kept.isEmpty { kept.removeLast() }
      if isDots || part.elementsEqual(".".utf8) {
        if index == parts.count - 1 { kept.append([]) }
      } else {
        kept.append(part)
      }
    }
    var result: [UInt8] = []
    for part in kept {
      result.append(ASCII.slash)
      result.append(contentsOf: part)
    }
    if result.isEmpty { result.append(ASCII.slash) }
    return String(bytes: (result + bytes[pathEnd...])[...])
  }
}
