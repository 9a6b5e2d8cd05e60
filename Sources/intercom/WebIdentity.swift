// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The certificate that the web server shows, kept good: made when there is none, and anew when CertificatePlan says so.

import Access
import Config
import Core
import Host
import Linux
import Security
import Web

/// Who the web server is over HTTPS. Loop thread. Order: `init`, then `handleTimeout` whenever `pollTimeout` has come; the owner takes
/// `server` when `version` has changed, and writes `takeNotes()` to the log.
final class WebIdentity {
  /// What happened, for the log.
  struct Note {
    let level: LogLevel
    let text: String
  }

  /// The chain and key for `TLSIdentity.read(certificates:key:)`; nil: there is none, and `trouble` says why.
  private(set) var server: CertificateStore.Server?
  /// Counts the changes of `server`.
  private(set) var version = 0
  /// Why there is no HTTPS; nil: there is.
  private(set) var trouble: String?
  /// When to come back.
  private(set) var pollTimeout = Instant.never
  /// The device's own authority; nil with an operator's certificate.
  private(set) var authority: CertificateAuthority?

  private var settings: Settings
  private var plan = CertificatePlan()
  /// Whether `authority` made `server`; found out once, since it costs a signature.
  private var isOurs = false
  /// From when to when `server` is valid.
  private var validity: ClosedRange<Int64>?
  private var notes: [Note] = []
  private var uncovered = ""

  /// The identity that `settings` want; nothing is made where HTTPS is off.
  init(_ settings: Settings, randomness: inout Randomness, at now: Instant) {
    self.settings = settings
    guard settings.web.httpsEndpoint != nil else { return }
    do throws(CertificateTrouble) {
      if let certificate = settings.web.certificate, let key = settings.web.key {
        take(try CertificateStore.operators(certificate: certificate, key: key))
        noteDates(certificate)
      } else {
        authority = try ownAuthority(&randomness)
        if let folder = settings.stateDirectory, let kept = try CertificateStore.server(folder) { take(kept) }
        handleTimeout(isBusy: false, at: now)
      }
    } catch {
      trouble = error.text
      notes.append(Note(level: .error, text: "there is no HTTPS: \(error.text)"))
    }
  }

  /// Looks whether the certificate still fits, and makes another if not. `isBusy`: a call runs; then it only looks at the clock, which
  /// allocates nothing.
  func handleTimeout(isBusy: Bool, at now: Instant) {
    guard let authority else { return }
    pollTimeout = now + .milliseconds(Limits.certificatePollMilliseconds)
    let wall = Clock.wallSeconds()
    if isBusy, let validity, !CertificatePlan.isUrgent(validity, wallSeconds: wall) { return }
    let wanted = wantedNames(authority)
    let kept = server.map { server in
      let (names, addresses) = server.chain.alternativeNames
      return CertificateFacts(
        names: CertificateNames(names: names, addresses: addresses), validity: server.chain.validity, isOurs: isOurs)
    }
    guard let reason = plan.handle(wanted: wanted, kept: kept, wallSeconds: wall, isBusy: isBusy, at: now) else {
      return
    }
    do throws(CertificateTrouble) { try make(wanted, authority, because: reason, wallSeconds: wall) } catch {
      notes.append(Note(level: .error, text: error.text))
      if server == nil { trouble = error.text }
    }
  }

  /// Goes on by the name and the names of other settings, which want the same authority.
  func reconfigure(_ settings: Settings, isBusy: Bool, at now: Instant) {
    self.settings = settings
    handleTimeout(isBusy: isBusy, at: now)
  }

  /// What there is to be said since this was asked last.
  func takeNotes() -> [Note] {
    defer { notes = [] }
    return notes
  }

  /// What the trust page tells; the ports are those of the listeners as they are. It changes with the machine's addresses.
  func facts(port: UInt16, securePort: UInt16) -> TrustFacts {
    guard let server else { return TrustFacts(name: settings.name) }
    if let authority { return Self.facts(settings, authority, port: port, securePort: securePort).facts }
    let addresses = WebAddresses(settings.web, for: .init(server.chain), port: port, securePort: securePort)
    return TrustFacts(name: settings.name, httpsURL: addresses.secure)
  }

  /// The same for whoever has only read the authority.
  static func facts(
    _ settings: Settings, _ authority: CertificateAuthority, port: UInt16? = nil, securePort: UInt16? = nil
  ) -> (facts: TrustFacts, addresses: WebAddresses) {
    let addresses = WebAddresses(settings.web, for: .init(authority), port: port, securePort: securePort)
    var facts = TrustFacts(name: settings.name, httpsURL: addresses.secure)
    facts.fingerprint = authority.chain.fingerprint.digits
    facts.certificate = authority.chain.certificate(0)
    if let trust = addresses.trust { facts.qr = QREncoder.modules(of: "\(trust)#\(facts.fingerprint)") ?? .none }
    return (facts, addresses)
  }

