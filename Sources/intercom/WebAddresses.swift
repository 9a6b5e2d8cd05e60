// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a browser on the same network finds this device.

import Access
import Config
import Core
import Linux
import Security

/// The addresses that people are told.
struct WebAddresses {
  /// The trust page by plain HTTP, such as http://192.168.1.20:8080/trust; nil: its port is not known.
  let trust: String?
  /// The page by HTTPS; nil: HTTPS is off, or its port is not known.
  let secure: String?
  /// Whether other machines can come in by plain HTTP.
  let isReachable: Bool

  /// By the settings, for a certificate of these names; `port` and `securePort` are the ports where they are known better: 0 in the
  /// settings means any.
  init(_ settings: WebSettings, for certificate: Names, port: UInt16? = nil, securePort: UInt16? = nil) {
    let lan = Self.lan()
    isReachable = !settings.listen.address.unmapped.isLoopback
    let plain = settings.listen.port == 0 ? port ?? 0 : settings.listen.port
    let place = Endpoint(Self.chosen(settings.listen.address, among: lan) ?? .loopbackV4, port: plain)
    trust = plain == 0 ? nil : "http://\(place.text)/trust"
    guard let endpoint = settings.httpsEndpoint else {
      secure = nil
      return
    }
    let port = endpoint.port == 0 ? securePort ?? 0 : endpoint.port
    if let address = Self.chosen(endpoint.address, among: lan.filter(certificate.covers)) {
      secure = port == 0 ? nil : "https://\(Endpoint(address, port: port).text)/"
    } else {
      secure = port == 0 ? nil : "https://\(certificate.name):\(port)/"
    }
  }

  /// What a certificate is for, as far as it matters for an address.
  struct Names {
    /// Whether it is for this address, or may be.
    let covers: (IPAddress) -> Bool
    /// The name to tell where no address is covered.
    let name: String

    /// Names that the authority may vouch for.
    init(_ authority: CertificateAuthority) {
      covers = { authority.constraints.permits($0) }
      name = WebAddresses.hostName
    }

    /// Names of an operator's certificate.
    init(_ chain: CertificateChain) {
      let (names, addresses) = chain.alternativeNames
      covers = { addresses.contains($0) }
      name = names.first { $0.utf8.first != 0x2A } ?? WebAddresses.hostName
    }
  }

  /// The machine's name as others on its network may know it (RFC 6762).
  fileprivate static var hostName: String {
    let name = Program.hostName
    return name.utf8.contains(0x2E) || name.utf8.isEmpty ? name : name + ".local"
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

  /// The address to tell for one that is listened at; nil: none of those there are will do.
  private static func chosen(_ address: IPAddress, among lan: [IPAddress]) -> IPAddress? {
    guard address.isUnspecified else { return address.unmapped }
    let isV4 = { (address: IPAddress) in address.family == .v4 }
    return lan.first { isV4($0) && $0.isPrivate } ?? lan.first { isV4($0) } ?? lan.first { $0.isPrivate } ?? lan.first
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
