// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Our own echo canceller and noise suppressor.
//
//   microphone (48 kHz) --> low band --> high-pass --.--> Kalman filter --> suppressor --> joined with the rest --> out
//                                                    |         ^
//   played (48 kHz) --> low band --> high-pass --> ring --> read with delay and drift
//                                                    '--> delay search
//
// Blocks of 10 ms, whatever the period. The sound comes out `delaySamples` later, always: 541 samples (11.3 ms), and 240
// more (5 ms) where periods are shorter than a block. With echo and noise both off it passes at once, untouched.

public import Core

/// Takes the echo of what was played and steady noise out of the microphone's sound. Owned by the audio thread.
public struct KalmanCanceller: EchoCanceller, ~Copyable {
  /// By how much the microphone's sound comes later, in samples at 48 kHz, while anything is switched on.
  public let delaySamples: Int

  private static let margin: Float = 48
  /// The filters that read between samples need so many younger ones.
  private static let leastLag = 8.0
  private let prefill: Int
  private var processing = SoundProcessing()
  private var isRunning = true

  // A block at 48 kHz, and what goes out.
  private let memory: FloatMemory
  private let micIn: Floats
  private let playedIn: Floats
  private let out: Floats
  private var filled = 0
  private var ready = 0

  // A block at 16 kHz.
  private let mic: Floats
  private let low: Floats
  private let far: Floats
  private let aligned: Floats
  private let estimate: Floats
  private let left: Floats
  private let worked: Floats
  private let history: Floats

  private var micSplit: BandSplit
  private var farSplit: BandSplit
  private var micHighPass = HighPass()
  private var farHighPass = HighPass()
  private var ring: ReferenceRing
  private var search: DelaySearch
  private var filter: KalmanFilter
  private var drift: DriftTracker
  private var suppressor: ResidualSuppressor
  private let transform: FourierTransform

  // The delay.
  private var lag = 0.0
  private var direct = 0.0
  private var isLocked = false
  private var lastFound: Float = 0
  private var foundAgain = 0

  // Half duplex: 350 ms that the echo may be late by, and 200 ms of the room's own.
  private static let farHoldBlocks = 55
  private var farHold = 0
  private var opening: Float = 1

  // Trust.
  private var activeHold = 0
  private var trust = 0
  private var isTrusted = false
  private var micPower: Float = 0
  private var leftPower: Float = 0
  private var leastLeft: Float = 1
  private var estimatePower: Float = 0
  private var urgentBlocks = 0
  private var fitting = 0

  /// How many floats of memory it takes itself.
  static let memoryCount = 2 * 480 + 1440 + 7 * 160 + 320 + 64

  /// Over parts made for it; see `init(periodSamples:)`.
  init(
    periodSamples: Int, memory: consuming FloatMemory, micSplit: consuming BandSplit, farSplit: consuming BandSplit,
    ring: consuming ReferenceRing, search: consuming DelaySearch, filter: consuming KalmanFilter,
    drift: consuming DriftTracker, suppressor: consuming ResidualSuppressor, transform: consuming FourierTransform
  ) {
    prefill = periodSamples % 480 == 0 ? 0 : 240
    delaySamples = BandSplit.delaySamples + prefill
    var parts = FloatParts(of: memory)
    micIn = parts.take(480)
    playedIn = parts.take(480)
    out = parts.take(1440)
    mic = parts.take(160)
    low = parts.take(160)
    far = parts.take(160)
    aligned = parts.take(160)
    estimate = parts.take(160)
    left = parts.take(160)
    worked = parts.take(160)
    history = parts.take(320)
    self.memory = memory
    self.micSplit = micSplit
    self.farSplit = farSplit
    self.ring = ring
    self.search = search
    self.filter = filter
    self.drift = drift
    self.suppressor = suppressor
    self.transform = transform
    ready = prefill
  }

  /// Takes a period in and gives the one `delaySamples` before. `played` is what was handed to the loudspeaker a cycle before; what
  /// it lacks is silence.
  public mutating func process(microphone: inout PCMFrame, played: borrowing PCMFrame) {
    guard isRunning else { return }
    let count = min(microphone.count, Limits.periodSamplesMax)
    let playedCount = min(count, played.count)
    var played = copy played
    microphone.withSamples { samples in
      played.withSamples { reference in
        var index = 0
        while index < count {
          let part = min(480 - filled, count - index)
          var offset = 0
          while offset < part {
            let place = index + offset
            micIn[filled + offset] = Float(samples[place]) * (1 / 32_768)
            playedIn[filled + offset] = place < playedCount ? Float(reference[place]) * (1 / 32_768) : 0
            offset += 1
          }
          filled += part
          index += part
          if filled == 480 {
            processBlock(out + ready)
            ready += 480
            filled = 0
          }
        }
        give(samples, count)
      }
    }
  }

