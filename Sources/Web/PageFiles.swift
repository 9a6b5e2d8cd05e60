// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The files of the page, as they lie inside the program (`CPage`), with a strong entity tag each: the same bytes, the same tag.

import CPage
import Core

/// The page's files.
struct PageFiles: Sendable {
  /// Which file.
  enum Name: Int32, CaseIterable, Sendable {
    case page, style, script, icon, manifest, touchIcon

    /// The file of a path's only segment; nil: none has this name.
    init?(_ segment: String) {
      for name in Name.allCases where name != .page && segment.hasBytes(of: name.text) {
        self = name
        return
      }
      return nil
    }

    var text: String {
      switch self {
      case .page: ""
      case .style: "page.css"
      case .script: "page.js"
      case .icon: "icon.svg"
      case .manifest: "manifest.webmanifest"
      case .touchIcon: "apple-touch-icon.png"
      }
    }

    var mediaType: String {
      switch self {
      case .page: MediaType.html
      case .style: "text/css; charset=utf-8"
      case .script: "text/javascript; charset=utf-8"
      case .icon: "image/svg+xml"
      case .manifest: "application/manifest+json"
      case .touchIcon: "image/png"
      }
    }
  }

  /// What the page may do: load from here, and talk to here.
  static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    + "manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private let tags: [String]

  /// The files; their tags are made now, once.
  init() {
    var tags: [String] = []
    for name in Name.allCases {
      // FNV-1a in 64 bits: told apart are versions of one file, not what somebody made to collide.
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in Self.bytes(name) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      var tag = "\""
      for place in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: hash >> UInt64(60 - 4 * place) & 15)
        tag.unicodeScalars.append(UnicodeScalar(digit < 10 ? 0x30 + digit : 0x57 + digit))
      }
      tags.append(tag + "\"")
    }
    self.tags = tags
  }

  /// The response to GET or HEAD of a file: 304 when the asker has it (RFC 9110 section 13.1.2); nil: this program has no such file.
  func response(_ name: Name, to fields: HTTPFields) -> HTTPResponse? {
    let bytes = Self.bytes(name)
    guard !bytes.isEmpty else { return nil }
    let tag = tags[Int(name.rawValue)]
    var response = HTTPResponse(.notModified)
    // If-None-Match compares weakly: a proxy that packed the file may have made our tag weak.
    let isKnown = fields.members("If-None-Match").contains { member in
      member.hasBytes(of: tag) || member.hasBytes(of: "W/" + tag) || member.hasBytes(of: "*")
    }
    if !isKnown { response = HTTPResponse(.ok, mediaType: name.mediaType, body: Array(bytes)) }
    response.fields.add("ETag", tag)
    // It is asked for again every time: a new program has a new page.
    response.fields.add("Cache-Control", "no-cache")
    response.fields.add("Content-Security-Policy", Self.contentSecurityPolicy)
    response.fields.add("Cross-Origin-Resource-Policy", "same-origin")
    guard name == .page else { return response }
    response.fields.add("Referrer-Policy", "no-referrer")
    response.fields.add("Permissions-Policy", "microphone=(self)")
    response.fields.add("Cross-Origin-Opener-Policy", "same-origin")
    return response
  }

  private static func bytes(_ name: Name) -> UnsafeBufferPointer<UInt8> {
    var count: Int32 = 0
    let start = cpage_bytes(name.rawValue, &count)
    return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(count))
  }
}
