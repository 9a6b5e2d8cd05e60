// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The jitter buffer's other half: what to play next.

public import Core

extension JitterBuffer {
  /// What to do for the next samples of the period that is due at `now`, of which `needed` (1 ... 960) are still
  /// wanted, `offset` behind its first. `.conceal` and `.silence` ask for at most that many; packets and recoveries may
  /// give more, to be kept for the next period.
  public mutating func pull(needed: Int, offset: Int = 0, at now: Instant) -> PlayoutAction {
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
        let most = targetSamples + max(periodSamples, sampleCount) + Self.excessLeft
        if missedSlack < Int64(targetSamples), slack <= Int64(most) {
          playoutTransit -= ahead
          position = begin
        } else if 0 - ahead >= Int64(sampleCount) {
          if memory.slot(slot).pointee.copyOffsetSamples > 0 {
            // Its packet is lost all the same, and would have been heard with more delay.
            copies.late += 1
            recovery.note(missing: 1, sampleCount: sampleCount)
          } else {
            latePackets += 1
          }
          take(slot)
          continue
        }
      }
      return play(slot, begin: begin, offset: offset)
    }
    return run(out: lostSamples(needed), needed: needed)
  }

  /// The packet that follows what was pulled, when it is there, so that more sound can be left out than one packet has;
  /// `offset` is where its sound would begin, counted from the period that is due at `now`.
  public mutating func pullAhead(offset: Int, at now: Instant) -> PlayoutAction? {
    guard isPlaying, let slot = oldest, memory.slot(slot).pointee.sequence == nextSequence else { return nil }
    let frame = memory.slot(slot)
    let begin = extended(frame.pointee.timestamp)
    guard begin == position, frame.pointee.sampleCount <= Limits.frameSamplesMax else { return nil }
    return play(slot, begin: begin, offset: offset)
  }

  /// After a packet was decoded: whether its sound should become longer or shorter. Answer with `stretched` or
  /// `stretchRefused`.
  public func stretchWanted() -> StretchWish {
    guard lastStretch == .min || lastPull - lastStretch >= Int64(Limits.stretchSpacingSamples) else { return .none }
    let step = quantum
    let inside = lastOffset % step
    let slack = Int(clamping: slackSamples - Int64(targetSamples))
    let excess = slack + inside
    if slack < 0 {
      let wanted = (step - 1 - slack) / step * step - inside
      return .lengthen(
        by: wanted, most: wanted + Self.overshoot,
        likeness: Self.likeness(off: 0 - slack, bad: Self.badLack, worst: Self.worstLack))
    }
    if excess < Self.leastExcess {
      // Not so much that it were left out again.
      let wanted = min(Self.smallStep, step - inside - 2 * Self.leastExcess)
      guard wanted > 0 else { return .none }
      return .lengthen(
        by: wanted, most: min(Self.smallStep + Self.overshoot, step - inside - Self.leastExcess - 1),
        likeness: Self.unheard)
    }
    // Sound that waits within its period can be left out where the slack is beyond doubt, or much of it waits, or it
    // was not put in lately because of drift.
    let isFree = slack >= Self.excessLeft || excess >= Self.idleExcess
    let isOld = lastSmallStep == .min || lastPull - lastSmallStep >= Self.smallStepStays
    guard excess >= step || (inside >= Self.leastInside && (isFree || isOld)) else { return .none }
    let most = min(inside + slack / step * step, excess - Self.excessLeft)
    guard most > 0, excess >= step || most >= Self.leastInside else { return .none }
    return .shorten(
      most: most, likeness: Self.likeness(off: excess - step, bad: Self.badExcess, worst: Self.worstExcess))
  }

  /// The sound that was asked about is `samples` longer, or shorter when below 0.
  public mutating func stretched(by samples: Int) {
    if samples > 0, slackSamples >= Int64(targetSamples) { lastSmallStep = lastPull }
    playoutTransit += Int64(samples)
    lastStretch = lastPull
  }

  /// The sound cannot be stretched where it is; asked again 10 ms later.
  public mutating func stretchRefused() { lastStretch = lastPull - Int64(Limits.stretchSpacingSamples - 480) }

  /// After a packet was decoded: whether it carried a copy of the one before it (in-band FEC).
  public mutating func played(carriesRecovery: Bool) { recovery.note(carriesRecovery: carriesRecovery) }

  // MARK: Steps

  /// A delay that is 20 ms too much, or 4 ms too little, is worth a join that is heard a little.
  private static let badExcess = 960
  private static let badLack = 192
  /// One that is 60 ms too much, or 20 ms too little, is worth any.
  private static let worstExcess = 2880
  private static let worstLack = 960
  /// At a correlation of 0.85 nothing is heard of a join, at 0.5 little.
  private static let unheard: Float = 0.7225
  private static let hardlyHeard: Float = 0.25

  private static func likeness(off: Int, bad: Int, worst: Int) -> Float {
    off >= worst ? -2 : off >= bad ? hardlyHeard : unheard
  }

  /// With less than 1.75 ms over the target the delay grows before packets come late; 2 ms are left when it shrinks.
  private static let leastExcess = 84
  private static let excessLeft = 96
  private static let leastInside = 48
  private static let smallStep = 96
  private static let idleExcess = 240
  private static let smallStepStays: Int64 = 960_000
  /// A pitch period may be so much longer than what is wanted.
  private static let overshoot = 48

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
      if storedPackets > 1, slack - wanted >= Int64(sampleCount + Self.excessLeft) {
        discard(slot)
        continue
      }
      position = begin
      pass(upTo: memory.slot(slot).pointee.sequence, taken: false)
      playoutTransit = clock - begin
      concealedRun = 0
      missedSlack = .max
      isPlaying = true
      hasBegun = true
      return true
    }
    return false
  }

  private mutating func play(_ slot: Int, begin: Int64, offset: Int) -> PlayoutAction {
    let sampleCount = memory.slot(slot).pointee.sampleCount
    let missing = Self.distance(memory.slot(slot).pointee.sequence, nextSequence)
    let isCopy = memory.slot(slot).pointee.copyOffsetSamples > 0
    if isCopy { copies.played += 1 }
    recovery.note(missing: isCopy ? missing + 1 : missing, sampleCount: sampleCount)
    let skip = Int(position - begin)
    let transit = lastPull + Int64(offset) - position
    take(slot)
    position = begin + Int64(sampleCount)
    concealedRun = 0
    missedSlack = .max
    recoveredBefore = nil
    if !isCopy {
      let arrival = Self.samples(memory.slot(slot).pointee.instant)
      playoutDelaySamples = Int(truncatingIfNeeded: lastPull + Int64(offset) - arrival)
    }
    lastOffset = offset
    lastSampleCount = sampleCount
    // A low value: down at once, up by a thirty-second of the way.
    playoutTransit = transit < playoutTransit ? transit : playoutTransit + (transit - playoutTransit) / 32
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
    return run(out: Int(min(wanted, Int64(lostSamples(needed)))), needed: needed)
  }

  /// How much to make up of what is missing: a whole frame where packets are waited for so long that it is lost beyond
  /// doubt, for a codec makes up one frame better than its two halves; else no more than is needed now.
  private func lostSamples(_ needed: Int) -> Int {
    let waited = recovery.extraSamples
    guard concealedRun == 0, waited > 0, slackSamples >= Int64(waited) else { return needed }
    return max(needed, lastSampleCount)
  }

  /// Nothing is there: makes `count` samples up as long as that makes sense, then falls silent for `needed` and waits
  /// for a start.
  private mutating func run(out count: Int, needed: Int? = nil) -> PlayoutAction {
    let left = Limits.concealedSamplesMax - concealedRun
    guard left > 0 else {
      isPlaying = false
      return .silence(sampleCount: needed ?? count)
    }
    let made = min(count, left)
    if hasPackets { missedSlack = min(missedSlack, lastPull - position - estimator.fastestTransit) }
    position += Int64(made)
    concealedRun += made
    return .conceal(sampleCount: made)
  }
}