  /// Hands out the oldest samples; silence where a device's short period left too few.
  private mutating func give(_ samples: UnsafeMutableBufferPointer<Int16>, _ count: Int) {
    let missing = max(0, count - ready)
    var index = 0
    while index < count {
      let value = index < missing ? 0 : out[index - missing] * 32_768
      samples[index] = Int16(max(-32_768, min(32_767, value < 0 ? value - 0.5 : value + 0.5)))
      index += 1
    }
    let used = count - missing
    ready -= used
    out.copy(from: out + used, count: ready)
  }

  private mutating func processBlock(_ out: Floats) {
    micSplit.split(micIn, low)
    micSplit.keep(micIn)
    mic.copy(from: low, count: 160)
    micHighPass.process(mic, count: 160)
    farSplit.split(playedIn, far)
    farHighPass.process(far, count: 160)
    ring.write(far)
    let echoIsHeld = processing.echo != .off
    if echoIsHeld { cancel() } else { left.copy(from: mic, count: 160) }
    let isFarActive = activeHold > 0
    suppressor.process(
      left: left, estimated: estimate, expected: filter.expected,
      .init(
        isFarActive: isFarActive, misfit: isFarActive ? filter.misfit : 0, isTrusted: isTrusted,
        wasGood: leastLeft < 0.03, holdsNoise: processing.noiseSuppression, holdsEcho: echoIsHeld), out: worked,
      transform: transform)
    let open = takeTurns()
    micSplit.join(worked, low: low, gain: suppressor.upperGain * open, out)
  }

  /// Half duplex: the microphone is shut while the far side is heard and until its echo is over; answers how far it is open.
  private mutating func takeTurns() -> Float {
    let wanted: Float
    if processing.echo == .halfDuplex {
      farHold = far.energy(160) > 3e-6 * 160 ? Self.farHoldBlocks : max(0, farHold - 1)
      wanted = farHold > 0 ? 0 : 1
    } else {
      farHold = 0
      wanted = 1
    }
    let before = opening
    // Shut in two blocks, open in ten.
    opening = max(wanted, opening - 0.5)
    opening = min(opening, before + 0.1)
    if before < 1 || opening < 1 {
      let step = (opening - before) / 160
      var index = 0
      while index < 160 {
        worked[index] = worked[index] * (before + step * Float(index))
        index += 1
      }
    }
    return opening
  }

  private mutating func cancel() {
    if let finding = search.process(reference: far, microphone: mic, present: Float(direct)) { consider(finding) }
    // A drift this small the filter follows by itself, and a reading without it can be as young as what is heard: a
    // direct path that is younger still must not be lost for a drift that the filter can bear.
    let isEarly = direct < Self.leastLag + 2 && drift.rate > -6e-5 || drift.rate > 0 && lag <= Self.leastLag
    if isEarly { drift.hold() }
    let rate = abs(drift.rate) < (lag == 0 ? 4e-5 : 4e-6) || isEarly ? 0 : drift.rate
    if rate != 0 { lag = max(Self.leastLag, lag) }
    ring.read(aligned, count: 160, lag: lag, rate: rate)
    lag = min(9000, lag - 160 * rate)
    direct -= 160 * rate
    let isLoud = aligned.energy(160) > 3e-6 * 160
    activeHold = isLoud ? 20 : max(0, activeHold - 1)
    var noise: Float = 3e-4 * (filter.isYoung ? 8 : 1) + min(0.02, 10 * abs(drift.lastShift) * 1e-3)
    // A filter that never was good may learn from what is wrongly taken for near speech.
    if isTrusted, suppressor.near > 0.3 { noise *= leastLeft < 0.03 ? 0.01 : 1 }
    filter.process(
      reference: aligned, microphone: mic, estimate: estimate, left: left, isActive: isLoud, noise: noise,
      transform: transform)
    if !filter.isSound {
      restart()
      left.copy(from: mic, count: 160)
      estimate.clear(160)
      return
    }
    drift.process(filter, isActive: isLoud, isTrusted: isLocked)
    follow(isLoud)
    if filter.correlation < -0.3 {
      // An estimate that points the wrong way is faded out.
      let share = max(0, 1 + (filter.correlation + 0.3) / 0.7)
      var index = 0
      while index < 160 {
        left[index] = mic[index] - share * estimate[index]
        index += 1
      }
    }
    if processing.echo == .suppress { left.copy(from: mic, count: 160) }
  }

  /// Whether the estimate may be believed: it takes away most of the echo, or is unrelated to what is left for a while.
  private mutating func follow(_ isLoud: Bool) {
    guard isLoud else { return }
    micPower = 0.95 * micPower + 0.05 * mic.energy(160)
    leftPower = 0.95 * leftPower + 0.05 * left.energy(160)
    estimatePower = 0.95 * estimatePower + 0.05 * estimate.energy(160)
    if micPower > 1e-3 { leastLeft = min(leastLeft, leftPower / micPower) }
    if isTrusted { return watch() }
    let takesAway = leftPower < 0.166 * micPower
    let fits = abs(filter.correlation) < 0.1 && estimatePower > 0.05 * micPower
    if takesAway || fits { trust += 1 } else { trust = max(0, trust - 1) }
    if trust >= 20 { isTrusted = true }
  }

