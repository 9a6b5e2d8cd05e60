// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Plays a known sound, records what comes back, and says what the room and the cards did with it.
//
//   signal ──► loudspeaker ~~~ room ~~~ microphone ──► recording ──► delay, levels, coupling
//      └───────────────────────────────────────────────────┴───────► canceller ──► how much of it goes
//
// For a person who sets a device up, not for calls: it keeps the whole recording on the heap, and works it off at the end.

public import Core

/// What a sound check found. Levels and ratios are in hundredths of a decibel, as everywhere.
public struct SoundCheckResult: Sendable, Equatable {
  /// From handing a sample over to getting it back, in samples at 48 kHz; nil: nothing came back.
  public var delaySamples: Int?
  /// What the microphone hears while nothing is played, RMS below full scale.
  public var noiseLevel: Int32 = -9600
  /// What it hears while the noise is played.
  public var heardLevel: Int32 = -9600
  /// The loudest sample, below full scale.
  public var peakLevel: Int32 = -9600
  /// Samples at full scale while something was played, per million.
  public var clippedPerMillion = 0
  /// By how much what comes back is quieter than what is played (the echo return loss); below 0: louder.
  public var couplingLoss: Int32 = 0
  /// By how much the canceller's filter takes the echo down, in the last two seconds.
  public var erle: Int32 = 0
  /// By how much all of the canceller does, in the last two seconds.
  public var reduction: Int32 = 0

  /// Nothing found.
  public init() {}

  /// What is wrong, the worst first; empty: nothing.
  public var findings: [SoundCheckFinding] {
    var findings: [SoundCheckFinding] = []
    if heardLevel <= -9600, noiseLevel <= -9600 {
      findings.append(.silentMicrophone)
      return findings
    }
    if clippedPerMillion >= Limits.soundCheckClippedPerMillion { findings.append(.clipping) }
    if noiseLevel > Limits.soundCheckNoiseHundredthsMax { findings.append(.noisy) }
    guard delaySamples != nil else {
      findings.append(.nothingCameBack)
      return findings
    }
    if couplingLoss < Limits.soundCheckCouplingHundredthsMin {
      findings.append(.tooLoud(hundredths: Limits.soundCheckCouplingHundredthsMin - couplingLoss))
    }
    // What is no louder than the noise can be cancelled no further than that.
    let possible = heardLevel - noiseLevel - 600
    if reduction < min(Limits.soundCheckReductionHundredthsMin, possible) { findings.append(.poorCancelling) }
    return findings
  }
}

/// Something that is wrong with the sound of a device.
public enum SoundCheckFinding: Sendable, Equatable {
  /// The microphone gives nothing but zeroes.
  case silentMicrophone
  /// Nothing of what was played was heard.
  case nothingCameBack
  /// The microphone's sound is cut off at full scale.
  case clipping
  /// It is loud while nothing is played.
  case noisy
  /// The microphone hears the loudspeaker too loud, by so many hundredths of a decibel.
  case tooLoud(hundredths: Int32)
  /// The canceller takes too little away.
  case poorCancelling
}

/// A sound check. Order of calls: `exchange` once a period until `isDone`; then `result()`.
public struct SoundCheck: Sendable {
  private let signal = SoundCheckSignal.make()
  private var recorded: [Int16] = []

  /// A check that has not begun. Allocates.
  public init() { recorded.reserveCapacity(signal.count) }

  /// Whether all has been played and heard.
  public var isDone: Bool { recorded.count >= signal.count }

  /// How long it takes.
  public var duration: Instant.Span { .milliseconds(signal.count / 48) }

  /// Takes a captured period in, and fills `played` with the next, as many samples.
  public mutating func exchange(captured: borrowing PCMFrame, played: inout PCMFrame) {
    let start = recorded.count
    var captured = copy captured
    captured.withSamples { recorded.append(contentsOf: $0) }
    let count = recorded.count - start
    played.count = count
    played.withSamples { samples in
      for index in 0..<count { samples[index] = start + index < signal.count ? signal[start + index] : 0 }
    }
  }

  /// What was found. The canceller takes about as much work as ten seconds of a call; without it, `erle` and `reduction` stay 0.
  public func result(cancels: Bool = true) -> SoundCheckResult {
    precondition(isDone, "a sound check is asked before its end")
    var result = SoundCheckResult()
    let noise = power(of: recorded, SoundCheckSignal.floorStart..<SoundCheckSignal.chirpStart)
    let heard = power(of: recorded, SoundCheckSignal.noiseStart..<SoundCheckSignal.noiseEnd)
    result.noiseLevel = Self.level(noise)
    result.heardLevel = Self.level(heard)
    var (peak, clipped) = (0, 0)
    for index in SoundCheckSignal.chirpStart..<signal.count {
      let size = abs(Int(recorded[index]))
      peak = max(peak, size)
      if size >= 32_760 { clipped += 1 }
    }
    result.peakLevel = Self.level(Double(peak * peak))
    result.clippedPerMillion = clipped * 1_000_000 / (signal.count - SoundCheckSignal.chirpStart)
    result.delaySamples = delay()
    guard let delay = result.delaySamples else { return result }
    let back = SoundCheckSignal.noiseStart + delay..<min(SoundCheckSignal.noiseEnd + delay, signal.count)
    let echo = max(power(of: recorded, back) - noise, 1e-3)
    let played = power(of: signal, SoundCheckSignal.noiseStart..<SoundCheckSignal.noiseEnd - max(0, delay - 28_800))
    result.couplingLoss = Self.level(played) - Self.level(echo)
    if cancels { cancel(into: &result) }
    return result
  }

