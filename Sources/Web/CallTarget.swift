// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a call goes to and by which rules: `http(s)://…` is an intercom, `whip+http(s)://…` and `whep+http(s)://…` a media server.

/// An endpoint and how it is spoken to.
public struct CallTarget: Equatable, Sendable {
  /// Where the offer goes.
  public let url: HTTPURL
  /// Which way sound goes.
  public let endpoint: CallEndpoint

  /// A target of parts.
  public init(_ url: HTTPURL, _ endpoint: CallEndpoint = .call) {
    self.url = url
    self.endpoint = endpoint
  }

  /// The target that `text` writes.
  public init(_ text: String) throws(HTTPURLError) {
    let bytes = Array(text.utf8)
    for endpoint in [CallEndpoint.whip, .whep] where bytes.starts(with: endpoint.name.utf8) {
      guard bytes.count > 5, bytes[4] == 0x2B else { continue }
      self.init(try HTTPURL(String(decoding: bytes[5...], as: UTF8.self)), endpoint)
      return
    }
    self.init(try HTTPURL(text))
  }

  /// The URL as text.
  public var text: String { endpoint == .call ? url.text : "\(endpoint.name)+\(url.text)" }
}
