// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: what a sound check says is what the room is. Method: rooms whose delay, coupling, noise and clipping are known, in
// virtual time.

import Core
import Testing
import Voice

@Suite("Sound check")
struct SoundCheckTests {
  /// A room: what is played comes back so much later and quieter, with one reflection, and noise on it.
  struct Room {
    var delay = 2_000
    var gain: Float = 0.5
    var noise: Float = 20
    var seed: UInt64 = 3
    var limit: Float = 32_767

    func check(cancels: Bool = false) -> SoundCheckResult {
      var check = SoundCheck()
      var chance = Randomness(seed: seed)
      var history: [Int16] = []
      var captured = PCMFrame(count: 480)
      var played = PCMFrame(count: 480)
      while !check.isDone {
        let start = history.count
        captured.withSamples { samples in
          for index in 0..<480 {
            var value = Float(chance.unit() + chance.unit() - 1) * noise * 2.45
            for (place, part) in [(delay, gain), (delay + 311, gain * 0.3)] where start + index >= place {
              if start + index - place < history.count { value += part * Float(history[start + index - place]) }
            }
            samples[index] = Int16(max(-limit, min(limit, value.rounded())))
          }
        }
        check.exchange(captured: captured, played: &played)
        played.withSamples { history.append(contentsOf: $0) }
      }
      return check.result(cancels: cancels)
    }
  }

  @Test("delay to a sample or two, coupling and levels to half a decibel, and the echo is cancelled")
  func room() {
    let result = Room().check(cancels: true)
    #expect(abs((result.delaySamples ?? 0) - 2_000) <= 2, "\(result)")
    // −6.02 dB, and the reflection's 0.3 squared is 0.37 dB; the two overlap, by little.
    #expect(abs(result.couplingLoss - 560) < 120, "\(result)")
    // An RMS of 20 is −64.3 dBFS.
    #expect(abs(result.noiseLevel + 6_430) < 60, "\(result)")
    #expect(result.clippedPerMillion == 0)
    #expect(result.reduction > 2_500, "\(result)")
    #expect(result.erle > 2_000, "\(result)")
    #expect(result.findings.isEmpty, "\(result.findings)")
  }

  @Test("a long way back, quiet in noise, is found")
  func quiet() {
    let result = Room(delay: 16_800, gain: 0.02, noise: 60, seed: 4).check()
    #expect(abs((result.delaySamples ?? 0) - 16_800) <= 3, "\(result)")
    #expect(abs(result.couplingLoss - 3_360) < 200, "\(result)")
    #expect(!result.findings.contains(.nothingCameBack) && !result.findings.contains(.noisy), "\(result.findings)")
  }

  @Test("a microphone that clips, and hears the loudspeaker too loud, is told of both")
  func loud() {
    let result = Room(delay: 480 * 3, gain: 4, noise: 20, seed: 5).check()
    #expect(result.clippedPerMillion > 1_000, "\(result)")
    #expect(result.findings.contains(.clipping), "\(result.findings)")
    let isTooLoud = result.findings.contains { if case .tooLoud = $0 { true } else { false } }
    #expect(isTooLoud, "\(result.findings)")
  }

  @Test("noise alone is noise and no way back; silence alone is no microphone")
  func nothing() {
    let noisy = Room(gain: 0, noise: 1_000, seed: 6).check()
    #expect(noisy.delaySamples == nil)
    #expect(noisy.findings == [.noisy, .nothingCameBack], "\(noisy)")
    #expect(Room(gain: 0, noise: 0).check().findings == [.silentMicrophone])
  }
}
