// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The canceller in a small room. Scenes are short: longer ones, with recorded voices, are the bench's.

import Core
import Testing
import Voice

@Suite struct EchoCancellerTests {
  @Test("an echo is found at its delay and held down within two seconds", arguments: [0, 250])
  func delays(milliseconds: Int) {
    let scene = EchoScene(seconds: 2.5, delayMilliseconds: milliseconds)
    var canceller = KalmanCanceller(periodSamples: 480)
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 1.6, to: 2.4) > 25)
    let report = canceller.report
    // The direct path lies 1 ms behind the delay; the search leaves 3 ms before it and moves by 10 ms.
    let late = Int(report.bulkDelaySamples) - milliseconds * 48
    #expect(late <= 48 && late >= -14 * 48, "\(report.bulkDelaySamples) of \(milliseconds * 48)")
  }

  @Test("after a jump of the delay the echo is back where it was within a second", arguments: [(40, 50), (120, -50)])
  func jump(delay: Int, change: Int) {
    var scene = EchoScene(seconds: 3.9, delayMilliseconds: delay)
    scene.jump(at: 2.2, milliseconds: change)
    var canceller = KalmanCanceller(periodSamples: 960)
    let output = scene.run(&canceller, period: 960)
    let before = scene.decibels(output, from: 1.5, to: 2.1)
    let after = scene.decibels(output, from: 3.2, to: 3.8)
    #expect(before > 25)
    #expect(after > before - 4, "\(before) dB before, \(after) dB after")
    let moved = Int(canceller.report.bulkDelaySamples) / 48 - delay - change
    #expect(moved >= -14 && moved <= 1, "\(moved) ms off")
  }

  @Test("who speaks at the same time is heard")
  func doubleTalk() {
    var scene = EchoScene(seconds: 3.1, delayMilliseconds: 40)
    scene.addNear(from: 2, to: 3)
    var canceller = KalmanCanceller(periodSamples: 480)
    var saidNear = false
    let output = scene.run(&canceller) { second, report in saidNear = saidNear || second > 2 && report.nearSpeech }
    #expect(scene.share(output, from: 2.1, to: 3) > 0.7)
    #expect(saidNear)
  }

  @Test("who speaks from the first word of the far side is not cut")
  func startUp() {
    var scene = EchoScene(seconds: 1.5, delayMilliseconds: 40)
    scene.addNear(from: 0.1, to: 1.5)
    var canceller = KalmanCanceller(periodSamples: 480)
    let output = scene.run(&canceller)
    for start in [0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.2] {
      #expect(
        scene.share(output, from: start, to: start + 0.2) > 0.5, "a near talker is cut at \(Int(start * 1000)) ms")
    }
  }

  @Test("with headphones nobody is held down, though the far side speaks")
  func headphones() {
    var scene = EchoScene(seconds: 2.2, delayMilliseconds: 40)
    scene.muteEcho()
    scene.addNear(from: 1.2, to: 2.2)
    var canceller = KalmanCanceller(periodSamples: 480)
    let output = scene.run(&canceller)
    #expect(scene.share(output, from: 1.2, to: 2.1) > 0.93)
    #expect(abs(scene.decibels(output, from: 1.2, to: 2.1)) < 1)
  }

  @Test("who speaks alone is hardly touched")
  func nearOnly() {
    var scene = EchoScene(seconds: 1.3, delayMilliseconds: 40)
    scene.muteFar()
    scene.addNear(from: 0.5, to: 1.3)
    var canceller = KalmanCanceller(periodSamples: 240)
    #expect(canceller.delaySamples == 781)
    let output = scene.run(&canceller, period: 240)
    #expect(scene.share(output, from: 0.5, to: 1.2) > 0.93)
    #expect(abs(scene.decibels(output, from: 0.5, to: 1.2)) < 1)
    #expect(scene.decibels(output, from: 0.46, to: 0.49) > 6, "noise is not held down")
  }

  @Test("a drift between the clocks is followed", arguments: [100.0, -100.0])
  func drift(partsPerMillion: Double) {
    let scene = EchoScene(seconds: 4.5, delayMilliseconds: 40, driftPartsPerMillion: partsPerMillion)
    var canceller = KalmanCanceller(periodSamples: 480)
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 3.2, to: 4.4) > 22)
    let error = Double(canceller.report.driftPartsPerBillion) / 1000 + partsPerMillion
    #expect(abs(error) < 30, "\(canceller.report.driftPartsPerBillion) of \(Int(-1000 * partsPerMillion))")
  }

  @Test("half duplex shuts the microphone while the far side is heard")
  func halfDuplex() {
    var scene = EchoScene(seconds: 1.5, delayMilliseconds: 40)
    scene.muteFar(from: 0.6)
    scene.addNear(from: 1.2, to: 1.5)
    var canceller = KalmanCanceller(periodSamples: 480)
    canceller.set(SoundProcessing(echo: .halfDuplex))
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 0.2, to: 0.6) > 50)
    #expect(scene.share(output, from: 1.27, to: 1.45) > 0.8)
  }

  @Test("switched off it leaves the sound alone, and switched on again it begins anew")
  func switching() {
    let scene = EchoScene(seconds: 0.3, delayMilliseconds: 0)
    var canceller = KalmanCanceller(periodSamples: 480)
    canceller.set(.none)
    var frame = PCMFrame(count: 480)
    frame.withSamples { samples in for index in samples.indices { samples[index] = Int16(index) } }
    canceller.process(microphone: &frame, played: PCMFrame(count: 480))
    frame.withSamples { samples in for index in samples.indices { #expect(samples[index] == Int16(index)) } }
    #expect(canceller.report == ProcessingReport())
    canceller.set(SoundProcessing(echo: .suppress, noiseSuppression: false))
    #expect(scene.run(&canceller).allSatisfy { abs($0) <= 32_768 })
    canceller.set(SoundProcessing(echo: .off, noiseSuppression: true))
    #expect(scene.run(&canceller).allSatisfy { abs($0) <= 32_768 })
  }

  @Test("clipping, silence, full-scale noise and periods of any length leave it working")
  func abuse() {
    var chance = Randomness(seed: 9)
    var canceller = KalmanCanceller(periodSamples: 480)
    for block in 0..<120 {
      let count = block % 7 == 3 ? chance.below(481) : 480
      var microphone = PCMFrame(count: count)
      var played = PCMFrame(count: block % 11 == 5 ? count / 2 : count)
      let kind = block / 20
      microphone.withSamples { samples in
        for index in samples.indices {
          switch kind {
          case 0: samples[index] = Int16(truncatingIfNeeded: chance.uint32())
          case 1: samples[index] = 0
          case 2: samples[index] = chance.chance(percent: 50) ? .max : .min
          default: samples[index] = .max
          }
        }
      }
      played.withSamples { samples in
        for index in samples.indices where kind != 1 { samples[index] = Int16(truncatingIfNeeded: chance.uint32()) }
      }
      canceller.process(microphone: &microphone, played: played)
    }
    let scene = EchoScene(seconds: 2.5, delayMilliseconds: 40)
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 1.8, to: 2.4) > 15)
  }
}