  // MARK: Parts

  /// The mean square, without what is constant.
  private func power(of samples: [Int16], _ range: Range<Int>) -> Double {
    var (sum, squares) = (0, 0)
    for index in range {
      let sample = Int(samples[index])
      sum += sample
      squares += sample * sample
    }
    let mean = Double(sum) / Double(range.count)
    return max(Double(squares) / Double(range.count) - mean * mean, 0)
  }

  /// Hundredths of a decibel below full scale, for a mean square of samples.
  private static func level(_ power: Double) -> Int32 {
    guard power > 0.01 else { return -9600 }
    let decibels = 10 * 0.434_294_481_9 * Maths.logarithm(power / 1_073_741_824)
    return Int32(max(-9600, min(0, (decibels * 100).rounded())))
  }

  /// Where the chirps are found: the three answers added up, at 8 kHz, then exactly.
  private func delay() -> Int? {
    let length = SoundCheckSignal.chirpSamples + SoundCheckSignal.delayMax
    var answer = [Float](repeating: 0, count: length)
    for number in 0..<SoundCheckSignal.chirpCount {
      let start = SoundCheckSignal.chirpStart + number * SoundCheckSignal.chirpSpacing
      for index in 0..<length where start + index < recorded.count { answer[index] += Float(recorded[start + index]) }
    }
    let chirp = SoundCheckSignal.chirp()
    let coarse = Self.correlate(Self.thinned(answer), Self.thinned(chirp), lags: 0..<SoundCheckSignal.delayMax / 6)
    var energy: Float = 0
    for value in coarse { energy += value * value }
    let mean = (energy / Float(coarse.count)).squareRoot()
    guard let best = Self.largest(coarse), abs(coarse[best]) > 8 * mean, mean > 0 else { return nil }
    let first = max(0, best * 6 - 12)
    let fine = Self.correlate(answer, chirp, lags: first..<min(best * 6 + 13, SoundCheckSignal.delayMax))
    return Self.largest(fine).map { first + $0 }
  }

  /// Every sixth sample of `samples`, each the mean of six: what is above 4 kHz is no chirp's.
  private static func thinned(_ samples: [Float]) -> [Float] {
    (0..<samples.count / 6).map { place in
      var sum: Float = 0
      for index in 0..<6 { sum += samples[place * 6 + index] }
      return sum / 6
    }
  }

  private static func correlate(_ samples: [Float], _ pattern: [Float], lags: Range<Int>) -> [Float] {
    samples.withUnsafeBufferPointer { samples in
      pattern.withUnsafeBufferPointer { pattern in
        lags.map { lag in
          let count = min(pattern.count, samples.count - lag)
          var sum: Float = 0
          var index = 0
          while index < count {
            sum += samples[lag + index] * pattern[index]
            index += 1
          }
          return sum
        }
      }
    }
  }

  private static func largest(_ values: [Float]) -> Int? {
    var best: Int?
    for index in values.indices where best.map({ abs(values[index]) > abs(values[$0]) }) ?? true { best = index }
    return best
  }

  /// Lets the canceller of calls hear it all, and compares what goes in with what comes out.
  private func cancel(into result: inout SoundCheckResult) {
    var canceller = KalmanCanceller(periodSamples: 480)
    canceller.set(SoundProcessing(echo: .cancel, noiseSuppression: false, gainControl: false))
    var microphone = PCMFrame(count: 480)
    var played = PCMFrame(count: 480)
    let judged = SoundCheckSignal.noiseEnd - 96_000..<SoundCheckSignal.noiseEnd
    var (before, after) = (LevelMeter(), LevelMeter())
    for start in stride(from: 0, to: SoundCheckSignal.noiseEnd, by: 480) {
      microphone.withSamples { samples in
        for index in 0..<480 { samples[index] = recorded[start + index] }
      }
      played.withSamples { samples in
        // What was handed over a period before.
        for index in 0..<480 { samples[index] = start < 480 ? 0 : signal[start - 480 + index] }
      }
      if judged.contains(start) { microphone.withSamples { before.add($0) } }
      canceller.process(microphone: &microphone, played: played)
      if judged.contains(start) { microphone.withSamples { after.add($0) } }
    }
    result.erle = canceller.report.isConverged ? canceller.report.erleCentibels : 0
    result.reduction = before.level.hundredths - after.level.hundredths
  }
}
