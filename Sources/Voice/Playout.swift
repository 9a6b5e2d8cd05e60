// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One talker's way from packets to exactly a period of samples.
//
//   packets --> jitter buffer --> decoder --> held samples --> stretched --> period
//               (what is next,    (decode, recover, conceal)   (`TimeStretch`)
//                how much delay)  (packets of 2.5 ... 120 ms, periods of 5 ... 20 ms)
//
// Made-up sound fades from 40 ms on and ends at 100 ms; meanwhile comfort noise rises, which lasts as long as the
// silence. The first 2.5 ms after it fade in, so that nothing clicks.
//
// The memory: what was played last, then what is held. The former is what a stretch repeats. To leave sound out that
// is longer than a packet, packets that are there are decoded ahead.

public import Core

/// A decoder with its jitter buffer. Owned by the audio thread; memory is made at init and only used afterwards.
public struct Playout<Decoder: VoiceDecoder & ~Copyable>: ~Copyable {
  private var decoder: Decoder
  private var jitter: JitterBuffer
  /// The played samples that may be heard again, then the held ones.
  private let memory: SampleMemory
  private var heldStart = Self.base
  private var heldCount = 0
  private var concealedRun = 0
  private var fadeInLeft = Self.fadeInSamples
  private var quietness = Quietness()
  private var noise = ComfortNoise()
  private var counters = TalkerReport()

  private static var fadeInSamples: Int { 120 }
  private static var base: Int { Limits.stretchLagSamplesMax }
  /// As much is decoded ahead for a stretch, in packets of up to 20 ms.
  private static var aheadSamples: Int { Limits.stretchLagSamplesMax + TimeStretch.windowSamples }
  static var memorySamples: Int { base + aheadSamples + Limits.receivedFrameSamplesMax }

  /// A playout over memory that was made for it.
  init(decoder: consuming Decoder, jitter: consuming JitterBuffer, memory: consuming SampleMemory) {
    precondition(memory.count >= Self.memorySamples, "a playout's memory is too small")
    self.decoder = decoder
    self.jitter = jitter
    self.memory = memory
  }

  /// What it did since `restart`, as far as it knows; `isActive` is the caller's.
  public var report: TalkerReport {
    var report = counters
    report.playoutDelaySamples = Int32(truncatingIfNeeded: max(0, min(jitter.playoutDelaySamples, 1 << 30)))
    report.targetDelaySamples = Int32(truncatingIfNeeded: jitter.targetDelaySamples)
    report.latePackets = jitter.latePackets
    report.duplicatePackets = jitter.duplicatePackets
    report.discardedPackets = jitter.discardedPackets
    report.copiesPlayed = jitter.copies.played
    report.lateCopies = jitter.copies.late
    report.duplicateCopies = jitter.copies.duplicate
    return report
  }

  /// How many packets wait.
  public var storedPackets: Int { jitter.storedPackets }

  /// Forgets everything, counters too, as when a talker is added.
  public mutating func restart() {
    decoder.reset()
    jitter.restart()
    counters = TalkerReport()
    (heldStart, heldCount) = (Self.base, 0)
    for index in 0..<Self.base { memory[index] = 0 }
    concealedRun = 0
    fadeInLeft = Self.fadeInSamples
    quietness = Quietness()
    noise = ComfortNoise()
  }

  /// Takes a copy of the packet in `frame`; one that the decoder cannot tell the length of is counted and dropped.
  public mutating func insert(_ frame: UnsafePointer<EncodedFrame>) {
    var sampleCount = frame.pointee.sampleCount
    if sampleCount == 0 {
      sampleCount = decoder.sampleCount(of: EncodedFrame.payload(at: UnsafeMutablePointer(mutating: frame))) ?? 0
    }
    guard sampleCount > 0, sampleCount <= Limits.receivedFrameSamplesMax else {
      counters.undecodablePackets += 1
      return
    }
    jitter.insert(frame.pointee, sampleCount: sampleCount)
  }

