// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The opening handshake of a WebSocket, both sides (RFC 6455 sections 4.1 and 4.2). Subprotocols and extensions are left out:
// none is offered, and what is offered is not taken up.

public import Core

/// The opening handshake.
public enum WebSocketHandshake {
  /// What a server makes of a request.
  public enum Verdict: Sendable {
    /// A handshake: send this 101, then speak WebSocket.
    case accepted(HTTPResponse)
    /// None, or a malformed one: send this.
    case refused(HTTPResponse)
  }

  /// Whether `request` asks for a WebSocket, well or badly.
  public static func isAsked(_ request: HTTPRequest) -> Bool { request.fields.hasMember("Upgrade", "websocket") }

  /// Judges a request (RFC 6455 section 4.2.1). Who may ask, and from which page, is for the caller to judge before.
  public static func judge(_ request: HTTPRequest) -> Verdict {
    guard isAsked(request), request.fields.hasMember("Connection", "upgrade") else {
      return .refused(
        .problem(.upgradeRequired, "This resource speaks WebSocket only.").with("Upgrade", "websocket"))
    }
    guard request.method == .get, request.minorVersion == 1, request.body.isEmpty else {
      return .refused(.problem(.badRequest, "A WebSocket begins with a GET of HTTP/1.1 without a body."))
    }
    let versions = request.fields.all("Sec-WebSocket-Version")
    guard versions.count == 1, versions[0].hasBytes(of: version) else {
      let refusal = HTTPResponse.problem(.upgradeRequired, "Only version 13 of WebSocket is spoken here.")
      return .refused(refusal.with("Sec-WebSocket-Version", version).with("Upgrade", "websocket"))
    }
    let keys = request.fields.all("Sec-WebSocket-Key")
    guard keys.count == 1, Base64.decode(keys[0])?.count == 16 else {
      return .refused(.problem(.badRequest, "The Sec-WebSocket-Key is not 16 bytes in Base64."))
    }
    let accepted = HTTPResponse(.switchingProtocols).with("Upgrade", "websocket").with("Connection", "Upgrade")
    return .accepted(accepted.with("Sec-WebSocket-Accept", accept(of: keys[0])))
  }

  /// A client's request for `url`, with a fresh key; `fields` are added.
  public static func request(
    _ url: HTTPURL, fields: [HTTPField] = [], randomness: inout Randomness
  ) -> (request: HTTPRequest, key: String) {
    var bytes: [UInt8] = []
    for _ in 0..<16 { bytes.append(randomness.uint8()) }
    let key = bytes.withByteView { Base64.encode($0) }
    var request = HTTPRequest(.get, url.target, authority: url.authority)
    request.fields.add("Upgrade", "websocket")
    request.fields.add("Connection", "Upgrade")
    request.fields.add("Sec-WebSocket-Version", version)
    request.fields.add("Sec-WebSocket-Key", key)
    for field in fields { request.fields.add(field.name, field.value) }
    return (request, key)
  }

  /// Whether `response` accepts the handshake begun with `key` (RFC 6455 section 4.1, the list at its end).
  public static func isAccepted(_ response: HTTPResponse, key: String) -> Bool {
    let fields = response.fields
    guard response.status == .switchingProtocols, fields.hasMember("Upgrade", "websocket"),
      fields.hasMember("Connection", "upgrade"), !fields.contains("Sec-WebSocket-Extensions"),
      !fields.contains("Sec-WebSocket-Protocol")
    else { return false }
    let answers = fields.all("Sec-WebSocket-Accept")
    return answers.count == 1 && answers[0].hasBytes(of: accept(of: key))
  }

  /// What proves that a server has understood: Base64 of SHA-1 of the key and a fixed text (RFC 6455 section 4.2.2).
  public static func accept(of key: String) -> String {
    var hash = SHA1()
    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").withByteView { hash.update($0) }
    let digest = hash.finish()
    var bytes: [UInt8] = []
    for index in 0..<20 { bytes.append(digest[index]) }
    return bytes.withByteView { Base64.encode($0) }
  }

  private static let version = "13"
}
