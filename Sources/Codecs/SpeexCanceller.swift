// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The echo canceller of speexdsp, second behind the seam: for comparison, and for a room in which ours does worse.
//
//   microphone (48 kHz) --> low band (16 kHz) --> mdf --> preprocess --> joined with the rest --> out
//                                                  ^          ^
//   played (48 kHz) -----> low band (16 kHz) ------'          '-- what mdf thinks is left of the echo
//
// mdf is a block filter in the frequency domain with a background and a foreground filter (Soo and Pang 1990) and a
// learning rate by leakage (Valin 2007); preprocess holds down what is left of the echo, and noise. The tail is 256 ms.
// There is no search for the delay and no tracking of drift: an echo later than the tail, or clocks that drift apart,
// are more than it can do. What it does not know it cannot leave out: with `suppress` the echo is subtracted all the same.
// The delay is that of `KalmanCanceller`: 541 samples, and 240 more where periods are shorter than a block.

import CSpeexDSP
public import Core
public import Voice

/// speexdsp's echo canceller and noise suppression. Owned by the audio thread.
public struct SpeexCanceller: EchoCanceller, ~Copyable {
  /// Whether it is in this build: the product has it when it is built with ECHO=speex.
  public static var isBuilt: Bool { cspeexdsp_has_echo() != 0 }

  /// By how much the microphone's sound comes later, in samples at 48 kHz, while anything is switched on.
  public var delaySamples: Int { BandSplit.delaySamples + line.delaySamples }

  /// Far speech above −55 dBFS at 16 kHz, and how many blocks its echo is waited for.
  private static let farPower: Float = 3e-6 * 160
  private static let farHoldBlocks = 25
  /// By how much noise is held down, in decibels: speexdsp's own default.
  private static let noiseDecibels: Int32 = -15

  private let state: OpaquePointer
  private var line: BlockLine
  private var micSplit: BandSplit
  private var farSplit: BandSplit
  private var processing = SoundProcessing()
  private var isRunning = true

  // A block at 16 kHz: what came in, what came in before, what goes out; and the three that speexdsp takes and gives.
  private let memory: FloatMemory
  private let low: Floats
  private let worked: Floats
  private let samples: UnsafeMutablePointer<Int16>
  private let far: UnsafeMutablePointer<Int16>
  private let left: UnsafeMutablePointer<Int16>

  private var farHold = 0
  private var micPower: Float = 0
  private var leftPower: Float = 0
  private var isConverged = false
  private var upperBefore: Float = 0
  private var upperIn: Float = 0
  private var upperOut: Float = 0
  private var workedPower: Float = 0

  static let memoryCount = 2 * 160 + 3 * 80 + 64

  /// Over parts made for it; see `init(periodSamples:)`.
  init(
    state: OpaquePointer, memory: consuming FloatMemory, line: consuming BlockLine, micSplit: consuming BandSplit,
    farSplit: consuming BandSplit
  ) {
    self.state = state
    let base = memory.floats.baseAddress.unsafelyUnwrapped
    low = base
    worked = base + 160
    let shorts = UnsafeMutableRawPointer(base + 320).bindMemory(to: Int16.self, capacity: 480)
    samples = shorts
    far = shorts + 160
    left = shorts + 320
    self.memory = memory
    self.line = line
    self.micSplit = micSplit
    self.farSplit = farSplit
    tell()
  }

  deinit { cspeexdsp_echo_free(state) }

  /// Takes a period in and gives the one `delaySamples` before. `played` is what was handed to the loudspeaker a cycle before; what
  /// it lacks is silence.
  public mutating func process(microphone: inout PCMFrame, played: borrowing PCMFrame) {
    guard isRunning else { return }
    var reference = copy played
    var index = 0
    while index < microphone.count {
      index += line.take(&microphone, played: &reference, from: index)
      if line.isFull {
        processBlock(line.space)
        line.advance()
      }
    }
    line.give(&microphone)
  }