  // MARK: Private

  private var deviceNames: CertificateNames {
    CertificateNames(
      deviceName: settings.name, hostName: Program.hostName, configured: settings.web.names,
      addresses: WebAddresses.lan())
  }

  /// The authority that is kept, or a new one.
  private func ownAuthority(_ randomness: inout Randomness) throws(CertificateTrouble) -> CertificateAuthority {
    if let folder = settings.stateDirectory, let kept = try CertificateStore.authority(folder) { return kept }
    let made: CertificateAuthority
    do throws(IdentityError) {
      made = try CertificateAuthority.make(name: settings.name, names: deviceNames.names, randomness: &randomness)
    } catch { throw .notMade(code: error.libraryCode) }
    notes.append(
      Note(
        level: .notice, text: "made the authority \"\(made.chain.commonName)\"; intercom trust shows how to trust it"))
    guard let folder = settings.stateDirectory else {
      notes.append(
        Note(
          level: .warning,
          text: "without state_directory the authority is another one after each start: nobody can trust it"))
      return made
    }
    keep(made.exported(), at: CertificateStore.authorityPath(folder), in: folder)
    return made
  }

  /// The names and addresses that the authority may vouch for; says which it may not, once.
  private func wantedNames(_ authority: CertificateAuthority) -> CertificateNames {
    let all = deviceNames
    var missing = ""
    for name in all.names where !authority.constraints.permits(name: name) {
      missing += (missing.utf8.isEmpty ? "" : ", ") + name
    }
    if !missing.utf8.isEmpty, missing.utf8.count != uncovered.utf8.count {
      uncovered = missing
      notes.append(
        Note(
          level: .warning,
          text:
            "the authority was made before this device was called \(missing), and may not vouch for that; with authority.pem "
            + "moved away a new one is made, which everybody has to trust again"))
    }
    return all.filtered(
      name: { authority.constraints.permits(name: $0) }, address: { authority.constraints.permits($0) })
  }

  private func make(
    _ names: CertificateNames, _ authority: CertificateAuthority, because reason: CertificateReason, wallSeconds: Int64
  ) throws(CertificateTrouble) {
    let validity = CertificatePlan.validity(wallSeconds: wallSeconds)
    let text: [UInt8]
    do throws(IdentityError) {
      text = try authority.serverCertificate(
        names: names.names, addresses: names.addresses, from: validity.lowerBound, to: validity.upperBound)
    } catch { throw .notMade(code: error.libraryCode) }
    guard let made = CertificateStore.server(text) else { throw .notMade(code: 0) }
    take(made)
    let end = CalendarTime(unixSeconds: validity.upperBound).date
    notes.append(Note(level: .notice, text: "made a certificate for HTTPS, good until \(end): \(reason.text)"))
    if !CertificatePlan.isPlausible(wallSeconds) {
      notes.append(
        Note(level: .notice, text: "the clock is not set yet; the certificate is looked at again when it is"))
    }
    if let folder = settings.stateDirectory { keep(text, at: CertificateStore.serverPath(folder), in: folder) }
  }

  private func take(_ server: CertificateStore.Server) {
    self.server = server
    validity = server.chain.validity
    isOurs = authority.map { server.chain.isVouchedFor(by: $0.chain) } ?? true
    version += 1
    trouble = nil
  }

  /// A disk that cannot be written is said, and what was made is used all the same.
  private func keep(_ text: [UInt8], at path: String, in folder: String) {
    do throws(CertificateTrouble) { try CertificateStore.keep(text, at: path, in: folder) } catch {
      notes.append(Note(level: .warning, text: "not kept, and so made anew at the next start: \(error.text)"))
    }
  }

  /// An operator's certificate that is out of date is used, since this clock may be what is wrong; browsers will refuse it.
  private func noteDates(_ path: String) {
    guard let server, let complaint = Self.complaint(server.chain, wallSeconds: Clock.wallSeconds()) else { return }
    notes.append(Note(level: .warning, text: "\(path): \(complaint)"))
  }

  /// What is wrong with an operator's certificate by the clock; nil: nothing, or the clock is not set.
  static func complaint(_ chain: CertificateChain, wallSeconds: Int64) -> String? {
    guard CertificatePlan.isPlausible(wallSeconds) else { return nil }
    let validity = chain.validity
    if wallSeconds > validity.upperBound {
      return
        "expired on \(CalendarTime(unixSeconds: validity.upperBound).date); browsers refuse it: put a new one there"
    }
    if wallSeconds < validity.lowerBound {
      return "only valid from \(CalendarTime(unixSeconds: validity.lowerBound).date) on; is the clock right?"
    }
    return nil
  }
}

extension IdentityError {
  /// The library's number.
  fileprivate var libraryCode: Int32 {
    switch self {
    case .malformed(let code), .unavailable(let code): code
    }
  }
}
