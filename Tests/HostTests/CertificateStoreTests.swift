// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Foundation
import Host
import Security
import Testing

/// A folder for one test; it is removed with the value.
private final class Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("intercom-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }
}

private func authority() throws -> CertificateAuthority {
  var randomness = Randomness(seed: 4)
  return try CertificateAuthority.make(name: "Door", names: ["door.local"], randomness: &randomness)
}

private func server() throws -> [UInt8] {
  try authority().serverCertificate(names: ["door.local"], addresses: [], from: 1_800_000_000, to: 1_860_000_000)
}

/// What goes wrong, as the sentence that people get.
private func trouble(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch { return (error as? CertificateTrouble)?.text ?? "another error" }
}

@Suite("The store of certificates")
struct CertificateStoreTests {
  @Test("what is kept is read again, by the owner alone")
  func kept() throws {
    let folder = try Folder()
    let state = folder.path + "/a/state"
    #expect(try CertificateStore.authority(state) == nil)
    #expect(try CertificateStore.server(state) == nil)
    let made = try authority()
    try CertificateStore.keep(made.exported(), at: CertificateStore.authorityPath(state), in: state)
    try CertificateStore.keep(server(), at: CertificateStore.serverPath(state), in: state)
    #expect(try CertificateStore.authority(state)?.chain.fingerprint == made.chain.fingerprint)
    #expect(try CertificateStore.server(state)?.chain.commonName == "door.local")
    let rights = try FileManager.default.attributesOfItem(atPath: CertificateStore.authorityPath(state))
    #expect(rights[.posixPermissions] as? Int == 0o600)
  }

  @Test("a damaged authority is an error with a remedy, a damaged server certificate is nothing")
  func damaged() throws {
    let folder = try Folder()
    let path = try folder.write("authority.pem", Array(authority().exported().prefix(400)))
    let text = trouble { _ = try CertificateStore.authority(folder.path) }
    #expect(text?.hasPrefix("\(path): no authority that can be used") == true && text?.contains("move it away") == true)
    _ = try folder.write("https.pem", Array(server().prefix(700)))
    #expect(try CertificateStore.server(folder.path) == nil)
  }

  @Test("an operator's own certificate is read from two files or one")
  func operators() throws {
    let folder = try Folder()
    let both = try folder.write("both.pem", server())
    #expect(try CertificateStore.operators(certificate: both, key: both).chain.commonName == "door.local")
  }

  @Test("what is wrong with an operator's files is a sentence that names the file")
  func operatorsTroubles() throws {
    let folder = try Folder()
    let (good, other) = (try folder.write("good.pem", server()), try folder.write("other.pem", server()))
    let text = try folder.write("text", Array("no certificate\n".utf8))
    let bare = try folder.write("public.pem", authority().certificateText())
    let rows: [(certificate: String, key: String, says: String)] = [
      (folder.path + "/none", good, "/none: "), (good, folder.path + "/none", "/none: "),
      (text, good, "text: no certificate that can be read"), (good, text, "text: no private key that can be read"),
      (good, bare, "public.pem: no private key"),
      (good, other, "other.pem: the private key of another certificate than \(good)"),
    ]
    for row in rows {
      let said = trouble { _ = try CertificateStore.operators(certificate: row.certificate, key: row.key) }
      #expect(said?.contains(row.says) == true, "\(said ?? "nothing") instead of \(row.says)")
    }
  }
}
