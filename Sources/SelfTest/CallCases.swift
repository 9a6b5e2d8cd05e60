// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole calls inside the product: real handshake, real encryption, real codec, in virtual time.

import Codecs
import Core
import Peer
import Security
import VOIP
import Voice

extension SelfTest {
  private typealias Call = VirtualCall<DTLSSRTPChannel, OpusEncoder, OpusDecoder>

  /// A call that was placed at time 0; nil, and a failure, when there is no certificate or no connection.
  private static func place(_ plan: VirtualCallPlan, _ check: inout Check) -> (Call, ConnectionID, ConnectionID?)? {
    let identities: [DTLSIdentity]
    do throws(IdentityError) { identities = [try .make(), try .make()] } catch {
      check.expect(false, "no certificate could be made")
      return nil
    }
    let call = Call(
      plan: plan, identities: identities, makeEncoder: { OpusEncoder() }, makeDecoder: { OpusDecoder() })
    guard let link = call.place(from: 0, to: 1) else {
      check.expect(false, "the call was refused")
      return nil
    }
    call.run(until: .zero)
    return (call, call.links[link].callerID, call.links[link].calleeID)
  }

  /// Notes what is not as it should be when `side` is to hear a tone of `hertz`, give or take `tolerance`, at −20 dBFS.
  private static func expectTone(
    _ hertz: Int, within tolerance: Int = 3, at side: Int, of call: Call, from: Instant, to: Instant,
    _ check: inout Check
  ) {
    let sound = call.sides[side].played
    let level = Int(sound.level(from: from, to: to).hundredths)
    check.expect((-2150 ... -1850).contains(level), "side \(side) hears \(level) instead of -2000 hundredths of a dBFS")
    let found = sound.hertz(from: from, to: to)
    check.expect(abs(found - hertz) <= tolerance, "side \(side) hears \(found) instead of \(hertz) Hz")
  }

  private static func second(_ tenths: Int) -> Instant { .zero + .milliseconds(tenths * 100) }

  static var callCases: [SelfTestCase] {
    [
      SelfTestCase("a whole call is heard at the right level on both sides, and the mute silences it") { check in
        guard let (call, callerID, calleeID) = place(VirtualCallPlan(seed: 1), &check), let calleeID else { return }
        call.run(until: second(20))
        check.expect(!call.isStuck, "the call does not come to rest")
        check.expect(call.sides[0].connectionState(of: callerID) == .connected, "the caller is not connected")
        check.expect(call.sides[1].connectionState(of: calleeID) == .connected, "the callee is not connected")
        expectTone(700, at: 0, of: call, from: second(5), to: second(20), &check)
        expectTone(440, at: 1, of: call, from: second(5), to: second(20), &check)
        call.with(0) { $0.setMicrophoneMuted(true) }
        call.run(until: second(26))
        let muted = call.sides[1].played.level(from: second(22), to: second(26))
        check.expect(muted < SoundLevel(hundredths: -8000), "the muted side is heard at \(muted.hundredths)")
        expectTone(700, at: 0, of: call, from: second(22), to: second(26), &check)
      },
      SelfTestCase("a loss of 10 % is concealed") { check in
        var plan = VirtualCallPlan(seed: 2)
        plan.conditions.lossPercent = 10
        guard let (call, callerID, _) = place(plan, &check) else { return }
        call.run(until: second(40))
        check.expect(call.sides[0].connectionState(of: callerID) == .connected, "the caller is not connected")
        let lost = call.sides[0].statistics(of: callerID)?.packetsLost ?? 0
        check.expect((3...40).contains(lost), "\(lost) packets were lost")
        let report = call.sides[0].report.talkers[0]
        check.expect(report.concealedSamples + report.recoveredSamples > 0, "nothing was concealed or recovered")
        // Made-up sound keeps neither phase nor pitch to the last hertz.
        expectTone(700, within: 35, at: 0, of: call, from: second(20), to: second(40), &check)
        expectTone(440, within: 35, at: 1, of: call, from: second(20), to: second(40), &check)
      },
      SelfTestCase("the other side notices at once that a call is closed") { check in
        guard let (call, callerID, calleeID) = place(VirtualCallPlan(seed: 3), &check), let calleeID else { return }
        call.run(until: second(5))
        call.with(1) { $0.closeConnection(calleeID, at: call.now) }
        call.run(until: second(6))
        let (closed, noticed) = (
          call.sides[1].instant(of: .closed, of: calleeID), call.sides[0].instant(of: .closed, of: callerID)
        )
        check.expect(closed == second(5), "the closing side does not say so")
        check.expect(noticed <= second(5) + .milliseconds(5), "the other side notices late or never")
        check.expect(call.sides[0].connectionState(of: callerID) == nil, "the connection is still there")
      },
      SelfTestCase("a fingerprint that does not match ends the call with its error") { check in
        var plan = VirtualCallPlan(seed: 4)
        plan.forgesFingerprint = true
        guard let (call, _, calleeID) = place(plan, &check), let calleeID else { return }
        call.run(until: second(10))
        let isNamed: Bool =
          if case .secureChannel(.fingerprintMismatch) = call.sides[1].failure(of: calleeID) { true } else { false }
        check.expect(isNamed, "the error is not the fingerprint's")
        check.expect(call.sides[1].instant(of: .failed, of: calleeID) < second(10), "the connection did not fail")
        check.expect(call.sides[0].played.firstSound(size: 1) == .never, "something was heard")
        check.expect(call.sides[1].played.firstSound(size: 1) == .never, "something was heard")
      },
    ]
  }
}