  private mutating func processBlock(_ out: Floats) {
    micSplit.split(line.microphone, low)
    micSplit.keep(line.microphone)
    Self.narrow(low, samples)
    farSplit.split(line.played, worked)
    Self.narrow(worked, far)
    let heard = Self.power(samples)
    if processing.echo != .off {
      farHold = Self.power(far) > Self.farPower ? Self.farHoldBlocks : max(0, farHold - 1)
      cspeexdsp_echo_cancel(state, samples, far, left)
      if farHold > 0 {
        micPower = 0.95 * micPower + 0.05 * heard
        leftPower = 0.95 * leftPower + 0.05 * Self.power(left)
        if micPower > Self.farPower, leftPower < 0.1 * micPower { isConverged = true }
      }
    } else {
      left.update(from: samples, count: 160)
    }
    cspeexdsp_echo_clean(state, left)
    var index = 0
    while index < 160 {
      worked[index] = Float(left[index]) * (1 / 32_768)
      index += 1
    }
    workedPower = 0.8 * workedPower + 0.2 * Self.power(left)
    micSplit.join(worked, low: low, gain: upperGain(), out)
  }

  /// What the band above 8 kHz is multiplied by: how much was left of the upper part of the low band, a block ago.
  private mutating func upperGain() -> Float {
    upperIn = 0.6 * upperIn + 0.4 * upperBefore
    upperBefore = Self.upperPower(samples)
    upperOut = 0.6 * upperOut + 0.4 * Self.upperPower(left)
    return min(1, (upperOut / max(upperIn, 1e-9)).squareRoot())
  }

  /// Rounds 160 samples to 16 bits.
  private static func narrow(_ floats: Floats, _ samples: UnsafeMutablePointer<Int16>) {
    var index = 0
    while index < 160 {
      let value = floats[index] * 32_768
      samples[index] = Int16(max(-32_768, min(32_767, value < 0 ? value - 0.5 : value + 0.5)))
      index += 1
    }
  }

  /// The energy of 160 samples, full scale being 1.
  private static func power(_ samples: UnsafeMutablePointer<Int16>) -> Float {
    var sum: Float = 0
    var index = 0
    while index < 160 {
      let value = Float(samples[index]) * (1 / 32_768)
      sum += value * value
      index += 1
    }
    return sum
  }

  /// The energy of 160 samples above about 4 kHz.
  private static func upperPower(_ samples: UnsafeMutablePointer<Int16>) -> Float {
    var sum: Float = 0
    var index = 2
    while index < 160 {
      let bend = Int32(samples[index]) - 2 * Int32(samples[index - 1]) + Int32(samples[index - 2])
      let value = Float(bend) * (1 / 32_768)
      sum += value * value
      index += 1
    }
    return sum
  }

  /// Switches echo and noise; what was learnt of the echo is kept unless it is switched off or on.
  public mutating func set(_ processing: SoundProcessing) {
    let runs = processing.echo != .off || processing.noiseSuppression
    if runs, !isRunning {
      micSplit.reset()
      farSplit.reset()
      line.reset()
    }
    if runs != isRunning || (processing.echo == .off) != (self.processing.echo == .off) {
      cspeexdsp_echo_reset(state)
      (farHold, micPower, leftPower, isConverged) = (0, 0, 0, false)
    }
    self.processing = processing
    isRunning = runs
    tell()
  }

  private func tell() {
    cspeexdsp_echo_set(
      state, processing.echo == .off ? 0 : 1, processing.noiseSuppression ? Self.noiseDecibels : 0)
  }

  /// Whether far speech is played, or was a moment ago, and next to nothing is left of what the microphone heard.
  public var isFarOnly: Bool {
    isRunning && processing.echo != .off && farHold > 0 && (!isConverged || workedPower < 0.05 * micPower)
  }

  /// Echo return loss enhancement and who speaks; delay and drift are not known to it.
  public var report: ProcessingReport {
    var report = ProcessingReport()
    guard isRunning, processing.echo != .off else { return report }
    report.isConverged = isConverged
    report.nearSpeech = !isFarOnly && workedPower > Self.farPower
    if leftPower > 0, micPower > 0 {
      report.erleCentibels = Int32(1000 * 0.4342944819 * Maths.logarithm(Double(micPower / leftPower)))
    }
    return report
  }
}
