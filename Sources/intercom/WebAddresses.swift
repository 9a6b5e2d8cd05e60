// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a browser on the same network finds this device.

import Access
import Config
import Core
import Linux
import Web

/// The addresses that people are told.
struct WebAddresses {
  /// The trust page by plain HTTP, such as http://192.168.1.20:8080/trust; nil: its port is not known.
  let trust: String?
  /// The page by HTTPS; nil: HTTPS is off, or its port is not known.
  let secure: String?
  /// Whether other machines can come in by plain HTTP.
  let isReachable: Bool

  /// By the settings, and the ports where they are known better: 0 in the settings means any.
  init(_ settings: WebSettings, port: UInt16? = nil, securePort: UInt16? = nil) {
    let lan = Self.lan()
    isReachable = !settings.listen.address.unmapped.isLoopback
    let plain = Endpoint(
      Self.told(settings.listen.address, lan), port: settings.listen.port == 0 ? port ?? 0 : settings.listen.port)
    trust = plain.port == 0 ? nil : "http://\(plain.text)/trust"
    guard let endpoint = settings.httpsEndpoint else {
      secure = nil
      return
    }
    let secret = Endpoint(
      Self.told(endpoint.address, lan), port: endpoint.port == 0 ? securePort ?? 0 : endpoint.port)
    secure = secret.port == 0 ? nil : "https://\(secret.text)/"
  }

  /// Addresses of this machine that a certificate may be for: up, and staying. Privacy addresses change every day, and link-local IPv6
  /// ones do not work in a browser's address line.
  static func lan() -> [IPAddress] {
    var addresses: [IPAddress] = []
    do throws(LinuxError) {
      let list = try Interfaces.addresses().list
      for index in list.indices {
        let entry = list[index]
        guard entry.isUp, !entry.isLoopback, !entry.isTemporary, !entry.isDeprecated, !entry.isTentative else {
          continue
        }
        if entry.address.family == .v6, entry.address.isLinkLocal { continue }
        addresses.append(entry.address)
      }
    } catch {}
    return addresses
  }

  /// The address to tell for one that is listened at.
  private static func told(_ address: IPAddress, _ lan: [IPAddress]) -> IPAddress {
    guard address.isUnspecified else { return address.unmapped }
    let isV4 = { (address: IPAddress) in address.family == .v4 }
    return lan.first { isV4($0) && $0.isPrivate } ?? lan.first { isV4($0) } ?? lan.first { $0.isPrivate } ?? lan.first
      ?? .loopbackV4
  }
}

extension Fingerprint {
  /// The digest's bytes in hexadecimal with colons, without the hash's name.
  var digits: String {
    var text = ""
    for index in 0..<algorithm.byteCount {
      if index > 0 { text += ":" }
      if bytes[index] < 16 { text += "0" }
      text += String(bytes[index], radix: 16, uppercase: true)
    }
    return text
  }
}
