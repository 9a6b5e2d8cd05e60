// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the doctor says of the certificate for HTTPS.

import Access
import Config
import Core
import Host
import Linux
import Security

extension DoctorChecks {
  private static let subject = "HTTPS certificate"

  /// Whether there is one, for the right names, and in date.
  func certificate() -> [Finding] {
    guard settings.web.httpsEndpoint != nil else {
      return [
        settings.web.listen.address.unmapped.isLoopback
          ? .fine(Self.subject, "none is needed: only this machine can come in")
          : .warning(
            Self.subject, "HTTPS is off: browsers give the page no microphone", "remove [web] https = \"off\"")
      ]
    }
    do throws(CertificateTrouble) {
      if let certificate = settings.web.certificate, let key = settings.web.key {
        return [finding(operators: try CertificateStore.operators(certificate: certificate, key: key), certificate)]
      }
      guard let folder = settings.stateDirectory else {
        return [
          .warning(
            Self.subject, "without a state directory it is another one after each start", "set state_directory")
        ]
      }
      guard let authority = try CertificateStore.authority(folder) else {
        return [.warning(Self.subject, "there is none yet", "the service makes it at its first start")]
      }
      return [finding(authority, try CertificateStore.server(folder), folder)]
    } catch {
      if case .file(_, let reason) = error, reason.errno == LinuxError.accessDenied {
        return [.warning(Self.subject, error.text, "look as the service's user: sudo -u intercom intercom doctor")]
      }
      return [.failure(Self.subject, error.text, nil)]
    }
  }

  private func finding(operators server: CertificateStore.Server, _ path: String) -> Finding {
    let text = "\(path), for \(TrustCommand.names(server.chain))"
    if let complaint = WebIdentity.complaint(server.chain, wallSeconds: Clock.wallSeconds()) {
      return .failure(Self.subject, "\(path): \(complaint)", nil)
    }
    let left = (server.chain.validity.upperBound - Clock.wallSeconds()) / 86_400
    if CertificatePlan.isPlausible(Clock.wallSeconds()), left < Int64(Limits.certificateRenewalDays) {
      return .warning(Self.subject, "\(text), expires in \(left) days", "put a new one there in time")
    }
    return .fine(Self.subject, "\(text), \(until(server.chain))")
  }

  private func finding(
    _ authority: CertificateAuthority, _ server: CertificateStore.Server?, _ folder: String
  ) -> Finding {
    guard let server, server.chain.isVouchedFor(by: authority.chain) else {
      return .warning(
        Self.subject, "\(CertificateStore.serverPath(folder)) holds none of this authority",
        "the service makes it anew when it starts: systemctl restart intercom")
    }
    let wanted = CertificateNames(
      deviceName: settings.name, hostName: Program.hostName, configured: settings.web.names, addresses: [])
    for name in wanted.names where !authority.constraints.permits(name: name) {
      return .warning(
        Self.subject, "its authority was made before this device was called \(name)",
        "move \(CertificateStore.authorityPath(folder)) away, restart, and trust the new authority everywhere")
    }
    let wall = Clock.wallSeconds()
    guard CertificatePlan.isPlausible(wall) else {
      return .warning(
        Self.subject, "\(until(server.chain)), and the clock is not set",
        "timedatectl set-ntp true; the certificate is looked at again once the time is known")
    }
    guard server.chain.validity.contains(wall) else {
      return .warning(
        Self.subject, "out of date by this clock: \(until(server.chain))",
        "the service makes another while it runs; is the clock right?")
    }
    return .fine(
      Self.subject, "for \(TrustCommand.names(server.chain)), \(until(server.chain)); intercom trust says more")
  }

  private func until(_ chain: CertificateChain) -> String {
    "good until \(CalendarTime(unixSeconds: chain.validity.upperBound).date)"
  }
}
