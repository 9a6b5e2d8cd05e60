// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One talker's way from packets to exactly a period of samples.
//
//   packets --> jitter buffer --> decoder --> held samples --> period
//               (what is next)    (decode, recover, conceal)   (packets of 2.5 ... 120 ms, periods of 5 ... 20 ms)
//
// Made-up sound fades from 40 ms on and ends at 100 ms; the first 2.5 ms after a silence fade in, and the seam of a
// dropped frame is cross-faded over 5 ms, so that nothing clicks.

public import Core

/// A decoder with its jitter buffer. Owned by the audio thread; memory is made at init and only used afterwards.
public struct Playout<Decoder: VoiceDecoder & ~Copyable>: ~Copyable {
  private var decoder: Decoder
  private var jitter: JitterBuffer
  /// The held samples, and behind them the beginning of a dropped frame.
  private let memory: SampleMemory
  private var heldStart = 0
  private var heldCount = 0
  private var concealedRun = 0
  private var fadeInLeft = Self.fadeInSamples
  private var seamPending = false
  private var quietness = Quietness()
  private var counters = TalkerReport()

  private static var fadeInSamples: Int { 120 }
  private static var seamSamples: Int { 240 }
  private static var seamStart: Int { Limits.receivedFrameSamplesMax }
  static var memorySamples: Int { Limits.receivedFrameSamplesMax + 240 }

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
    report.targetDelaySamples = Int32(truncatingIfNeeded: jitter.targetSamples)
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
    heldCount = 0
    concealedRun = 0
    fadeInLeft = Self.fadeInSamples
    seamPending = false
    quietness = Quietness()
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
      switch jitter.pull(needed: period.count - filled, at: now) {
      case .frame(let slot, let sampleCount, let skip): decode(slot, sampleCount: sampleCount, skip: skip)
      case .recover(let slot, let sampleCount, let skip): recover(slot, sampleCount: sampleCount, skip: skip)
      case .conceal(let sampleCount): conceal(sampleCount)
      case .silence(let sampleCount): silence(sampleCount)
      }
    }
  }

  private mutating func decode(_ slot: Int, sampleCount: Int, skip: Int) {
    let room = memory.part(0, count: Limits.receivedFrameSamplesMax)
    guard let decoded = decoder.decode(jitter.payload(of: slot), into: room) else {
      counters.undecodablePackets += 1
      conceal(sampleCount - skip)
      return
    }
    hold(decoded: decoded, sampleCount: sampleCount, skip: skip)
    let quiet = quietness.judge(memory.part(0, count: sampleCount))
    if jitter.shouldDrop(sampleCount: sampleCount - skip, quiet: quiet) {
      let seam = min(Self.seamSamples, heldCount)
      for index in 0..<Self.seamSamples {
        memory[Self.seamStart + index] = index < seam ? memory[heldStart + index] : 0
      }
      seamPending = true
      heldCount = 0
      return
    }
    counters.playedFrames += 1
    concealedRun = 0
    soften()
  }

  private mutating func recover(_ slot: Int, sampleCount: Int, skip: Int) {
    let room = memory.part(0, count: Limits.receivedFrameSamplesMax)
    let recovered = decoder.recover(from: jitter.payload(of: slot), sampleCount: sampleCount, into: room)
    jitter.recoveryEnded(recovered != nil)
    guard let recovered else {
      conceal(sampleCount - skip)
      return
    }
    hold(decoded: recovered, sampleCount: sampleCount, skip: skip)
    counters.recoveredSamples += UInt64(heldCount)
    concealedRun = 0
    soften()
  }

  /// Holds the `sampleCount` samples that were promised, whatever the decoder gave.
  private mutating func hold(decoded: Int, sampleCount: Int, skip: Int) {
    var index = max(0, decoded)
    while index < sampleCount {
      memory[index] = 0
      index += 1
    }
    heldStart = skip
    heldCount = sampleCount - skip
  }

  /// Makes up `wanted` samples, fading by how long sound has been made up.
  private mutating func conceal(_ wanted: Int) {
    var made = 0
    while made < wanted {
      let count = min(Limits.periodSamplesMax, (wanted - made + 119) / 120 * 120)
      let room = memory.part(made, count: min(count, Limits.receivedFrameSamplesMax - made))
      let given = concealedRun < Limits.concealedSamplesMax ? decoder.conceal(sampleCount: room.count, into: room) : nil
      var index = max(0, given ?? 0)
      while index < room.count {
        room[index] = 0
        index += 1
      }
      for index in 0..<room.count { room[index] = Self.faded(room[index], after: concealedRun + index) }
      concealedRun += room.count
      made += room.count
    }
    heldStart = 0
    heldCount = wanted
    counters.concealedSamples += UInt64(wanted)
    soften()
  }

  private mutating func silence(_ count: Int) {
    for index in 0..<count { memory[index] = 0 }
    heldStart = 0
    heldCount = count
    counters.silentSamples += UInt64(count)
    fadeInLeft = Self.fadeInSamples
    seamPending = false
  }

  /// Cross-fades the seam of a dropped frame and fades in after a silence.
  private mutating func soften() {
    if seamPending {
      seamPending = false
      for index in 0..<min(Self.seamSamples, heldCount) {
        let old = Int(memory[Self.seamStart + index]) * (Self.seamSamples - index)
        let new = Int(memory[heldStart + index]) * index
        memory[heldStart + index] = Int16(truncatingIfNeeded: (old + new) / Self.seamSamples)
      }
    }
    let count = min(fadeInLeft, heldCount)
    for index in 0..<count {
      let step = Self.fadeInSamples - fadeInLeft + index
      memory[heldStart + index] = Int16(truncatingIfNeeded: Int(memory[heldStart + index]) * step / Self.fadeInSamples)
    }
    fadeInLeft -= count
  }

  private static func faded(_ sample: Int16, after run: Int) -> Int16 {
    let whole = Limits.concealedSamplesMax - Limits.concealedSamplesUnfaded
    let left = max(0, min(whole, Limits.concealedSamplesMax - run))
    return Int16(truncatingIfNeeded: Int(sample) * left / whole)
  }
}
