// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who is let in: the doorkeeper between starts, by the control socket, and after a change of the configuration.

import Access
import Config
import Core
import Linux
import Security
import Station
import Web

extension Running {
  /// Reads who was paired; once, at start.
  func openDoors() {
    var complaint: String?
    if let bytes = pairedStore.read(&complaint) {
      let damaged = bytes.withByteView { web.doorkeeper.restore($0) }
      if damaged > 0 {
        complaint = "\(damaged) damaged lines of the file of the paired were left out: those have to pair again"
      }
    }
    if let complaint { desk.note(.warning, "door", complaint) }
    if settings.web.accessMode != .open, settings.stateDirectory == nil {
      desk.note(.warning, "door", "there is no state_directory: whoever pairs has to do so again after a restart")
    }
    applyAccess()
    tellDevices()
  }

  /// Tells the station whose certificates are known by pairing.
  func tellDevices() {
    var devices: [KnownDevice] = []
    for record in web.doorkeeper.list {
      if let fingerprint = record.fingerprint {
        devices.append(KnownDevice(name: record.name, fingerprint: fingerprint))
      }
    }
    station.setKnownDevices(devices)
  }

  // MARK: A code on the link light

  /// Opens a pairing, and blinks its code where there is a light for that.
  func showPairing(_ role: Role, at now: Instant) {
    guard web.doorkeeper.list.count < Limits.pairedMax else {
      return desk.note(.warning, "door", PairingRefusal.full.text)
    }
    let pairing = web.doorkeeper.openPairing(role, at: now)
    isCodeShown = panel.blink(pairing.code, until: pairing.deadline, at: now)
    let place = isCodeShown ? "the link light blinks the code" : "without a link light only intercom pair shows a code"
    desk.note(.notice, "door", "a pairing as \(role.text) is open for \(pairing.secondsLeft(at: now)) s: \(place)")
  }

  /// Ends the blinking of a code that nobody can use any more.
  func followPairing(at now: Instant) {
    guard isCodeShown, web.doorkeeper.pairing(at: now) == nil else { return }
    isCodeShown = false
    panel.endBlinking(at: now)
  }

  /// Lets the doorkeeper go on as the settings say. A key that cannot be read leaves signed tokens out, and the log says so.
  func applyAccess() {
    var policy: TokenPolicy?
    if settings.web.accessMode == .token, let token = settings.token {
      switch TokenKeyFile.read(token) {
      case .success(let key): policy = TokenPolicy(key, audience: token.audience)
      case .failure(let why): desk.note(.error, "door", "no signed token is taken: \(why.text)")
      }
    }
    web.doorkeeper.configure(settings.web.accessMode, token: policy)
  }

  /// What the control socket asks of the doorkeeper; nil: it is no such request.
  func doorReply(to request: ControlRequest, at now: Instant) -> ControlReply? {
    switch request {
    case .pair(let role):
      if web.doorkeeper.list.count >= Limits.pairedMax { return .refused(PairingRefusal.full.text) }
      let url = web.facts.trust.httpsURL ?? "http://\(sockets.local.text)/"
      let pairing = web.doorkeeper.openPairing(role, at: now)
      desk.note(.notice, "door", "a pairing as \(role.text) is open for \(pairing.secondsLeft(at: now)) s")
      return .pairing(pairing, url: url, at: now)
    case .paired:
      let open = web.doorkeeper.pairing(at: now)
      return .paired(web.doorkeeper.list, openSeconds: open?.secondsLeft(at: now))
    case .revoke(let id):
      guard let record = web.doorkeeper.revoke(id) else {
        return .refused("Nobody who is paired has the number \(id.number).")
      }
      settle(at: now)
      return .done("\"\(record.name)\" is no longer paired.")
    default: return nil
    }
  }
}

/// The key of signed tokens, from its file.
enum TokenKeyFile {
  /// Why there is no key.
  struct Failure: Error {
    let text: String
  }

  static func read(_ token: TokenSettings) -> Result<TokenKey, Failure> {
    let bytes: [UInt8]
    do throws(LinuxError) {
      bytes = try Files.read(token.keyFile, limitBytes: Limits.tokenKeyBytesMax)
    } catch { return .failure(Failure(text: "\(token.keyFile): \(error.text)")) }
    switch token.algorithm {
    case .hs256:
      // An editor's line end is no part of the secret.
      var secret = bytes
      if secret.last == ASCII.lineFeed { secret.removeLast() }
      if secret.last == ASCII.carriageReturn { secret.removeLast() }
      guard secret.count >= Limits.tokenSecretBytesMin else {
        return .failure(Failure(text: "\(token.keyFile): the secret has less than \(Limits.tokenSecretBytesMin) bytes"))
      }
      return .success(.hs256(secret))
    case .es256:
      guard let point = bytes.withByteView({ PublicKeyText.point(pem: $0) }) else {
        return .failure(Failure(text: "\(token.keyFile): there is no public key on P-256 in it (BEGIN PUBLIC KEY)"))
      }
      return .success(.es256(point))
    }
  }
}
