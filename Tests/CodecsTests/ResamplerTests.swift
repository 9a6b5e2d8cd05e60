// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resampler: frequency, level, images, delay, and that it does not matter in what pieces sound comes.

import Codecs
import Core
import Testing

@Suite("Resampler")
struct ResamplerTests {
  @Test("a tone keeps its frequency and level at every rate, and has no image")
  func tones() throws {
    for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000] {
      let tone = Sound.tone(hertz: 1000, amplitude: 10_000, count: rate, rate: Double(rate))
      var resampler = try made(from: rate)
      let heard = resampled(tone, with: &resampler, piece: 1000)
      #expect(abs(heard.count - 48_000) <= 1 + resampler.latencyOutputSamples, "\(rate)")
      let steady = heard[4_800..<43_200]
      let strength = amplitude(of: 1000, in: steady)
      #expect(abs(strength / 10_000 - 1) < 0.01, "\(rate): \(strength)")
      let image = amplitude(of: abs(Double(rate) - 1000), in: steady)
      if rate < 48_000 { #expect(image < 2, "\(rate): \(image)") }
      let change = level(steady) - level(Sound.tone(hertz: 1000, amplitude: 10_000, count: 38_400))
      #expect(abs(change) < 0.1, "\(rate): \(change) dB")
    }
  }

  @Test("what lies above half the lower rate is kept out")
  func aliases() throws {
    let tone = Sound.tone(hertz: 11_000, amplitude: 10_000, count: 48_000)
    var resampler = try made(from: 48_000, to: 16_000)
    let heard = resampled(tone, with: &resampler, piece: 960)
    #expect(level(heard[1600..<14_400]) < -70)
  }

  @Test("sound in pieces of any size is the sound in one piece")
  func pieces() throws {
    let speech = Array(Sound.speech[..<22_050])
    var whole = try made(from: 44_100)
    let expected = resampled(speech, with: &whole, piece: speech.count)
    for piece in [1, 7, 160, 441, 1024] {
      var resampler = try made(from: 44_100)
      #expect(resampled(speech, with: &resampler, piece: piece) == expected, "\(piece)")
    }
  }

  @Test("the delay is the one stated, and can be left out for files")
  func latency() throws {
    for (rate, input, output) in [(8_000, 40, 240), (16_000, 40, 120), (44_100, 40, 44)] {
      var sound = [Int16](repeating: 0, count: rate / 10)
      sound[100] = 20_000
      var resampler = try made(from: rate)
      #expect(resampler.latencyInputSamples == input)
      #expect(abs(resampler.latencyOutputSamples - output) <= 1)
      let peak = { (heard: [Int16]) in heard.indices.max { heard[$0] < heard[$1] } ?? 0 }
      let place = Int((100.0 * 48_000 / Double(rate)).rounded())
      let late = peak(resampled(sound, with: &resampler, piece: 160))
      #expect(abs(late - place - resampler.latencyOutputSamples) <= 1, "\(rate): \(late)")
      resampler.reset()
      resampler.skipLatency()
      let early = peak(resampled(sound, with: &resampler, piece: 160))
      #expect(abs(early - place) <= 1, "\(rate): \(early)")
    }
  }

  @Test("after a reset it is as new, and rates that make no sense are refused")
  func resetAndRates() throws {
    let speech = Array(Sound.speech[..<3200])
    var resampler = try made(from: 16_000)
    let first = resampled(speech, with: &resampler, piece: 320)
    resampler.reset()
    #expect(resampled(speech, with: &resampler, piece: 320) == first)
    for rate in [4_000, 4_001, 47_999, 131_071, 383_999, 384_000] {
      var odd = try made(from: rate)
      #expect(abs(resampled(speech, with: &odd, piece: 500).count - 3200 * 48_000 / rate) <= 1, "\(rate)")
    }
    for rate in [-1, 0, 3_999, 384_001, Int.max] {
      #expect(throws: NoResampler.self) { _ = try made(from: rate) }
      #expect(throws: NoResampler.self) { _ = try made(from: 48_000, to: rate) }
    }
  }

  @Test("nothing in or no room out gives nothing")
  func empty() throws {
    var resampler = try made(from: 16_000)
    let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 4)
    defer { room.deallocate() }
    let nothing = resampler.process(UnsafeBufferPointer(start: nil, count: 0), into: room)
    #expect(nothing == (0, 0))
    let full = [Int16](repeating: 1, count: 100).withUnsafeBufferPointer { resampler.process($0, into: room) }
    #expect(full.produced == 4 && full.consumed < 100)
  }

  private struct NoResampler: Error {}

  private func made(from rate: Int, to output: Int = 48_000) throws -> Resampler {
    guard let resampler = Resampler(from: rate, to: output) else { throw NoResampler() }
    return resampler
  }

  /// All of `sound`, given in pieces of `piece` samples.
  private func resampled(_ sound: [Int16], with resampler: inout Resampler, piece: Int) -> [Int16] {
    let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 600)
    defer { room.deallocate() }
    var heard: [Int16] = []
    sound.withUnsafeBufferPointer { all in
      var start = 0
      while start < all.count {
        var part = UnsafeBufferPointer(rebasing: all[start..<min(start + piece, all.count)])
        start += part.count
        while true {
          let (consumed, produced) = resampler.process(part, into: room)
          heard += room[0..<produced]
          part = UnsafeBufferPointer(rebasing: part[consumed...])
          if part.isEmpty && produced < room.count { break }
        }
      }
    }
    return heard
  }
}
