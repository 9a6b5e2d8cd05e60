// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One talker's packets, put in order and held just long enough: the decision what to play next, without the playing.
//
// DESIGN. The buffer keeps a timeline: `position` is the timestamp of the next sample to be made. At a pull, a packet's
// slack is the pull's time less its timestamp less the fastest transit: how late a packet could have come and still be
// played. The estimator says how much slack is wanted. Slack changes only
//   - at a start or after a silence: the first packet waits until it has the slack wanted;
//   - up, when a packet comes too late and more slack is wanted anyway: it is played late instead of thrown away;
//   - up or down by stretching what was decoded (`stretchWanted`): the sound is made longer when packets have less slack
//     than wanted, and shorter when they would have enough if all were played a period earlier.
// So clock drift of either sign is taken up by some samples left out or put in twice now and then. Packets are needed
// at the beginning of a period, while the sound of a stretched one begins anywhere in it: with q the shorter of period
// and frame, the delay lies between the target and q above it, and nothing is gained by less. Gaps in timestamps (the
// far side paused) cost nothing: the timeline goes on meanwhile.
//
//   questions  targetSamples, slackSamples, storedPackets, the counters
//   in         insert, reset
//   out        pull -> payload(of:), after .frame played and stretchWanted -> pullAhead,
//              stretched, stretchRefused
//
// What is unlike RFC 3550 appendix A.8: that jitter is a report's statistic; nothing here uses it.

public import Core

/// What to do for the next samples of a talker.
public enum PlayoutAction: Equatable, Sendable, BitwiseCopyable {
  /// Decode the packet in `slot` and leave out its first `skip` samples, whose time is over.
  case frame(slot: Int, sampleCount: Int, skip: Int)
  /// Recover the frame before the packet in `slot` from that packet, and leave out the first `skip` of `sampleCount`
  /// samples. The packet itself comes with the next pull.
  case recover(slot: Int, sampleCount: Int, skip: Int)
  /// Make up `sampleCount` samples.
  case conceal(sampleCount: Int)
  /// Play `sampleCount` zeroes: there is nothing, or not yet.
  case silence(sampleCount: Int)
}

/// What should happen to sound that was decoded, so that the delay becomes what it should be. A join is only made where
/// the sound is quiet, or like itself at least so much (the square of a correlation): the further off, the less.
public enum StretchWish: Equatable, Sendable, BitwiseCopyable {
  case none
  /// Leave out up to `most` samples.
  case shorten(most: Int, likeness: Float)
  /// Put in `by` samples, or up to `most` where the sound has its own idea.
  case lengthen(by: Int, most: Int, likeness: Float)
}

/// A talker's jitter buffer, of fixed memory. When full it drops the oldest and counts it. Owned by the audio thread.
public struct JitterBuffer: ~Copyable {
  /// Packets that came after their time was played.
  public internal(set) var latePackets: UInt64 = 0
  /// Packets that were already there, or already played.
  public internal(set) var duplicatePackets: UInt64 = 0
  /// Packets dropped because too much had piled up or they belonged to no timeline.
  public internal(set) var discardedPackets: UInt64 = 0
  /// From the arrival of the last packet played to its being pulled, in samples at 48 kHz.
  public internal(set) var playoutDelaySamples = 0

  /// What became of copies of missing packets.
  public internal(set) var copies = CopyCounters()

  let memory: FrameMemory
  let periodSamples: Int
  var estimator = DelayEstimator()
  var recovery = RecoveryPolicy()

  /// One bit a slot; all stored sequence numbers lie in nextSequence ..< nextSequence + 64.
  var occupied: UInt64 = 0
  /// Bit i: whether the packet nextSequence - 1 - i was taken or dropped, so that a copy of it is a duplicate.
  var passed: UInt64 = 0
  var nextSequence: UInt32 = 0
  /// The timestamp of the newest packet, extended to 64 bits; meaningless before the first.
  var newestTimestamp: Int64 = 0
  /// The timestamp of the next sample to be made, extended likewise.
  var position: Int64 = 0
  var isPlaying = false
  var hasBegun = false
  var hasPackets = false
  var concealedRun = 0
  /// The least slack of a sample that was made up since the last packet: how late the missing packet could have come.
  var missedSlack: Int64 = .max
  var recoveredBefore: UInt32?
  /// From a sample's timestamp to its being played: a low value of it, for the worst counts.
  var playoutTransit: Int64 = 0
  /// Of the packet played last: where in its period it began, and how long it is.
  var lastOffset = 0
  var lastSampleCount = Limits.receivedFrameSamplesMax
  var lastStretch: Int64 = .min
  /// When sound was put in last although packets had slack enough.
  var lastSmallStep: Int64 = .min
  var lastPull: Int64 = 0
  var strangers = 0

