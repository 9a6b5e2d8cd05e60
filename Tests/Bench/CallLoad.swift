// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A whole call in virtual time inside one process, without a network: what one side sends is handed to the other side
// in the memory that it was written to.
//
//   sound ─► engine ─ rings ─ service ─ datagram ─ service ─ rings ─ engine ─► nowhere
//
// Two services as the product has them, DTLS-SRTP and Opus included, periods of 10 ms, frames of 20 ms. The second
// side's periods come 3.7 ms after the first one's.

import Codecs
import Core
import Host
import Peer
import Security
import VOIP
import Voice

/// One of the two machines.
private final class CallSide {
  var service: Service
  var engine: VoiceEngine
  var id = ConnectionID(number: 0)
  var nextCycle: Instant
  var deadline = Instant.zero
  var captured = PCMFrame(count: CallLoad.periodSamples)
  var played = PCMFrame(count: CallLoad.periodSamples)
  var position = 0
  let address: Endpoint

  init(number: UInt8, identity: DTLSIdentity) {
    let capturedRing = Ring<EncodedFrame>(capacity: Limits.capturedRingSlots)
    let receivedRing = Ring<EncodedFrame>(capacity: Limits.receivedRingSlots)
    let commandRing = Ring<VoiceCommand>(capacity: Limits.commandRingSlots)
    let reportRing = Ring<VoiceReport>(capacity: Limits.reportRingSlots)
    let mute = MuteBit()
    engine = VoiceEngine(
      periodSamples: CallLoad.periodSamples, frameSamples: CallLoad.frameSamples, encoder: OpusEncoder(),
      canceller: KalmanCanceller(periodSamples: CallLoad.periodSamples),
      ends: VoiceEngine.Ends(
        captured: capturedRing.takeProducer(), received: receivedRing.takeConsumer(),
        commands: commandRing.takeConsumer(), reports: reportRing.takeProducer(), mute: mute),
      makeDecoder: { OpusDecoder() })
    service = Service(
      configuration: VOIPConfiguration(iceServers: [], processing: .none, frameSamples: CallLoad.frameSamples),
      identity: identity,
      rings: VOIPRings(
        captured: capturedRing.takeConsumer(), received: receivedRing.takeProducer(),
        commands: commandRing.takeProducer(), reports: reportRing.takeConsumer(), mute: mute),
      randomness: Randomness(seed: UInt64(number)), wallClock: NTPTime(unixSeconds: 1_700_000_000, nanoseconds: 0),
      at: .zero)
    address = Endpoint(.v4(10, 0, 0, number), port: 4_000)
    nextCycle = .zero + Instant.Span.microseconds(3_700) * Int(number)
    service.enableMicrophone()
  }
}

/// Two machines in a call.
final class CallLoad {
  static let periodSamples = 480
  static let frameSamples = 960

  private let sound: PreparedSound
  private let caller: CallSide
  private let callee: CallSide
  private var datagram = Datagram()
  private var now = Instant.zero
  private var isSetUp = false

  /// A call that `run` sets up.
  init(sound: PreparedSound) {
    self.sound = sound
    do throws(IdentityError) {
      let identity = try DTLSIdentity.make()
      caller = CallSide(number: 1, identity: identity)
      callee = CallSide(number: 2, identity: identity)
    } catch { preconditionFailure("no certificate could be made") }
  }

  /// Lets time pass until virtual second `end`; answers whether frames of both sides have been heard by then.
  func run(until end: Int) -> Bool {
    if !isSetUp {
      isSetUp = true
      do throws(VOIPError) { try setUp() } catch { return false }
    }
    let heardBefore = heard
    let end = Instant.zero + .seconds(end)
    while true {
      let next = min(
        min(caller.nextCycle, callee.nextCycle), min(caller.deadline, callee.deadline))
      guard next < end else { break }
      now = max(now, next)
      step(caller, callee)
      step(callee, caller)
    }
    let heard = heard
    return heard.caller > heardBefore.caller && heard.callee > heardBefore.callee
  }

  private var heard: (caller: UInt64, callee: UInt64) {
    (
      caller.engine.currentReport.talkers[0].playedFrames, callee.engine.currentReport.talkers[0].playedFrames
    )
  }

  private func setUp() throws(VOIPError) {
    caller.id = try caller.service.createConnection(roomID: "bench", userID: "callee", at: now)
    drain(caller, to: callee)
    let offer = try caller.service.createOffer(on: caller.id, at: now)
    callee.id = try callee.service.createConnection(roomID: "bench", userID: "caller", at: now)
    drain(callee, to: caller)
    try callee.service.setRemoteDescription(.offer, offer, on: callee.id, at: now)
    let answer = try callee.service.createAnswer(on: callee.id, at: now)
    try caller.service.setRemoteAnswer(answer, on: caller.id, at: now)
    settle()
  }

  /// Does what is due on `side`.
  private func step(_ side: CallSide, _ other: CallSide) {
    if side.nextCycle <= now {
      side.captured.count = Self.periodSamples
      sound.fill(&side.captured, from: side.position)
      side.position += Self.periodSamples
      side.nextCycle += Instant.Span.samples(Self.periodSamples)
      if side.engine.cycle(captured: &side.captured, played: &side.played, at: now) > 0 {
        side.service.handleDoorbell(at: now)
        drain(side, to: other)
        settle()
      }
    }
    if side.deadline <= now {
      side.service.handleTimeout(at: now)
      drain(side, to: other)
      settle()
    }
  }

  /// Drains both sides until neither has anything to send.
  private func settle() {
    while drain(caller, to: callee) || drain(callee, to: caller) {}
  }

  /// Hands what `side` sends to `other`; answers whether there was anything.
  @discardableResult
  private func drain(_ side: CallSide, to other: CallSide) -> Bool {
    var hasSent = false
    while true {
      switch side.service.pollOutput(into: &datagram, at: now) {
      case .transmit:
        hasSent = true
        (datagram.local, datagram.remote) = (datagram.remote, datagram.local)
        other.service.handle(&datagram, on: other.id, at: now)
      case .event(let event):
        if case .socketsWanted(let id) = event {
          side.service.addLocalAddress(side.address, on: id, at: now)
          side.service.endLocalAddresses(on: id, at: now)
        }
      case .timeout(let instant):
        side.deadline = instant
        return hasSent
      }
    }
  }
}
