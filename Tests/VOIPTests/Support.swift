// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What several tests use: calls over the plain twins and over the real libraries, and judges of what is heard.

import Codecs
import Core
import Peer
import Security
import SelfTest
import Testing
import VOIP
import Voice

typealias PlainCall = VirtualCall<ClearChannel, PassThroughEncoder, PassThroughDecoder>
typealias RealCall = VirtualCall<DTLSSRTPChannel, OpusEncoder, OpusDecoder>

/// A moment of a virtual call.
func ms(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

/// A call of plain twins between `sides` sides, nothing placed yet.
func makePlainCall(_ plan: VirtualCallPlan, sides: Int = 2) -> PlainCall {
  PlainCall(
    plan: plan, identities: (0..<sides).map { ClearChannel.Identity(seed: UInt64($0 + 1)) },
    makeEncoder: { PassThroughEncoder() }, makeDecoder: { PassThroughDecoder() })
}

/// Certificates are dear; every call of the tests uses these two.
let realIdentities: Result<[DTLSIdentity], IdentityError> = {
  do throws(IdentityError) { return .success([try .make(), try .make()]) } catch { return .failure(error) }
}()

/// A call with the real handshake, encryption and codec, nothing placed yet.
func makeRealCall(_ plan: VirtualCallPlan) throws -> RealCall {
  RealCall(
    plan: plan, identities: try realIdentities.get(), makeEncoder: { OpusEncoder() }, makeDecoder: { OpusDecoder() })
}

/// A plain call that has been placed and has run until `end`.
func placePlainCall(_ plan: VirtualCallPlan, until end: Instant) throws -> (PlainCall, VirtualLink, ConnectionID) {
  let call = makePlainCall(plan)
  let index = try #require(call.place(from: 0, to: 1))
  call.run(until: end)
  let link = call.links[index]
  return (call, link, try #require(link.calleeID))
}

/// What both sides hear of the other's tone (440 Hz from side 0, 700 Hz from side 1), as complaints; empty when all is
/// well. Made-up sound bends the pitch: `hertz` says how much is all right.
func complaints<
  Channel: SecureChannel & ~Copyable, Encoder: VoiceEncoder & ~Copyable, Decoder: VoiceDecoder & ~Copyable
>(
  about call: VirtualCall<Channel, Encoder, Decoder>, from: Instant, to: Instant, hertz: Int = 5,
  hundredths: Int32 = 150
) -> [String] {
  var complaints: [String] = []
  if call.isStuck { complaints.append("the call does not come to rest") }
  for (side, wanted) in [(0, 700), (1, 440)] {
    let sound = call.sides[side].played
    let level = sound.level(from: from, to: to).hundredths
    if abs(level + 2000) > hundredths { complaints.append("side \(side) hears \(level) hundredths of a dBFS") }
    let found = sound.hertz(from: from, to: to)
    if abs(found - wanted) > hertz { complaints.append("side \(side) hears \(found) instead of \(wanted) Hz") }
  }
  return complaints
}

/// How many samples what was played lags behind what was captured, over the captured samples of `range`, and how alike
/// both are there (−1 ... 1).
func lag(of played: [Int16], behind captured: [Int16], over range: Range<Int>, atMost: Int) -> (
  samples: Int, alike: Double
) {
  func likeness(_ lag: Int, step: Int) -> Double {
    captured.withUnsafeBufferPointer { captured in
      played.withUnsafeBufferPointer { played in
        var (product, left, right) = (0.0, 0.0, 0.0)
        var index = range.lowerBound
        while index < range.upperBound, index + lag < played.count {
          let (a, b) = (Double(captured[index]), Double(played[index + lag]))
          product += a * b
          left += a * a
          right += b * b
          index += step
        }
        return left > 0 && right > 0 ? product / (left * right).squareRoot() : 0
      }
    }
  }
  // Coarse first: every 17th sample, every 4th lag; then each lag around the best with every sample.
  var best = (lag: 0, alike: -1.0)
  for lag in stride(from: 0, through: atMost, by: 4) {
    let alike = likeness(lag, step: 17)
    if alike > best.alike { best = (lag, alike) }
  }
  let middle = best.lag
  best.alike = -1
  for lag in max(0, middle - 6)...middle + 6 {
    let alike = likeness(lag, step: 3)
    if alike > best.alike { best = (lag, alike) }
  }
  return (best.lag, best.alike)
}

/// From a device delivering a sample to the other device receiving it, for the worst sample of `range`.
func mouthToEar(_ captured: VirtualSound, _ played: VirtualSound, over range: Range<Int>, lag: Int) -> Instant.Span {
  var worst = Instant.Span.zero
  for index in range { worst = max(worst, played.instant(of: index + lag) - captured.instant(of: index)) }
  return worst
}
