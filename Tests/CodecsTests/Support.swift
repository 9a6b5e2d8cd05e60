// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Helpers of the Codecs tests: sounds made by arithmetic, measures, and whole sounds through the codec.

import Codecs
import Core
import Foundation
import Voice

/// Sounds of 16-bit samples.
enum Sound {
  /// A tone; `amplitude` is its peak.
  static func tone(hertz: Double, amplitude: Double, count: Int, rate: Double = 48_000) -> [Int16] {
    (0..<count).map { Int16((amplitude * sin(2 * .pi * hertz * Double($0) / rate)).rounded()) }
  }

  /// Four seconds of something like speech, made once.
  static let speech = speechLike(seconds: 4, seed: 1)

  /// Something with the rhythm, the pitch and the bands of speech: harmonics of a gliding 110 ... 150 Hz under three formants, in
  /// syllables of 200 ms, with a breath of noise.
  private static func speechLike(seconds: Double, seed: UInt64) -> [Int16] {
    var randomness = Randomness(seed: seed)
    var phase = 0.0
    var vowel = (500.0, 1500.0, 2500.0)
    return (0..<Int(seconds * 48_000)).map { index in
      let time = Double(index) / 48_000
      if index % 9_600 == 0 {
        vowel = (
          300 + 500 * randomness.unit(), 900 + 1300 * randomness.unit(), 2300 + 800 * randomness.unit()
        )
      }
      phase += 130 + 20 * sin(2 * .pi * 0.7 * time)
      let syllable = max(0, sin(2 * .pi * 2.5 * time))
      var value = 0.0
      for harmonic in 1...28 {
        let hertz = 130 * Double(harmonic)
        var weight = 0.02
        for formant in [vowel.0, vowel.1, vowel.2] {
          let distance = (hertz - formant) / 120
          weight += 1 / (1 + distance * distance)
        }
        value += weight / Double(harmonic).squareRoot() * sin(2 * .pi * Double(harmonic) * phase / 48_000)
      }
      let breath = randomness.unit() - 0.5
      return Int16(max(-32_000, min(32_000, syllable * (2_500 * value + 300 * breath))))
    }
  }
}

/// Root mean square, in dB below full scale of a square wave.
func level(_ samples: some Collection<Int16>) -> Double {
  let sum = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
  return 10 * log10(max(sum / Double(samples.count), 1e-9) / (32_768 * 32_768))
}

/// How far `left` is above its difference to `right`, in dB.
func signalToDifference(_ left: some Collection<Int16>, _ right: some Collection<Int16>) -> Double {
  var (signal, difference) = (0.0, 1e-9)
  for (a, b) in zip(left, right) {
    signal += Double(a) * Double(a)
    difference += (Double(a) - Double(b)) * (Double(a) - Double(b))
  }
  return 10 * log10(max(signal, 1e-9) / difference)
}

/// The strength of one frequency, as the peak of a tone.
func amplitude(of hertz: Double, in samples: ArraySlice<Int16>, rate: Double = 48_000) -> Double {
  var (real, imaginary, weights) = (0.0, 0.0, 0.0)
  for (index, sample) in samples.enumerated() {
    let window = 0.5 - 0.5 * cos(2 * .pi * Double(index) / Double(samples.count))
    let angle = 2 * .pi * hertz * Double(index) / rate
    real += window * Double(sample) * cos(angle)
    imaginary -= window * Double(sample) * sin(angle)
    weights += window
  }
  return 2 * (real * real + imaginary * imaginary).squareRoot() / weights
}

/// The shift of `later` after `earlier`, in samples up to `limit`, at which they are most alike.
func delay(of later: [Int16], after earlier: [Int16], limit: Int) -> Int {
  var (best, bestShift) = (-Double.infinity, 0)
  for shift in 0...limit {
    var sum = 0.0
    for index in stride(from: 0, to: min(earlier.count, later.count - shift), by: 11) {
      sum += Double(earlier[index]) * Double(later[index + shift])
    }
    if sum > best { (best, bestShift) = (sum, shift) }
  }
  return bestShift
}

/// The packets of `sound`, cut into frames of `frameSamples`; an incomplete frame at the end is left out.
func encoded(_ sound: [Int16], frameSamples: Int, with encoder: inout OpusEncoder) -> [[UInt8]] {
  var packets: [[UInt8]] = []
  var payload = EncodedFrameStorage(repeating: 0)
  for start in stride(from: 0, through: sound.count - frameSamples, by: frameSamples) {
    var frame = PCMFrame(count: frameSamples)
    for index in 0..<frameSamples { frame.samples[index] = sound[start + index] }
    guard let count = encoder.encode(frame, into: &payload) else { return [] }
    packets.append((0..<count).map { payload[$0] })
  }
  return packets
}

/// What happens to a packet.
enum Fate { case decoded, concealed, recovered }

/// The sound of `packets`, each with its fate; a recovered one comes out of the next.
func decoded(
  _ packets: [[UInt8]], frameSamples: Int, with decoder: inout OpusDecoder, fate: (Int) -> Fate = { _ in .decoded }
) -> [Int16]? {
  let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Limits.receivedFrameSamplesMax)
  defer { room.deallocate() }
  var sound: [Int16] = []
  for index in packets.indices {
    let count: Int?
    switch fate(index) {
    case .decoded: count = packets[index].withUnsafeBytes { decoder.decode(ByteView($0), into: room) }
    case .concealed: count = decoder.conceal(sampleCount: frameSamples, into: room)
    case .recovered:
      count = packets[index + 1].withUnsafeBytes {
        decoder.recover(from: ByteView($0), sampleCount: frameSamples, into: room)
      }
    }
    guard let count, count == frameSamples else { return nil }
    sound += room[0..<count]
  }
  return sound
}
