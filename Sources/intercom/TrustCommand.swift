// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom trust`: where a phone comes to trust this device, and the fingerprint to compare.

import Config
import Core
import Host
import Linux
import Security
import Web

/// `intercom trust`.
enum TrustCommand {
  /// Where the unit lets the service keep things (StateDirectory=), for whoever asks beside it.
  private static let serviceFolder = "/var/lib/intercom"

  static func run(_ options: Command.TrustOptions) -> Int32 {
    var settings: Settings
    switch Configuration.load(options.config) {
    case .success(let configuration): settings = configuration.settings
    case .failure(let failure): return failure.code
    }
    let web = settings.web
    guard web.httpsEndpoint != nil else {
      Terminal.complain(
        web.https == .off
          ? "intercom: HTTPS is off: [web] https = \"off\""
          : "intercom: HTTPS is off, because [web] listen is this machine's own address; set it to 0.0.0.0:8080, say")
      return ExitCode.unavailable
    }
    if let certificate = web.certificate, let key = web.key { return showOperators(certificate, key, settings) }
    if settings.stateDirectory == nil { settings.stateDirectory = serviceFolder }
    let folder = settings.stateDirectory ?? serviceFolder
    do throws(CertificateTrouble) {
      guard let authority = try CertificateStore.authority(folder) else {
        Terminal.complain(
          "intercom: there is no \(CertificateStore.authorityPath(folder)) yet: the service makes it at its first start "
            + "(systemctl start intercom, or intercom run --config FILE with state_directory set)")
        return ExitCode.unavailable
      }
      return show(authority, settings, options)
    } catch { return complain(error) }
  }

  private static func show(
    _ authority: CertificateAuthority, _ settings: Settings, _ options: Command.TrustOptions
  ) -> Int32 {
    if options.isCertificate {
      do throws(IdentityError) {
        var text = String(decoding: try authority.certificateText(), as: UTF8.self)
        if text.utf8.last == 0x0A { text.removeLast() }
        print(text)
        return ExitCode.done
      } catch { return ExitCode.failed }
    }
    let (facts, addresses) = WebIdentity.facts(settings, authority)
    print(facts.name)
    print("  trust it once  \(addresses.trust ?? "the port is another one at each start; the log says which")")
    if let url = facts.httpsURL { print("  then open      \(url)") }
    print("  authority      \(authority.chain.commonName)")
    print("  SHA-256        \(facts.fingerprint)")
    guard addresses.isReachable else {
      print("No other machine can open the first address: [web] listen is this machine's own.")
      return ExitCode.done
    }
    guard facts.qr.size > 0, Program.isTerminal(1), !options.isWithoutCode else { return ExitCode.done }
    print("")
    for line in QRPicture.lines(facts.qr) { print(line) }
    print("")
    print(
      "Scan the code with a phone's camera; the page it opens says what to do. It has to show the fingerprint above.")
    return ExitCode.done
  }

  private static func showOperators(_ certificate: String, _ key: String, _ settings: Settings) -> Int32 {
    do throws(CertificateTrouble) {
      let server = try CertificateStore.operators(certificate: certificate, key: key)
      print(settings.name)
      if let url = WebAddresses(settings.web, for: .init(server.chain)).secure { print("  open           \(url)") }
      print("  certificate    \(certificate), for \(Self.names(server.chain))")
      print("  SHA-256        \(server.chain.fingerprint.digits)")
      print("It is an operator's own: who trusts its authority has nothing to do here.")
      return ExitCode.done
    } catch { return complain(error) }
  }

  /// The names that a certificate is for, as a list in words.
  static func names(_ chain: CertificateChain) -> String {
    let (names, addresses) = chain.alternativeNames
    var text = ""
    for name in names + addresses.map({ $0.text }) { text += (text.utf8.isEmpty ? "" : ", ") + name }
    return text.utf8.isEmpty ? "no name" : text
  }

  private static func complain(_ trouble: CertificateTrouble) -> Int32 {
    Terminal.complain("intercom: \(trouble.text)")
    if case .file(_, let error) = trouble, error.errno == LinuxError.accessDenied {
      Terminal.complain("intercom: it is the service's own: sudo intercom trust")
    }
    return ExitCode.noInput
  }
}
