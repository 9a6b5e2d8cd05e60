// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The transform against the definition, and the split that gives back what it took.

import Core
import Testing
import Voice

@Suite struct FourierTransformTests {
  @Test("a transform agrees with the definition and its inverse gives the samples back", arguments: [320, 2048])
  func definition(size: Int) {
    let transform = FourierTransform(size: size)
    let samples = FloatMemory(count: size)
    let back = FloatMemory(count: size)
    let re = FloatMemory(count: size / 2 + 4)
    let im = FloatMemory(count: size / 2 + 4)
    var chance = Randomness(seed: 3)
    for index in 0..<size { samples.floats[index] = Float(chance.unit() * 2 - 1) }
    let from = samples.floats.baseAddress!
    transform.forward(from, re.floats.baseAddress!, im.floats.baseAddress!)
    for bin in [0, 1, 2, 3, 5, 31, 32, 77, size / 4, size / 2 - 1, size / 2] {
      var real = 0.0
      var imaginary = 0.0
      for index in 0..<size {
        let angle = 2 * Maths.pi * Double(index * bin % size) / Double(size)
        real += Double(samples.floats[index]) * Maths.cosine(angle)
        imaginary -= Double(samples.floats[index]) * Maths.sine(angle)
      }
      #expect(abs(real - Double(re.floats[bin])) < 3e-5, "bin \(bin)")
      #expect(abs(imaginary - Double(im.floats[bin])) < 3e-5, "bin \(bin)")
    }
    transform.inverse(re.floats.baseAddress!, im.floats.baseAddress!, back.floats.baseAddress!)
    for index in 0..<size { #expect(abs(samples.floats[index] - back.floats[index]) < 2e-6) }
  }

  @Test("what is split and joined unchanged comes back late and whole, to the last audible bit")
  func reconstruction() {
    var split = BandSplit()
    let input = FloatMemory(count: 480)
    let low = FloatMemory(count: 160)
    let before = FloatMemory(count: 160)
    let output = FloatMemory(count: 480)
    var chance = Randomness(seed: 4)
    var all: [Float] = []
    var joined: [Float] = []
    for _ in 0..<12 {
      for index in 0..<480 { input.floats[index] = Float(chance.unit() * 2 - 1) }
      all += Array(input.floats)
      split.split(input.floats.baseAddress!, low.floats.baseAddress!)
      split.keep(input.floats.baseAddress!)
      split.join(
        before.floats.baseAddress!, low: low.floats.baseAddress!, gain: 1, output.floats.baseAddress!)
      before.floats.baseAddress!.update(from: low.floats.baseAddress!, count: 160)
      joined += Array(output.floats)
    }
    for index in BandSplit.delaySamples..<joined.count {
      #expect(abs(joined[index] - all[index - BandSplit.delaySamples]) < 1e-5)
    }
  }

  @Test("sine, exponential and logarithm are those of the books")
  func maths() {
    #expect(abs(Maths.sine(1) - 0.8414709848078965) < 1e-14)
    #expect(abs(Maths.cosine(-40) - -0.6669380616522619) < 1e-12)
    #expect(abs(Maths.exponential(1) - 2.718281828459045) < 1e-13)
    #expect(abs(Maths.exponential(-30) / 9.357622968840175e-14 - 1) < 1e-12)
    #expect(abs(Maths.logarithm(10) - 2.302585092994046) < 1e-14)
    #expect(abs(Maths.power(10, -1.2) - 0.06309573444801933) < 1e-14)
    #expect(Maths.exponential(-1000) == 0)
    #expect(Maths.logarithm(0) == -750)
  }
}
