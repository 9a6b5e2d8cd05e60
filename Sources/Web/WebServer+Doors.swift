// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who is let in, as HTTP: who we are, pairing, and the list of the paired. The doorkeeper decides.

import Access
import Core

extension WebServer {
  /// `GET /api/me`: what a page has to know before it can ask for anything else.
  func me(_ index: Int) -> HTTPResponse {
    Self.json { writer in
      writer.member("name", facts.trust.name)
      writer.member("version", facts.version)
      writer.member("access", doorkeeper.mode.text)
      writer.name("role")
      if let role = slots[index].principal.role { writer.value(role.text) } else { writer.null() }
      writer.member("secure", slots[index].transport == .secure || slots[index].client.isLoopback)
      writer.name("https_url")
      if let url = facts.trust.httpsURL { writer.value(url) } else { writer.null() }
      writer.name("fingerprint")
      if facts.trust.fingerprint.utf8.isEmpty { writer.null() } else { writer.value(facts.trust.fingerprint) }
      // Only who may call has use for them.
      guard slots[index].principal.role != nil else { return }
      writer.name("ice_servers")
      writer.beginArray()
      for server in facts.stunServers { writer.value(server) }
      writer.endArray()
    }
  }

  /// `POST /api/pair`: a code for a token, or for a place among the devices.
  mutating func pair(_ request: HTTPRequest, _ index: Int, at now: Instant) -> HTTPResponse {
    if let refusal = Self.refusalOfJSON(request) { return refusal }
    guard let ask = PairingText.read(request.body) else {
      return .problem(.badRequest, "Pairing takes an object with the code, as text, and a name.")
    }
    let made: NewPairing
    do throws(PairingRefusal) {
      made = try doorkeeper.pair(ask.request, from: slots[index].client, at: now, wall: wallSeconds)
    } catch {
      let refusal = HTTPResponse.problem(HTTPStatus(error.statusCode), error.text)
      guard case .shutOut(let seconds) = error else { return refusal }
      return refusal.with("Retry-After", "\(seconds)")
    }
    let response = Self.json { writer in
      writer.member("role", made.record.role.text)
      if ask.wantsBearer, !made.token.utf8.isEmpty { writer.member("token", made.token) }
      guard ask.request.fingerprint != nil else { return }
      writer.member("name", facts.trust.name)
      writer.member("fingerprint", facts.fingerprint)
      writer.member("authority", facts.trust.fingerprint.utf8.isEmpty ? "" : "sha-256 " + facts.trust.fingerprint)
    }
    guard !ask.wantsBearer, !made.token.utf8.isEmpty else { return response }
    return response.with("Set-Cookie", Credentials.setCookie(made.token))
  }

  /// `POST /api/unpair`: whoever asks is no longer let in.
  mutating func unpair(_ index: Int) -> HTTPResponse {
    guard case .paired(let id, _) = slots[index].principal else {
      return .problem(.conflict, "You were not let in by pairing, so there is nothing to end.")
    }
    doorkeeper.revoke(id)
    slots[index].principal = doorkeeper.stranger
    return HTTPResponse(.noContent).with("Set-Cookie", Credentials.clearedCookie)
  }

  /// `POST /api/pairing`: an admin lets somebody else in. What lasts is given by people only: where access is open, and so
  /// everybody an admin, by those at the device, and an admin's rights by those always.
  mutating func openPairing(_ request: HTTPRequest, at now: Instant) -> HTTPResponse {
    guard doorkeeper.mode != .open else {
      return .problem(
        .forbidden, "Access is open: who shall stay let in afterwards gets a code by intercom pair, on the device.")
    }
    var role = Role.talk
    if !request.body.isEmpty {
      if let refusal = Self.refusalOfJSON(request) { return refusal }
      guard let asked = PairingText.role(request.body) else {
        return .problem(.badRequest, "The role is talk or admin.")
      }
      role = asked
    }
    guard role == .talk else {
      return .problem(.forbidden, "An admin is let in by intercom pair --admin, on the device.")
    }
    let pairing = doorkeeper.openPairing(role, at: now)
    return Self.json { writer in
      writer.member("code", pairing.code)
      writer.member("expires_s", Int64(pairing.secondsLeft(at: now)))
    }
  }

  /// `GET /api/paired`: everybody who was let in.
  func pairedList() -> HTTPResponse {
    Self.json { writer in
      writer.name("paired")
      PairingText.write(doorkeeper.list, to: &writer)
    }
  }

  /// `DELETE /api/paired/ID`: locks somebody out.
  mutating func revoke(_ number: String) -> HTTPResponse {
    let digits = Array(number.utf8)
    guard let number = ASCII.decimal(digits[...], maximum: Int(UInt32.max)),
      doorkeeper.revoke(PairedID(UInt32(number))) != nil
    else { return .problem(.notFound, "Nobody who is paired has this number.") }
    return HTTPResponse(.noContent)
  }

  private static func json(_ members: (inout JSONWriter) -> Void) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    members(&writer)
    writer.endObject()
    return HTTPResponse(.ok, mediaType: MediaType.json, body: writer.bytes).with("Cache-Control", "no-store")
  }
}

extension AccessMode {
  /// The mode as the configuration writes it.
  fileprivate var text: String {
    switch self {
    case .open: "open"
    case .paired: "paired"
    case .token: "token"
    }
  }
}