  /// Keeps the filter while it is good, for the moment the delay jumps: then it learns wrong weights until the search
  /// finds the new delay. Where it suddenly does not fit the search is told to be quick.
  private mutating func watch() {
    if filter.misfit > 0.08 {
      if !isUrgent { search.hurry() }
      urgentBlocks = 100
      fitting = 0
    } else {
      urgentBlocks = max(0, urgentBlocks - 1)
    }
    search.isUrgent = isUrgent
    if leastLeft < 0.1, filter.misfit < 0.02, left.energy(160) < 0.2 * mic.energy(160) { fitting += 1 }
    if fitting == 50 {
      filter.keep()
      fitting = 0
    }
  }

  private var isUrgent: Bool { urgentBlocks > 0 }

  private mutating func consider(_ finding: DelaySearch.Finding) {
    guard finding.peak > 7 else {
      foundAgain = 0
      return
    }
    foundAgain = abs(finding.lag - lastFound) <= 8 ? foundAgain + 1 : 1
    lastFound = finding.lag
    if isLocked, abs(Double(finding.lag) - direct) < 8 { direct += 0.1 * (Double(finding.lag) - direct) }
    if !isLocked {
      guard foundAgain >= 2 || finding.peak > 12 else { return }
      isLocked = true
      direct = Double(finding.lag)
      let count = max(0, Int(finding.lag - Self.margin)) / 160
      if count == 0, direct > 32 {
        // Too little for a partition, and yet needed where the clocks bring the echo nearer: the path begins anew.
        move(by: direct - 14)
        filter.shift(by: KalmanFilter.partitions)
      } else {
        // The path so far was learnt with the least delay: it moves by whole partitions and is kept.
        move(by: Double(count * 160))
        filter.shift(by: count)
      }
      // Until now there was nothing to be learnt: an echo that comes late finds a filter that expects one.
      if leftPower > 0.5 * micPower { filter.doubt(0, rest: 0.3) }
    } else {
      let change = Double(finding.lag) - direct
      // Where the path begins right before the direct one, less is too much.
      let most: Double = lag > 0 && lag < 100 ? 8 : 24
      guard foundAgain >= (isUrgent ? 2 : 3), abs(change) > most, finding.atPresent < (isUrgent ? 0.8 : 0.6)
      else { return }
      direct += change
      guard lag + change >= Self.leastLag else {
        // So young cannot be read; the path begins anew.
        move(by: max(0, direct - 14) - lag)
        filter.shift(by: KalmanFilter.partitions)
        leastLeft = 1
        return
      }
      move(by: change)
      if isUrgent, filter.hasKept {
        filter.recall()
        urgentBlocks = 0
        search.isUrgent = false
      } else {
        filter.doubt(0.5, rest: 0.05)
        leastLeft = 1
      }
    }
  }

  /// Reads the reference `samples` later from now on, the spectra of the past included.
  private mutating func move(by samples: Double) {
    guard samples != 0 else { return }
    let moved = lag + samples
    lag = min(9000, moved == 0 ? 0 : max(Self.leastLag, moved))
    var partition = 0
    while partition < KalmanFilter.partitions {
      ring.read(history, count: 320, lag: lag + 160 + 160 * Double(partition), rate: 0)
      filter.replace(partition, history, transform: transform)
      partition += 1
    }
    drift.restart()
  }

  private mutating func restart() {
    filter.reset()
    drift.reset()
    suppressor.reset()
    search.reset()
    lag = 0
    isLocked = false
    foundAgain = 0
    activeHold = 0
    trust = 0
    isTrusted = false
    micPower = 0
    leftPower = 0
    estimatePower = 0
    leastLeft = 1
    urgentBlocks = 0
    fitting = 0
  }

  /// Switches echo and noise; what was learnt of the echo is kept unless it is switched off or on.
  public mutating func set(_ processing: SoundProcessing) {
    let runs = processing.echo != .off || processing.noiseSuppression
    if runs, !isRunning {
      restart()
      ring.reset()
      micSplit.reset()
      farSplit.reset()
      filled = 0
      ready = prefill
      out.clear(1440)
    } else if processing.echo == .off || self.processing.echo == .off, processing.echo != self.processing.echo {
      restart()
      estimate.clear(160)
    }
    self.processing = processing
    isRunning = runs
  }

  /// Whether far speech is played, or was a moment ago, and nobody speaks here.
  public var isFarOnly: Bool { isRunning && processing.echo != .off && activeHold > 0 && suppressor.near < 0.3 }

  /// Delay, echo return loss enhancement, drift and who speaks.
  public var report: ProcessingReport {
    var report = ProcessingReport()
    guard isRunning, processing.echo != .off else { return report }
    report.bulkDelaySamples = Int32(3 * lag)
    report.driftPartsPerBillion = Int32(drift.rate * -1e9)
    report.isConverged = isTrusted
    report.nearSpeech = suppressor.near > 0.5
    if leftPower > 0, micPower > 0 {
      report.erleCentibels = Int32(1000 * 0.4342944819 * Maths.logarithm(Double(micPower / leftPower)))
    }
    return report
  }
}
