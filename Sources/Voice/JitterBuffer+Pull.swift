// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The jitter buffer's other half: what to play next.

public import Core

extension JitterBuffer {
  /// What to do for the next samples of the period that is due at `now`, of which `needed` (1 ... 960) are still
  /// wanted. `.conceal` and `.silence` ask for at most that many; packets and recoveries may give more, to be kept for
  /// the next period.
  public mutating func pull(needed: Int, at now: Instant) -> PlayoutAction {
    precondition(needed > 0 && needed <= Limits.periodSamplesMax, "a pull's size is out of bounds")
    let clock = Self.samples(now)
    lastPull = clock
    if !isPlaying, !start(clock) { return .silence(sampleCount: needed) }
    while let slot = oldest {
      let sampleCount = memory.slot(slot).pointee.sampleCount
      let begin = extended(memory.slot(slot).pointee.timestamp)
      let ahead = begin - position
      if ahead > 0 { return bridge(to: slot, ahead: ahead, needed: needed) }
      let slack = clock - begin - estimator.fastestTransit
      if ahead < 0 {
        let most = targetSamples + max(periodSamples, sampleCount) + Limits.jitterHysteresisSamples
        if missedSlack < Int64(targetSamples), slack <= Int64(most) {
          slackSamples -= ahead
          position = begin
        } else if 0 - ahead >= Int64(sampleCount) {
          latePackets += 1
          take(slot)
          continue
        }
      } else if wantsInsertion(clock) {
        let count = min(needed, sampleCount)
        slackSamples += Int64(count)
        lastInsertion = clock
        return .conceal(sampleCount: count)
      }
      return play(slot, begin: begin, slack: slack)
    }
    return run(out: needed)
  }

  /// After a frame was decoded: whether it should not be heard, because there is too much delay. `quiet` says that it
  /// would not be missed. When it should not, the next pull goes on behind it.
  public mutating func shouldDrop(sampleCount: Int, quiet: Bool) -> Bool {
    lastIsQuiet = quiet
    let excess = slackSamples - Int64(targetSamples)
    guard excess >= Int64(sampleCount + Limits.jitterHysteresisSamples), occupied != 0 else {
      excessSince = .min
      return false
    }
    if excessSince == .min { excessSince = lastPull }
    let sinceDrop = lastDrop == .min ? .max : lastPull - lastDrop
    let overdue =
      excess >= Self.muchExcess || lastPull - excessSince >= Self.excessPatience
      || (excess >= Self.someExcess && sinceDrop >= Self.dropSpacing)
    guard quiet || overdue else { return false }
    slackSamples -= Int64(sampleCount)
    lastDrop = lastPull
    excessSince = .min
    discardedPackets += 1
    return true
  }

  /// After a recovery was tried: whether the packet carried a copy.
  public mutating func recoveryEnded(_ recovered: Bool) { recovery.note(recovered: recovered) }

  // MARK: Steps

  private static let muchExcess: Int64 = 9600
  private static let someExcess: Int64 = 1920
  private static let dropSpacing: Int64 = 4800
  private static let excessPatience: Int64 = 96_000
  private static let insertionSpacing: Int64 = 1920

  /// Whether the first packet has waited long enough; what has waited much too long is dropped.
  private mutating func start(_ clock: Int64) -> Bool {
    while let slot = oldest {
      let sampleCount = memory.slot(slot).pointee.sampleCount
      let begin = extended(memory.slot(slot).pointee.timestamp)
      let slack = clock - begin - estimator.fastestTransit
      // A period that takes several packets needs the later ones sooner.
      let sooner = max(0, periodSamples - sampleCount)
      let wanted = Int64(targetSamples + sooner)
      guard slack >= wanted else { return false }
      if storedPackets > 1, slack - wanted >= Int64(sampleCount + Limits.jitterHysteresisSamples) {
        discard(slot)
        continue
      }
      position = begin
      pass(upTo: memory.slot(slot).pointee.sequence, taken: false)
      slackSamples = slack - Int64(sooner)
      concealedRun = 0
      missedSlack = .max
      excessSince = .min
      isPlaying = true
      hasBegun = true
      return true
    }
    return false
  }

  private mutating func play(_ slot: Int, begin: Int64, slack: Int64) -> PlayoutAction {
    let sampleCount = memory.slot(slot).pointee.sampleCount
    let missing = Self.distance(memory.slot(slot).pointee.sequence, nextSequence)
    let isCopy = memory.slot(slot).pointee.copyOffsetSamples > 0
    if isCopy { copies.played += 1 }
    recovery.note(missing: isCopy ? missing + 1 : missing, sampleCount: sampleCount)
    let skip = Int(position - begin)
    take(slot)
    position = begin + Int64(sampleCount)
    concealedRun = 0
    missedSlack = .max
    recoveredBefore = nil
    if !isCopy {
      playoutDelaySamples = Int(truncatingIfNeeded: lastPull - Self.samples(memory.slot(slot).pointee.instant))
    }
    // A low value: down at once, up by a thirty-second of the way.
    slackSamples = slack < slackSamples ? slack : slackSamples + (slack - slackSamples) / 32
    return .frame(slot: slot, sampleCount: sampleCount, skip: skip)
  }

  /// The next packet lies `ahead` samples in the future: something before it is lost, or the far side paused.
  private mutating func bridge(to slot: Int, ahead: Int64, needed: Int) -> PlayoutAction {
    let sequence = memory.slot(slot).pointee.sequence
    let sampleCount = Int64(memory.slot(slot).pointee.sampleCount)
    let missing = Self.distance(sequence, nextSequence)
    if missing > 0, ahead <= sampleCount, recoveredBefore != sequence {
      recoveredBefore = sequence
      recovery.note(missing: missing, sampleCount: Int(sampleCount))
      pass(upTo: sequence, taken: false)
      position += ahead
      concealedRun = 0
      missedSlack = .max
      return .recover(slot: slot, sampleCount: Int(sampleCount), skip: Int(sampleCount - ahead))
    }
    let wanted = missing > 0 && ahead > sampleCount ? ahead - sampleCount : ahead
    return run(out: Int(min(wanted, Int64(needed))), needed: needed)
  }

  /// Nothing is there: makes `count` samples up as long as that makes sense, then falls silent for `needed` and waits
  /// for a start.
  private mutating func run(out count: Int, needed: Int? = nil) -> PlayoutAction {
    let left = Limits.concealedSamplesMax - concealedRun
    guard left > 0 else {
      isPlaying = false
      lastIsQuiet = true
      return .silence(sampleCount: needed ?? count)
    }
    let made = min(count, left)
    if hasPackets { missedSlack = min(missedSlack, lastPull - position - estimator.fastestTransit) }
    position += Int64(made)
    concealedRun += made
    return .conceal(sampleCount: made)
  }

  private func wantsInsertion(_ clock: Int64) -> Bool {
    guard lastIsQuiet, slackSamples < Int64(targetSamples) else { return false }
    return lastInsertion == .min || clock - lastInsertion >= Self.insertionSpacing
  }
}