  /// Fills `period` (1 ... 960 samples), which is due at `now`.
  public mutating func pull(into period: UnsafeMutableBufferPointer<Int16>, at now: Instant) {
    var filled = 0
    while filled < period.count {
      if heldCount > 0 {
        let count = min(heldCount, period.count - filled)
        let source = memory.part(heldStart, count: count)
        // As bytes: one by one, samples cost fifteen instructions each.
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: period[filled..<filled + count]))
          .copyMemory(from: UnsafeRawBufferPointer(source))
        heldStart += count
        heldCount -= count
        filled += count
        continue
      }
      switch jitter.pull(needed: period.count - filled, offset: filled, at: now) {
      case .frame(let slot, let sampleCount, let skip):
        if decode(slot, sampleCount: sampleCount, skip: skip) { stretch(offset: filled, at: now) }
      case .recover(let slot, let sampleCount, let skip): recover(slot, sampleCount: sampleCount, skip: skip)
      case .conceal(let sampleCount): conceal(sampleCount)
      case .silence(let sampleCount): silence(sampleCount)
      }
    }
  }

  /// Decodes the packet behind what is held; false when it was made up instead.
  private mutating func decode(_ slot: Int, sampleCount: Int, skip: Int) -> Bool {
    let start = makeRoom()
    let room = memory.part(start, count: Limits.receivedFrameSamplesMax)
    guard let decoded = decoder.decode(jitter.payload(of: slot), into: room) else {
      counters.undecodablePackets += 1
      conceal(sampleCount - skip)
      return false
    }
    hold(start, decoded: decoded, sampleCount: sampleCount, skip: skip)
    let fresh = memory.part(start, count: sampleCount)
    if quietness.judge(fresh) { noise.learn(fresh) }
    counters.playedFrames += 1
    concealedRun = 0
    jitter.played(carriesRecovery: decoder.carriesRecovery(jitter.payload(of: slot)))
    return true
  }

  private mutating func recover(_ slot: Int, sampleCount: Int, skip: Int) {
    let start = makeRoom()
    let room = memory.part(start, count: Limits.receivedFrameSamplesMax)
    let recovered = decoder.recover(from: jitter.payload(of: slot), sampleCount: sampleCount, into: room)
    guard let recovered else {
      conceal(sampleCount - skip)
      return
    }
    hold(start, decoded: recovered, sampleCount: sampleCount, skip: skip)
    counters.recoveredSamples += UInt64(sampleCount - skip)
    concealedRun = 0
  }

  /// Moves what was played last, and what is held, to the beginning; answers where the next samples go.
  private mutating func makeRoom() -> Int {
    if heldStart != Self.base {
      TimeStretch.copy(memory, from: heldStart - Self.base, to: 0, count: Self.base + heldCount)
      heldStart = Self.base
    }
    return heldStart + heldCount
  }

  /// Holds the `sampleCount` samples that were promised at `start`, whatever the decoder gave, but for the first `skip`.
  private mutating func hold(_ start: Int, decoded: Int, sampleCount: Int, skip: Int) {
    var index = max(0, decoded)
    while index < sampleCount {
      memory[start + index] = 0
      index += 1
    }
    if skip > 0 { TimeStretch.copy(memory, from: start + skip, to: start, count: sampleCount - skip) }
    heldCount += sampleCount - skip
    soften(start, count: sampleCount - skip)
  }

  /// Makes up `wanted` samples, fading by how long sound has been made up.
  private mutating func conceal(_ wanted: Int) {
    let start = makeRoom()
    if concealedRun == 0 {
      noise.begin()
      counters.concealedRuns += 1
    }
    var made = 0
    while made < wanted {
      let count = min(Limits.periodSamplesMax, (wanted - made + 119) / 120 * 120)
      let room = memory.part(start + made, count: min(count, Limits.receivedFrameSamplesMax - made))
      let given = concealedRun < Limits.concealedSamplesMax ? decoder.conceal(sampleCount: room.count, into: room) : nil
      var index = max(0, given ?? 0)
      while index < room.count {
        room[index] = 0
        index += 1
      }
      if concealedRun + room.count > Limits.concealedSamplesUnfaded {
        for index in 0..<room.count { room[index] = faded(room[index], after: concealedRun + index) }
      }
      concealedRun += room.count
      made += room.count
    }
    heldCount += wanted
    counters.concealedSamples += UInt64(wanted)
    soften(start, count: wanted)
  }

  private mutating func silence(_ count: Int) {
    let start = makeRoom()
    for index in 0..<count { memory[start + index] = noise.next() }
    heldCount += count
    counters.silentSamples += UInt64(count)
    fadeInLeft = Self.fadeInSamples
  }

  /// Fades in after a silence.
  private mutating func soften(_ start: Int, count: Int) {
    let count = min(fadeInLeft, count)
    for index in 0..<count {
      let step = Self.fadeInSamples - fadeInLeft + index
      let old = Int(noise.next()) * (Self.fadeInSamples - step)
      memory[start + index] = Int16(
        truncatingIfNeeded: (old + Int(memory[start + index]) * step) / Self.fadeInSamples)
    }
    fadeInLeft -= count
  }

  private mutating func faded(_ sample: Int16, after run: Int) -> Int16 {
    let whole = Limits.concealedSamplesMax - Limits.concealedSamplesUnfaded
    let left = max(0, min(whole, Limits.concealedSamplesMax - run))
    return Int16(truncatingIfNeeded: (Int(sample) * left + Int(noise.next()) * (whole - left)) / whole)
  }

  // MARK: Stretching

  /// Makes what is held shorter or longer, if the delay should change and the sound lets it.
  private mutating func stretch(offset: Int, at now: Instant) {
    switch jitter.stretchWanted() {
    case .none: return
    case .shorten(let most, let likeness): shorten(most, likeness, offset: offset, at: now)
    case .lengthen(let wanted, let most, let likeness): lengthen(wanted, most, likeness)
    }
  }

  private mutating func shorten(_ most: Int, _ likeness: Float, offset: Int, at now: Instant) {
    while heldCount < min(most, Limits.stretchLagSamplesMax) + TimeStretch.windowSamples,
      case .frame(let slot, let sampleCount, 0)? = jitter.pullAhead(offset: offset + heldCount, at: now)
    {
      if !decode(slot, sampleCount: sampleCount, skip: 0) { return }
    }
    var most = min(most, heldCount - 1)
    if quietness.lastWasQuiet {
      most = min(most, Limits.stretchLagSamplesMax)
    } else {
      let match = TimeStretch.match(
        memory, at: heldStart, held: heldCount, least: Limits.stretchLagSamplesMin, most: most, ahead: true)
      guard let match, match.likeness >= likeness else { return jitter.stretchRefused() }
      most = match.lag
    }
    guard most > 0 else { return jitter.stretchRefused() }
    heldStart = TimeStretch.shorten(memory, at: heldStart, held: heldCount, by: most)
    heldCount -= most
    counters.acceleratedSamples += UInt64(most)
    jitter.stretched(by: 0 - most)
  }

  private mutating func lengthen(_ wanted: Int, _ most: Int, _ likeness: Float) {
    _ = makeRoom()
    var lag = min(wanted, Limits.stretchLagSamplesMax)
    if !quietness.lastWasQuiet {
      let match = TimeStretch.match(
        memory, at: heldStart, held: heldCount, least: Limits.stretchLagSamplesMin,
        most: most, ahead: false)
      guard let match, match.likeness >= likeness else { return jitter.stretchRefused() }
      lag = match.lag
    }
    heldStart = TimeStretch.lengthen(memory, at: heldStart, held: heldCount, by: lag)
    heldCount += lag
    counters.expandedSamples += UInt64(lag)
    jitter.stretched(by: lag)
  }
}
