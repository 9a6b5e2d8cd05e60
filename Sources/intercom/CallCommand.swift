// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom call URL|NAME`: places one call by HTTP, with an intercom or a media server (whip+ and whep+).

import Config
import Core
import Host
import Peer
import Linux
import Security
import Station
import VOIP
import Web

/// `intercom call URL|NAME`.
enum CallCommand {
  static func run(_ options: Command.CallOptions) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(options.config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    guard let (name, target) = target(options.target, configuration.settings) else { return ExitCode.usage }
    do throws(HostError) {
      return try Calling(configuration, options, peer: name, target).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      return error.exitCode
    }
  }

  /// Whom `text` names: a peer of the configuration, or a URL.
  private static func target(_ text: String, _ settings: Settings) -> (String, CallTarget)? {
    let peer = settings.peers.first { $0.name == text }
    do throws(HTTPURLError) {
      return (text, try CallTarget(peer?.url.text ?? CallURL(text)?.text ?? text))
    } catch {
      Terminal.complain("intercom: '\(text)' is no [[peer]] of the configuration and no URL: \(error.text)")
      return nil
    }
  }
}

/// The loop of `intercom call URL|NAME`.
private final class Calling {
  private let desk: Desk
  private let peer: String
  private let endpoint: CallEndpoint
  private let client: CallSocket
  private var call: PlacedCall
  private var held: HeldCall

  init(
    _ configuration: Configuration, _ options: Command.CallOptions, peer: String, _ target: CallTarget
  ) throws(HostError) {
    self.peer = peer
    let trust = try Self.trust(options)
    let (host, note) = configuration.hostOfCall()
    desk = try Desk(host, level: configuration.settings.log.level.linux)
    client = try CallSocket(host: desk.host, handshakes: desk.handshakes, trust: trust)
    let pinned = configuration.settings.peers.first { sameBytes($0.name, peer) }?.authority
    call = PlacedCall(
      to: target.url, target.endpoint, token: options.token.map(Self.token), name: configuration.settings.name,
      authority: options.authority ?? (options.authorities == nil ? pinned : nil),
      pins: PinBook(configuration.settings.peers, []).pins(of: peer))
    held = HeldCall(options, name: configuration.settings.name, at: Clock.now())
    desk.note(.information, "start", configuration.origin)
    if let note { desk.note(.notice, "start", note) }
    desk.noteSound()
    desk.note(.notice, "start", "calling \(target.text)")
    endpoint = target.endpoint
  }

  /// The token that `word` is, or that the file of that name holds, without the blanks around it.
  private static func token(_ word: String) -> String {
    let bytes: [UInt8]
    do throws(LinuxError) {
      bytes = try Files.read(word, limitBytes: Limits.configurationTextBytesMax)
    } catch { return word }
    return String(bytes: ASCII.trimmed(bytes[...].filter { $0 != 0x0A && $0 != 0x0D }[...]))
  }

  /// Whom the call believes where it pins nobody: the file of `--ca`, or this machine's authorities.
  private static func trust(_ options: Command.CallOptions) throws(HostError) -> StreamTrust {
    guard let path = options.authorities else { return .system }
    let bytes: [UInt8]
    do throws(LinuxError) { bytes = try Files.read(path, limitBytes: Limits.authoritiesFileBytesMax) } catch {
      throw .system(what: path, error)
    }
    let read: Result<TLSAuthorities, IdentityError> = bytes.withByteView { view in
      do throws(IdentityError) { return .success(try .read(view)) } catch { return .failure(error) }
    }
    switch read {
    case .success(let authorities): return .particular(.bundle(authorities))
    case .failure(let error): throw .certificate(path: path, code: error.code)
    }
  }

  func run() throws(HostError) -> Int32 {
    let end = try converse()
    return held.finish(end, wasUp: call.wasUp, desk)
  }

  /// Holds the call until it is over.
  private func converse() throws(HostError) -> PlacedCallEnd {
    if endpoint != .whep { desk.host.service.enableMicrophone() }
    begin(at: Clock.now())
    while true {
      if case .over(let end) = call.phase { return end }
      let now = try desk.turn(until: min(client.pollTimeout(call.client), held.pollTimeout))
      client.handle(&call.client, at: now)
      settle(at: now)
      held.note(call.connection, desk.host, at: now)
      if desk.isAskedToEnd || held.isTimeOver(at: now) {
        held.noteEnding(call.connection, desk.host)
        call.hangUp(service: &desk.host.service, at: now)
        settle(at: now)
      }
    }
  }

  private func begin(at now: Instant) {
    do throws(VOIPError) {
      try call.begin(with: peer, service: &desk.host.service, at: now)
      settle(at: now)
      try call.place(service: &desk.host.service, at: now)
    } catch { desk.note(.error, "call", error.text) }
    settle(at: now)
  }

  /// Takes events to and fro until there are none.
  private func settle(at now: Instant) {
    var isBusy = true
    while isBusy {
      isBusy = false
      call.handleClient(service: &desk.host.service, at: now)
      desk.host.flush(at: now)
      while let event = desk.host.nextEvent() {
        isBusy = true
        held.handle(event, desk.host, at: now)
        call.handle(event, service: &desk.host.service, at: now)
      }
      while let line = call.pollLine() { desk.note(line) }
      client.serve(&call.client, at: now)
    }
  }
}