  /// An empty buffer that is pulled `periodSamples` samples a time.
  init(memory: consuming FrameMemory, periodSamples: Int) {
    precondition(periodSamples > 0 && periodSamples <= Limits.periodSamplesMax, "a period's size is out of bounds")
    self.memory = memory
    self.periodSamples = periodSamples
  }

  /// The slack aimed at, in samples at 48 kHz.
  public var targetSamples: Int {
    min(Limits.jitterTargetSamplesMax, estimator.targetSamples + recovery.extraSamples)
  }

  /// The delay aimed at, from a packet as fast as the fastest to its first sample: the slack wanted and a millisecond that
  /// is left alone, and the mean wait for a period to begin.
  public var targetDelaySamples: Int { targetSamples + 48 + periodSamples - quantum + quantum / 2 }

  /// The delay there is, likewise; a low value of it.
  public var delaySamples: Int64 {
    estimator.fastestTransit == .max ? 0 : playoutTransit &- estimator.fastestTransit
  }

  /// The slack that packets have lately, in samples at 48 kHz: the delay, less what sound waits within its period.
  public var slackSamples: Int64 { delaySamples - Int64(periodSamples - quantum + lastOffset % quantum) }

  /// Slack changes by this much at once: by a period, or by a frame where a period takes several.
  var quantum: Int { min(periodSamples, lastSampleCount) }

  /// How many packets wait.
  public var storedPackets: Int { occupied.nonzeroBitCount }

  /// Forgets packets, timeline and delays, as for a new SSRC; the counters stay.
  public mutating func reset() {
    discardedPackets += UInt64(storedPackets)
    occupied = 0
    passed = 0
    estimator = DelayEstimator()
    recovery = RecoveryPolicy()
    isPlaying = false
    hasBegun = false
    hasPackets = false
    concealedRun = 0
    missedSlack = .max
    recoveredBefore = nil
    playoutTransit = 0
    lastOffset = 0
    lastStretch = .min
    lastSmallStep = .min
    strangers = 0
  }

  /// Forgets everything, the counters too.
  public mutating func restart() {
    reset()
    (latePackets, duplicatePackets, discardedPackets, playoutDelaySamples) = (0, 0, 0, 0)
    copies = CopyCounters()
  }

  /// Stores a copy of `frame`, which codes for `sampleCount` samples (1 ... 5,760) and arrived at `frame.instant`. What
  /// is late, double or strange is counted and dropped.
  public mutating func insert(_ frame: borrowing EncodedFrame, sampleCount: Int) {
    precondition(
      sampleCount > 0 && sampleCount <= Limits.receivedFrameSamplesMax, "a received frame's size is out of bounds")
    guard frame.copyOffsetSamples == 0 else { return insertCopy(frame, sampleCount: sampleCount) }
    let arrival = Self.samples(frame.instant)
    if !hasPackets { begin(frame) }
    var ahead = Self.distance(frame.sequence, nextSequence)
    if isDuplicate(frame.sequence, ahead: ahead) {
      duplicatePackets += 1
      return
    }
    let transit = arrival &- extended(frame.timestamp)
    if isStranger(ahead: ahead, lateness: transit &- estimator.fastestTransit) {
      strangers += 1
      guard strangers >= Self.strangersMax else {
        discardedPackets += 1
        return
      }
      // Three in a row agree that the old timeline is over.
      reset()
      begin(frame)
      ahead = 0
    }
    strangers = 0
    newestTimestamp = max(newestTimestamp, extended(frame.timestamp))
    _ = estimator.observe(transit: arrival &- extended(frame.timestamp), arrival: arrival)
    if ahead < 0, !hasBegun, 0 - ahead + span() <= Limits.jitterSlots {
      nextSequence = frame.sequence
      passed = 0
      ahead = 0
    }
    guard ahead >= 0 else {
      latePackets += 1
      return
    }
    makeRoom(for: frame.sequence)
    let slot = Self.slot(frame.sequence)
    memory.slot(slot).pointee = copy frame
    memory.slot(slot).pointee.sampleCount = sampleCount
    occupied |= 1 << UInt64(slot)
    boundSpan()
  }

