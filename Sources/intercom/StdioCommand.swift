// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom call --stdio`: one call, its signaling a JSON message a line on standard input and output.

import Config
import Core
import Host
import Linux
import Peer
import Station
import VOIP
import Web

/// `intercom call --stdio`.
enum StdioCommand {
  static func run(_ options: Command.CallOptions) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(options.config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    do throws(HostError) {
      return try Carrying(configuration, options).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      return error.exitCode
    }
  }
}

/// The loop of `intercom call --stdio`.
private final class Carrying {
  private let desk: Desk
  private let isAnswering: Bool
  private var call = CarriedCall()
  private var held: HeldCall
  private let input = StreamReader()
  private let buffer = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
  private var reader = StdioReader()
  private var output = LineWriter()
  private var isOutputWatched = false
  /// Whether the poller tells when there is input; it refuses regular files, which are looked at in every turn instead.
  private var isInputWatched = true
  private var hasInputEnded = false

  /// How long the last lines may take to be read.
  private static let lastWords = Instant.Span.seconds(1)

  init(_ configuration: Configuration, _ options: Command.CallOptions) throws(HostError) {
    isAnswering = options.isAnswering
    let (host, note) = configuration.hostOfCall()
    desk = try Desk(host, level: configuration.settings.log.level.linux)
    held = HeldCall(options, name: configuration.settings.name, at: Clock.now())
    desk.note(.information, "start", configuration.origin)
    if let note { desk.note(.notice, "start", note) }
    desk.noteSound()
    desk.note(.notice, "start", isAnswering ? "waiting for an offer on standard input" : "offering on standard output")
    do throws(LinuxError) { try desk.host.poller.add(input.number, for: .readable, token: Desk.inputToken) } catch {
      guard error.errno == LinuxError.notPermitted else { throw .system(what: "standard input", error) }
      isInputWatched = false
    }
  }

  deinit { buffer.base?.deallocate() }

  func run() throws(HostError) -> Int32 {
    let end = try converse()
    let patience = Clock.now() + Self.lastWords
    while output.hasPending {
      watchOutput()
      if try desk.turn(until: patience) >= patience { break }
      output.flush()
    }
    return held.finish(end, wasUp: call.wasUp, desk)
  }

  /// Holds the call until it is over.
  private func converse() throws(HostError) -> PlacedCallEnd {
    desk.host.service.enableMicrophone()
    begin(at: Clock.now())
    while true {
      if case .over(let end) = call.phase { return end }
      let now = try desk.turn(until: isInputWatched ? held.pollTimeout : Clock.now())
      for index in desk.host.foreign.indices where desk.host.foreign[index].token == Desk.inputToken { read(at: now) }
      if !isInputWatched { read(at: now) }
      output.flush()
      settle(at: now)
      held.note(call.connection, desk.host, at: now)
      if desk.isAskedToEnd || hasInputEnded || output.isBroken || held.isTimeOver(at: now) {
        held.noteEnding(call.connection, desk.host)
        call.hangUp(service: &desk.host.service, at: now)
        settle(at: now)
      }
    }
  }

  private func begin(at now: Instant) {
    do throws(VOIPError) {
      try call.begin(service: &desk.host.service, at: now)
      settle(at: now)
      if !isAnswering { try call.offer(service: &desk.host.service, at: now) }
    } catch { desk.note(.error, "call", error.text) }
    settle(at: now)
  }

  /// Takes events to and fro until there are none.
  private func settle(at now: Instant) {
    desk.host.flush(at: now)
    while let event = desk.host.nextEvent() {
      held.handle(event, desk.host, at: now)
      call.handle(event, service: &desk.host.service, at: now)
      desk.host.flush(at: now)
    }
    while let line = call.pollLine() { desk.note(line) }
    while let message = call.pollMessage() { output.write(String(decoding: message.line().dropLast(), as: UTF8.self)) }
    watchOutput()
  }

  // MARK: Lines

  private func read(at now: Instant) {
    while !hasInputEnded {
      switch input.read(into: buffer) {
      case .bytes(let count): reader.handle(buffer.readOnly[0..<count])
      case .wouldBlock: return
      case .endOfStream, .reset, .failed: endInput()
      }
      while let item = reader.poll() { take(item, at: now) }
    }
  }

  private func endInput() {
    desk.note(.information, "stdin", "standard input has ended")
    hasInputEnded = true
    reader.handleEnd()
    // It would be reported as ended over and over. A failure leaves it watched, which costs wake-ups and nothing else.
    if isInputWatched { try? desk.host.poller.remove(input.number) }
    isInputWatched = true
  }

  private func take(_ item: StdioInput, at now: Instant) {
    switch item {
    case .error(let error): desk.note(.error, "stdin", error.text)
    case .message(let message):
      do throws(CarriedCallError) { try call.handle(message, service: &desk.host.service, at: now) } catch {
        desk.note(.error, "stdin", "line \(reader.lineNumber): \(error.text)")
      }
      settle(at: now)
    }
  }

  /// Wakes up when there is room for what waits. A file or terminal that cannot be watched takes everything at once.
  private func watchOutput() {
    guard output.hasPending != isOutputWatched else { return }
    isOutputWatched = output.hasPending
    if isOutputWatched {
      try? desk.host.poller.add(output.number, for: .writable, token: Desk.outputToken)
    } else {
      try? desk.host.poller.remove(output.number)
    }
  }
}
