// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The canceller in a small room. Scenes are short: longer ones, with recorded voices, are the bench's.

import Core
import Testing
import Voice

@Suite struct EchoCancellerTests {
  @Test("an echo is found at its delay and held down within two seconds", arguments: [0, 40, 120, 250])
  func delays(milliseconds: Int) {
    let scene = EchoScene(seconds: 3, delayMilliseconds: milliseconds)
    var canceller = KalmanCanceller(periodSamples: 480)
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 2, to: 2.9) > 25)
    let report = canceller.report
    // The direct path lies 1 ms behind the delay; the search leaves 3 ms before it and moves by 10 ms.
    let late = Int(report.bulkDelaySamples) - milliseconds * 48
    #expect(late <= 48 && late >= -14 * 48, "\(report.bulkDelaySamples) of \(milliseconds * 48)")
  }

  @Test("who speaks at the same time is heard, and so is who speaks from the start")
  func doubleTalk() {
    var scene = EchoScene(seconds: 4.5, delayMilliseconds: 40)
    scene.addNear(from: 3, to: 4.4)
    var canceller = KalmanCanceller(periodSamples: 480)
    var saidNear = false
    var output = scene.run(&canceller) { second, report in saidNear = saidNear || second > 3 && report.nearSpeech }
    #expect(scene.share(output, from: 3.1, to: 4.3) > 0.7)
    #expect(saidNear)

    scene = EchoScene(seconds: 1.6, delayMilliseconds: 40)
    scene.addNear(from: 0.2, to: 1.6)
    canceller = KalmanCanceller(periodSamples: 480)
    output = scene.run(&canceller)
    for start in [0.2, 0.6, 1.0] {
      #expect(
        scene.share(output, from: start, to: start + 0.4) > 0.4, "a near talker is cut at \(Int(start * 1000)) ms")
    }
  }

  @Test("who speaks alone is hardly touched")
  func nearOnly() {
    var scene = EchoScene(seconds: 2, delayMilliseconds: 40)
    for index in scene.far.indices { scene.far[index] = 0 }
    for index in scene.echo.indices { scene.echo[index] = 0 }
    scene.addNear(from: 0.5, to: 2)
    var canceller = KalmanCanceller(periodSamples: 240)
    #expect(canceller.delaySamples == 781)
    let output = scene.run(&canceller, period: 240)
    #expect(scene.share(output, from: 0.5, to: 1.9) > 0.93)
    #expect(abs(scene.decibels(output, from: 0.5, to: 1.9)) < 1)
    #expect(scene.decibels(output, from: 0.46, to: 0.49) > 6, "noise is not held down")
  }

  @Test("a jump of the delay is overcome within a second")
  func jump() {
    var scene = EchoScene(seconds: 5, delayMilliseconds: 40)
    scene.jump(at: 3, milliseconds: 50)
    var canceller = KalmanCanceller(periodSamples: 960)
    let output = scene.run(&canceller, period: 960)
    #expect(scene.decibels(output, from: 4, to: 4.9) > 20)
  }

  @Test("a drift between the clocks is followed", arguments: [100.0, -100.0])
  func drift(partsPerMillion: Double) {
    let scene = EchoScene(seconds: 7, delayMilliseconds: 40, driftPartsPerMillion: partsPerMillion)
    var canceller = KalmanCanceller(periodSamples: 480)
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 5.5, to: 6.9) > 22)
    let error = Double(canceller.report.driftPartsPerBillion) / 1000 + partsPerMillion
    #expect(abs(error) < 30, "\(canceller.report.driftPartsPerBillion) of \(Int(-1000 * partsPerMillion))")
  }

  @Test("half duplex shuts the microphone while the far side is heard")
  func halfDuplex() {
    var scene = EchoScene(seconds: 2, delayMilliseconds: 40)
    for index in 48_000..<scene.far.count { scene.far[index] = 0 }
    for index in 50_000..<scene.echo.count { scene.echo[index] = 0 }
    scene.addNear(from: 1.7, to: 2)
    var canceller = KalmanCanceller(periodSamples: 480)
    canceller.set(SoundProcessing(echo: .halfDuplex))
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 0.3, to: 1) > 50)
    #expect(scene.share(output, from: 1.75, to: 1.95) > 0.8)
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
    let scene = EchoScene(seconds: 3, delayMilliseconds: 40)
    let output = scene.run(&canceller)
    #expect(scene.decibels(output, from: 2, to: 2.8) > 15)
  }
}
