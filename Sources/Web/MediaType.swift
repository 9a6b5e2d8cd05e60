// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Media types: which one a message has (RFC 9110 section 8.3), and whether one is accepted (section 12.5.1).

import Core

/// The media types of this house, and questions about them.
public enum MediaType {
  /// An offer or answer (RFC 8866).
  public static let sdp = "application/sdp"
  /// Trickled candidates (RFC 8840).
  public static let fragment = "application/trickle-ice-sdpfrag"
  /// A problem description (RFC 9457).
  public static let problem = "application/problem+json"
  /// JSON (RFC 8259).
  public static let json = "application/json"
  /// Server-sent events.
  public static let events = "text/event-stream"
  /// A page.
  public static let html = "text/html; charset=utf-8"

  /// Whether a Content-Type value is `type`, without regard to case and parameters.
  public static func matches(_ value: String?, _ type: String) -> Bool {
    guard let value else { return false }
    let bytes = Array(value.utf8)
    let end = bytes.firstIndex(of: ASCII.semicolon) ?? bytes.count
    return ASCII.trimmed(bytes[..<end]).hasBytesIgnoringCase(of: type)
  }

  /// Whether the Accept fields of a request allow `type` (`name/subtype`): the most specific range that covers it decides. No
  /// Accept field allows everything.
  public static func isAccepted(_ type: String, by fields: HTTPFields) -> Bool {
    guard fields.contains("Accept") else { return true }
    let name = Array(type.utf8)
    let group = name[..<(name.firstIndex(of: ASCII.slash) ?? name.count)]
    var (best, accepted) = (0, false)
    for member in fields.members("Accept") {
      let parts = Array(member.utf8).split(separator: ASCII.semicolon, omittingEmptySubsequences: false)
      let range = ASCII.trimmed(parts[0])
      var rank = 0
      if range.hasBytesIgnoringCase(of: type) {
        rank = 3
      } else if range.hasBytesIgnoringCase(of: String(bytes: group) + "/*") {
        rank = 2
      } else if range.hasBytesIgnoringCase(of: "*/*") {
        rank = 1
      }
      if rank > best { (best, accepted) = (rank, !hasZeroQuality(parts.dropFirst())) }
    }
    return accepted
  }

  /// Whether a parameter says q=0 (or 0.0, 0.00, 0.000).
  private static func hasZeroQuality(_ parameters: ArraySlice<ArraySlice<UInt8>>) -> Bool {
    for parameter in parameters {
      let trimmed = ASCII.trimmed(parameter)
      guard trimmed.count > 2, trimmed.prefix(2).hasBytesIgnoringCase(of: "q=") else { continue }
      return trimmed.dropFirst(2).allSatisfy { $0 == 0x30 || $0 == 0x2E }
    }
    return false
  }
}
