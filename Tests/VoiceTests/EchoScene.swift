// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A small synthetic room for the canceller's tests: what is said on either side, and what the microphone hears of it.

import Core
import Voice

/// A scene of so many periods at 48 kHz; the same every time.
struct EchoScene {
  /// What the loudspeaker plays.
  var far: [Float]
  /// What is said at the microphone.
  var near: [Float]
  /// What the microphone hears of the loudspeaker.
  var echo: [Float]
  /// What it hears besides: noise at −66 dBFS.
  var noise: [Float]

  /// Far speech from 0.1 s to the end, an echo of so many milliseconds' delay and so much gain, no near speech.
  init(
    seconds: Double, delayMilliseconds: Int, gain: Float = 0.5, driftPartsPerMillion: Double = 0, seed: UInt64 = 5
  ) {
    let count = Int(seconds * 48_000) / 480 * 480
    var chance = Randomness(seed: seed)
    far = Self.voice(count, from: 0, &chance)
    for index in 0..<4800 { far[index] = 0 }
    near = [Float](repeating: 0, count: count)
    noise = (0..<count).map { _ in Float(chance.unit() + chance.unit() - 1) * 30 }
    // A direct path and thirty reflections in 80 ms that die away.
    var taps = [(48, gain)]
    for _ in 0..<30 {
      let place = chance.below(3840)
      taps.append((60 + place, gain * Float(chance.unit() - 0.5) * Float(1 - Double(place) / 3840)))
    }
    echo = [Float](repeating: 0, count: count)
    let delay = delayMilliseconds * 48
    for (place, size) in taps {
      if driftPartsPerMillion == 0 {
        far.withUnsafeBufferPointer { far in
          echo.withUnsafeMutableBufferPointer { echo in
            var index = delay + place
            while index < count {
              echo[index] += size * far[index - delay - place]
              index += 1
            }
          }
        }
        continue
      }
      for index in 0..<count {
        let position = Double(index - delay - place) + Double(index) * driftPartsPerMillion * 1e-6
        let whole = Int(position.rounded(.down))
        guard whole >= 0, whole + 1 < count else { continue }
        let part = Float(position - Double(whole))
        echo[index] += size * (far[whole] + part * (far[whole + 1] - far[whole]))
      }
    }
  }

  /// Something like speech with some breath.
  static func voice(_ count: Int, from start: Int, _ chance: inout Randomness) -> [Float] {
    var source = SpeechLikeSource()
    var samples: [Float] = []
    samples.reserveCapacity(count)
    var frame = PCMFrame(count: 480)
    for _ in 0..<start / 480 { source.fill(&frame) }
    while samples.count < count {
      source.fill(&frame)
      frame.withSamples { period in
        for sample in period {
          let breath = Float(chance.unit() - 0.5) * (sample == 0 ? 0 : 600)
          samples.append(Float(sample) * 0.5 + breath)
        }
      }
    }
    return Array(samples.prefix(count))
  }

  /// Near speech between two times.
  mutating func addNear(from start: Double, to end: Double) {
    var chance = Randomness(seed: 77)
    let voice = Self.voice(near.count, from: 200_000, &chance)
    for index in Int(start * 48_000)..<min(near.count, Int(end * 48_000)) { near[index] = voice[index] }
  }

  /// From a time on the echo comes so much later, or earlier where that is negative.
  mutating func jump(at start: Double, milliseconds: Int) {
    let before = echo
    for index in Int(start * 48_000)..<echo.count {
      echo[index] = before[max(0, min(echo.count - 1, index - milliseconds * 48))]
    }
  }

  /// Headphones: nothing of what is played is heard.
  mutating func muteEcho() { echo.withUnsafeMutableBufferPointer { $0.update(repeating: 0) } }

  /// Nothing is played from a time on, and nothing of it heard.
  mutating func muteFar(from start: Double = 0) {
    for index in Int(start * 48_000)..<far.count { far[index] = 0 }
    for index in min(echo.count, Int(start * 48_000) + 2000)..<echo.count { echo[index] = 0 }
    if start == 0 { muteEcho() }
  }

  /// What the canceller makes of it, moved to where it belongs; `look` sees each report with its second.
  func run(
    _ canceller: inout KalmanCanceller, period: Int = 480, look: (Double, ProcessingReport) -> Void = { _, _ in }
  ) -> [Float] {
    var output: [Float] = []
    output.reserveCapacity(far.count)
    var index = 0
    while index + period <= far.count {
      var microphone = PCMFrame(count: period)
      var played = PCMFrame(count: period)
      microphone.withSamples { samples in
        for offset in 0..<period {
          let value = echo[index + offset] + near[index + offset] + noise[index + offset]
          samples[offset] = Int16(max(-32_768, min(32_767, value)))
        }
      }
      played.withSamples { samples in
        for offset in 0..<period { samples[offset] = Int16(far[index + offset]) }
      }
      canceller.process(microphone: &microphone, played: played)
      microphone.withSamples { samples in for sample in samples { output.append(Float(sample)) } }
      index += period
      look(Double(index) / 48_000, canceller.report)
    }
    return Array(output.dropFirst(canceller.delaySamples))
  }

  /// By how many decibels the microphone's sound is held down between two times.
  func decibels(_ output: [Float], from start: Double, to end: Double) -> Double {
    var heard = 0.0
    var left = 1e-3
    for index in Int(start * 48_000)..<min(output.count, Int(end * 48_000)) {
      let value = Double(echo[index] + near[index] + noise[index])
      heard += value * value
      left += Double(output[index] * output[index])
    }
    return 4.342944819 * (Maths.logarithm(heard) - Maths.logarithm(left))
  }

  /// How much of the near voice comes through, as an amplitude: the projection of the output on it.
  func share(_ output: [Float], from start: Double, to end: Double) -> Double {
    var product = 0.0
    var power = 1e-9
    for index in Int(start * 48_000)..<min(output.count, Int(end * 48_000)) {
      product += Double(output[index] * near[index])
      power += Double(near[index] * near[index])
    }
    return product / power
  }
}