  /// A window on the packet that the last action named; valid until the next insert.
  public func payload(of slot: Int) -> ByteView { EncodedFrame.payload(at: memory.slot(slot)) }

  // MARK: Helpers

  private static let strangersMax = 3
  /// Sequence numbers further away than this belong to another stream (RFC 3550 appendix A.1 calls it MAX_DROPOUT).
  private static let sequenceJumpMax = 3000

  private mutating func begin(_ frame: borrowing EncodedFrame) {
    hasPackets = true
    nextSequence = frame.sequence
    newestTimestamp = Int64(frame.timestamp.value)
  }

  private func isDuplicate(_ sequence: UInt32, ahead: Int) -> Bool {
    if ahead >= 0 {
      let slot = Self.slot(sequence)
      return ahead < Limits.jitterSlots && occupied & (1 << UInt64(slot)) != 0
    }
    return ahead >= -64 && passed & (1 << UInt64(-1 - ahead)) != 0
  }

  private func isStranger(ahead: Int, lateness: Int64) -> Bool {
    if ahead > Self.sequenceJumpMax || ahead < 0 - Self.sequenceJumpMax { return true }
    guard estimator.fastestTransit != .max else { return false }
    let limit = Int64(Limits.jitterTargetSamplesMax)
    return lateness > limit || lateness < 0 - limit
  }

  /// Drops the oldest packets until `sequence` lies within the slots.
  private mutating func makeRoom(for sequence: UInt32) {
    while Self.distance(sequence, nextSequence) >= Limits.jitterSlots {
      guard let slot = oldest else {
        pass(upTo: sequence, taken: false)
        return
      }
      let first = memory.slot(slot).pointee.sequence
      guard Self.distance(sequence, first) >= Limits.jitterSlots else {
        pass(upTo: sequence &- UInt32(Limits.jitterSlots - 1), taken: false)
        return
      }
      discard(slot)
    }
  }

  /// Drops the oldest packets while there is more sound than anyone wants to wait for.
  private mutating func boundSpan() {
    while storedPackets > 1, let slot = oldest {
      let begin = extended(memory.slot(slot).pointee.timestamp)
      guard newestTimestamp - begin > Int64(Limits.jitterSpanSamplesMax) else { return }
      discard(slot)
    }
  }

  mutating func discard(_ slot: Int) {
    discardedPackets += 1
    take(slot)
  }

  /// Takes the packet out of its slot; its bytes stay until the next insert.
  mutating func take(_ slot: Int) {
    occupied &= ~(1 << UInt64(slot))
    pass(upTo: memory.slot(slot).pointee.sequence &+ 1, taken: true)
  }

  /// Moves on to `sequence`; `taken` says whether the packet before it was there.
  mutating func pass(upTo sequence: UInt32, taken: Bool) {
    let steps = Self.distance(sequence, nextSequence)
    guard steps > 0 else { return }
    passed = steps >= 64 ? 0 : passed << UInt64(steps)
    if taken { passed |= 1 }
    nextSequence = sequence
  }

  /// How many sequence numbers lie between the next one and the newest stored, both included.
  private func span() -> Int {
    let rotation = UInt64(Self.slot(nextSequence))
    let rotated = occupied >> rotation | (rotation == 0 ? 0 : occupied << (64 - rotation))
    return 64 - rotated.leadingZeroBitCount
  }

  /// The slot of the stored packet that is next in order, or nil.
  var oldest: Int? {
    guard occupied != 0 else { return nil }
    let rotation = UInt64(Self.slot(nextSequence))
    let rotated = occupied >> rotation | (rotation == 0 ? 0 : occupied << (64 - rotation))
    return (rotated.trailingZeroBitCount + Int(rotation)) % Limits.jitterSlots
  }

  /// The 64-bit timestamp of `timestamp`, the one nearest to the newest packet's.
  func extended(_ timestamp: RTPTimestamp) -> Int64 {
    let difference = Int32(bitPattern: timestamp.value &- UInt32(truncatingIfNeeded: newestTimestamp))
    return newestTimestamp &+ Int64(difference)
  }

  static func slot(_ sequence: UInt32) -> Int { Int(sequence % UInt32(Limits.jitterSlots)) }

  static func distance(_ sequence: UInt32, _ other: UInt32) -> Int {
    Int(Int32(bitPattern: sequence &- other))
  }

  static func samples(_ instant: Instant) -> Int64 { instant.nanoseconds / 1000 * 48 / 1000 }
}
