// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is said to be paired, as JSON:
//
//   {"code":"123456","name":"Anna's phone","bearer":true}
//   {"code":"123456","device":{"fingerprint":"sha-256 AA:BB:..","name":"Garage","url":"https://garage.local:8443/call"}}

import Access
import Core

/// Readers of the bodies of `POST /api/pair` and `POST /api/pairing`.
enum PairingText {
  /// What whoever wants to be paired sends; nil: it is not of the form above. Names and codes are judged by the doorkeeper.
  static func read(_ body: [UInt8]) -> (request: PairingRequest, wantsBearer: Bool)? {
    guard let value = object(body), let code = value["code"]?.string else { return nil }
    guard let device = value["device"] else {
      guard let name = value["name"]?.string else { return nil }
      return (PairingRequest(code: code, name: name), value["bearer"]?.bool ?? false)
    }
    guard let name = device["name"]?.string ?? value["name"]?.string,
      let fingerprint = device["fingerprint"]?.string.flatMap({ text in
        Array(text.utf8).withByteView { Fingerprint(parsing: $0) }
      })
    else { return nil }
    let request = PairingRequest(code: code, name: name, fingerprint: fingerprint, url: device["url"]?.string)
    return (request, false)
  }

  /// The role that an admin gives, talk when none is named; nil: there is no such role, or the body is no object.
  static func role(_ body: [UInt8]) -> Role? {
    guard let value = object(body) else { return nil }
    guard let role = value["role"] else { return .talk }
    return role.string.flatMap { Role($0) }
  }

  private static func object(_ body: [UInt8]) -> JSONValue? {
    let value: JSONValue? = body.withByteView { view in
      do throws(JSONError) { return try JSONReader.read(view) } catch { return nil }
    }
    guard let value, case .object = value else { return nil }
    return value
  }

  /// Writes the list of the paired, oldest first.
  static func write(_ records: [PairedRecord], to writer: inout JSONWriter) {
    writer.beginArray()
    for record in records {
      writer.beginObject()
      writer.member("id", Int64(record.id.number))
      writer.member("name", record.name)
      writer.member("role", record.role.text)
      writer.member("device", record.fingerprint != nil)
      writer.member("created", record.created)
      writer.member("last_seen", record.lastSeen)
      writer.endObject()
    }
    writer.endArray()
  }
}
