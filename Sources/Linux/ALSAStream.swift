// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One direction of a sound device, by alsa-lib: seen as mono of 16 bits at 48 kHz.
//
//   device frames ─► one channel, 16 bits ─► (another rate to 48 kHz) ─► period          capture; playback the other way
//
// DESIGN. Opened from a configuration string of our own, so no file of the system is needed. Names: `Zero` or `1` (a
// card: itself, else with conversion), `hw:CARD=Zero,DEV=0` (no conversion), `plughw:...` (alsa-lib converts formats and
// channels), `dmix:Zero` and `dsnoop:Zero` (shared), `plug:null`, `null`, `file:FILE=/tmp/x.raw,FORMAT=raw` (for tests;
// INFILE is captured), `default` (the first card). Rates are converted by whom the opener brings, never by alsa-lib.
// A stereo device is captured as the mean of both sides or as one of them, and played alike on both.
//
// Reading and writing wait for the device, but never longer than it may stall, and allocate nothing. An xrun stops the
// stream: its owner begins it anew, together with the other direction (PCMDevice does).

import CALSA
public import Core

/// What became of a period read from or written to a sound device.
public enum PCMResult: Sendable, BitwiseCopyable {
  /// All of it.
  case done
  /// The device ran over or dry and must be begun anew; of a read, the period is silence.
  case xrun
  /// The device is gone or useless, for the reason `errno`; of a read, the period is silence.
  case failed(errno: Int32)
}

/// Converts samples from one rate to another: takes some, makes some, says how many of each. Allocates nothing.
public typealias RateConversion = (UnsafeBufferPointer<Int16>, UnsafeMutableBufferPointer<Int16>) -> (
  consumed: Int, produced: Int
)

/// What a stream is asked for.
public struct ALSASettings {
  /// Samples a period at 48 kHz, 1 ... Limits.periodSamplesMax.
  public var periodSamples: Int
  /// Periods in the device's buffer, at least 2.
  public var periodCount: Int
  /// Playback begins, and begins anew after it ran dry, with so many periods of silence in the buffer: what the audio
  /// thread may be late by.
  public var prefillPeriods: Int
  /// Channels asked of the device first, 1 or 2.
  public var channels = 1 {
    willSet { precondition(newValue == 1 || newValue == 2, "a sound device has one channel or two") }
  }
  /// What is captured of a device with two channels.
  public var captureChannel = CaptureChannel.mix
  /// Makes what converts from a rate to another, nil when it cannot; without it only 48 kHz will do.
  public var makeConversion: ((_ from: Int, _ to: Int) -> RateConversion?)?

  /// Periods of `periodSamples` samples, `periodCount` in the buffer, playback `prefillPeriods` ahead.
  public init(periodSamples: Int, periodCount: Int = 4, prefillPeriods: Int = 2) {
    precondition(
      periodSamples > 0 && periodSamples <= Limits.periodSamplesMax, "a sound device's period is out of bounds")
    precondition(
      periodCount >= 2 && prefillPeriods >= 1 && prefillPeriods < periodCount, "a sound device's buffer is too small")
    self.periodSamples = periodSamples
    self.periodCount = periodCount
    self.prefillPeriods = prefillPeriods
  }
}

/// An open direction of a sound device. Made by one thread, then owned by the audio thread.
public struct ALSAStream: ~Copyable {
  /// Which way the sound goes.
  public enum Direction: Sendable, BitwiseCopyable {
    /// From the microphone.
    case capture
    /// To the speaker.
    case playback
  }

  private let pcm: UnsafeMutableRawPointer
  private let direction: Direction
  private let periodSamples: Int
  private let captureChannel: CaptureChannel
  /// Most frames moved at a time.
  private let chunk: Int
  /// Room for a chunk in the device's format.
  private let raw: UnsafeMutableRawPointer
  /// Room for a chunk of one channel.
  private let mono: UnsafeMutableBufferPointer<Int16>
  /// Captured samples at 48 kHz that wait for their period to fill; where rates are converted.
  private let waiting: UnsafeMutableBufferPointer<Int16>
  private var waitingCount = 0
  private let conversion: RateConversion?
  private var hasBegun = false
  /// What the device turned out to be.
  public let figures: SoundFigures
  /// Whether a sound card's clock paces reading and writing; the null and file plugins never wait.
  public let isPaced: Bool

  /// Channels of the device.
  public var channels: Int { figures.choice.channels }

  /// Opens device `name` in `direction`; `configuration` is text in alsa-lib's syntax that is read after our own.
  /// Throws `LinuxError.noDevice` or `.notFound` when there is no such device, `.busy` when someone else uses it,
  /// `.invalid` when it has no format that is known here; `ALSA.lastError` says more.
  public init(
    _ name: String, _ direction: Direction, settings: ALSASettings, configuration: String = ""
  ) throws(LinuxError) {
    let names: [String] =
      if name.withByteView({ $0.elementsEqual("default") }) {
        try SoundCards.defaultDevice(direction)
      } else if configuration.isEmpty {
        SoundName.candidates(name)
      } else {
        [name]
      }
    var opened: Opened?
    for (index, candidate) in names.enumerated() {
      do throws(LinuxError) {
        opened = try Self.open(candidate, direction, settings, configuration)
        opened?.figures.isFallback = index > 0
        break
      } catch {
        guard error.errno == LinuxError.invalid, index + 1 < names.count else { throw error }
      }
    }
    guard let opened else { throw LinuxError(call: "snd_pcm_open", errno: LinuxError.noDevice) }
    pcm = opened.pcm
    figures = opened.figures
    isPaced = opened.isPaced
    conversion = opened.conversion
    chunk = figures.choice.frames(samples: settings.periodSamples)
    periodSamples = settings.periodSamples
    captureChannel = settings.captureChannel
    self.direction = direction
    let bytes = chunk * figures.choice.channels * (figures.choice.bits / 8)
    raw = .allocate(byteCount: bytes, alignment: 8)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    mono = .allocate(capacity: chunk)
    mono.initialize(repeating: 0)
    // One period is taken out as soon as it is full; a chunk and its rounding may come on top.
    waiting = .allocate(capacity: 2 * settings.periodSamples + 64)
    waiting.initialize(repeating: 0)
  }

  deinit {
    calsa_close(pcm)
    raw.deallocate()
    mono.deallocate()
    waiting.deallocate()
  }

  private struct Opened {
    var pcm: UnsafeMutableRawPointer
    var figures: SoundFigures
    var isPaced: Bool
    var conversion: RateConversion?
  }

  private static func open(
    _ name: String, _ direction: Direction, _ settings: ALSASettings, _ configuration: String
  ) throws(LinuxError) -> Opened {
    var opened: UnsafeMutableRawPointer?
    let result = name.withCString { name in
      configuration.withCString { calsa_open(name, $0, direction == .capture ? 1 : 0, &opened) }
    }
    guard result >= 0, let pcm = opened else { throw LinuxError(result, "snd_pcm_open") }
    var last = -LinuxError.invalid
    let asked = direction == .capture && settings.captureChannel != .mix ? 2 : settings.channels
    for choice in SoundChoice.choices(channels: asked, fewestChannels: Int(calsa_channels_min(pcm))) {
      guard choice.rate == Limits.sampleRate || settings.makeConversion != nil else { continue }
      let chunk = choice.frames(samples: settings.periodSamples)
      var wanted = calsa_settings()
      wanted.rate = UInt32(choice.rate)
      wanted.channels = UInt32(choice.channels)
      wanted.bits = UInt32(choice.bits)
      wanted.period_frames = UInt32(chunk)
      wanted.buffer_frames = UInt32(chunk * settings.periodCount)
      wanted.start_frames = UInt32(chunk * settings.prefillPeriods)
      var granted = calsa_settings()
      last = calsa_configure(pcm, &wanted, &granted)
      if last == -LinuxError.invalid { continue }
      guard last >= 0 else { break }
      var conversion: RateConversion?
      if choice.rate != Limits.sampleRate {
        conversion =
          direction == .capture
          ? settings.makeConversion?(choice.rate, Limits.sampleRate)
          : settings.makeConversion?(Limits.sampleRate, choice.rate)
        guard conversion != nil else { continue }
      }
      var figures = SoundFigures()
      figures.choice = choice
      figures.periodFrames = Int(granted.period_frames)
      figures.bufferFrames = Int(granted.buffer_frames)
      figures.card = granted.card
      figures.isHardware = granted.hardware != 0
      // A buffer that holds no two periods can be neither read nor written in step.
      guard figures.bufferFrames > chunk else { continue }
      if direction == .playback {
        figures.startFrames = SoundFigures.startFrames(
          chunk: chunk, prefillPeriods: settings.prefillPeriods, devicePeriod: figures.periodFrames,
          deviceBuffer: figures.bufferFrames)
        last = calsa_set_start(pcm, UInt32(figures.startFrames))
        guard last >= 0 else { break }
      }
      return Opened(pcm: pcm, figures: figures, isPaced: granted.paced != 0, conversion: conversion)
    }
    calsa_close(pcm)
    throw LinuxError(last < 0 ? last : -LinuxError.invalid, "snd_pcm_hw_params")
  }

  /// Stops, forgets what is in the buffer and makes ready to begin. A plugin that paces nothing is left as it is.
  public mutating func makeReady() -> PCMResult {
    guard isPaced else { return .done }
    hasBegun = false
    waitingCount = 0
    let result = calsa_halt(pcm)
    return result < 0 ? .failed(errno: -result) : .done
  }

  /// Begins, when it has not: capture runs, playback gets its silence to begin with, which sets it going.
  public mutating func begin() -> PCMResult {
    guard !hasBegun else { return .done }
    hasBegun = true
    let result = direction == .capture ? calsa_start(pcm) : prefill()
    return result < 0 ? .failed(errno: -result) : .done
  }

  /// Makes both streams start and stop together from now on; false where the card cannot. One system call.
  func link(with other: borrowing ALSAStream) -> Bool { calsa_link(pcm, other.pcm) >= 0 }

  /// Ends that.
  func unlink() { calsa_unlink(pcm) }

  /// Waits for the next period and reads it into `frame`.
  public mutating func read(into frame: inout PCMFrame) -> PCMResult {
    frame.count = periodSamples
    let result = conversion == nil ? readFrames(periodSamples) : readConverted()
    guard result >= 0 else {
      frame.withSamples { $0.update(repeating: 0) }
      return Self.outcome(result)
    }
    let samples = conversion == nil ? mono : waiting
    let count = periodSamples
    frame.withSamples { target in
      for index in 0..<count { target[index] = samples[index] }
    }
    if conversion != nil {
      waitingCount -= count
      for index in 0..<waitingCount { waiting[index] = waiting[count + index] }
    }
    return .done
  }

  /// Waits until there is room and writes `frame`, which is a period long.
  public mutating func write(_ frame: borrowing PCMFrame) -> PCMResult {
    let count = frame.count
    precondition(count == periodSamples, "a period of another size is played")
    // One span for the whole loop: a subscript of a borrowed frame's storage would copy all of it for each sample.
    let values = frame.samples.span
    guard let conversion else {
      for index in 0..<count { mono[index] = values[index] }
      return Self.outcome(writeFrames(count))
    }
    for index in 0..<count { waiting[index] = values[index] }
    var used = 0
    while true {
      let input = UnsafeBufferPointer(rebasing: waiting[used..<count])
      let (consumed, produced) = used < count ? conversion(input, mono) : (0, 0)
      used += consumed
      guard produced > 0 else { return .done }
      let result = writeFrames(produced)
      guard result >= 0 else { return Self.outcome(result) }
    }
  }

  /// Samples at 48 kHz between the one handed over last and the one at the converter; nil when the device cannot tell.
  public func delaySamples() -> Int? {
    let delay = calsa_delay(pcm)
    return delay < 0 ? nil : Int(delay) * Limits.sampleRate / figures.choice.rate + waitingCount
  }

  /// Waits until everything written has been played, and closes. Without it what is left is dropped.
  public consuming func finish() { calsa_drain(pcm) }

  private static func outcome(_ result: Int32) -> PCMResult {
    if result >= 0 { return .done }
    return result == -LinuxError.brokenPipe || result == -LinuxError.suspended ? .xrun : .failed(errno: -result)
  }

  private mutating func readConverted() -> Int32 {
    guard let conversion else { return 0 }
    // The second turn is for what rounding left out, and the first ones for a converter that fills up.
    for _ in 0..<8 where waitingCount < periodSamples {
      let lacking = (periodSamples - waitingCount) * figures.choice.rate
      let count = min(chunk, max(1, (lacking + Limits.sampleRate - 1) / Limits.sampleRate))
      let result = readFrames(count)
      guard result >= 0 else { return result }
      let room = UnsafeMutableBufferPointer(rebasing: waiting[waitingCount...])
      waitingCount += conversion(UnsafeBufferPointer(rebasing: mono[0..<count]), room).produced
    }
    while waitingCount < periodSamples {
      waiting[waitingCount] = 0
      waitingCount += 1
    }
    return 0
  }

  private mutating func prefill() -> Int32 {
    for index in 0..<chunk { mono[index] = 0 }
    var left = figures.startFrames
    while left > 0 {
      let result = writeFrames(min(left, chunk))
      if result < 0 { return result }
      left -= chunk
    }
    return 0
  }

  /// Reads `count` frames, at most a chunk, and leaves one channel of them in `mono`: 0, or -errno.
  private func readFrames(_ count: Int) -> Int32 {
    let result = transfer(count) { calsa_read($0, $1, $2) }
    guard result >= 0 else { return result }
    let step = figures.choice.channels
    let second = step > 1 ? 1 : 0
    let first = captureChannel == .right ? second : 0
    let isMixed = captureChannel == .mix && second == 1
    if figures.choice.bits == 16 {
      let samples = raw.assumingMemoryBound(to: Int16.self)
      for index in 0..<count {
        let at = index * step
        mono[index] = isMixed ? Int16((Int32(samples[at]) + Int32(samples[at + 1])) >> 1) : samples[at + first]
      }
    } else {
      let samples = raw.assumingMemoryBound(to: Int32.self)
      for index in 0..<count {
        let at = index * step
        let sum = isMixed ? (Int64(samples[at]) + Int64(samples[at + 1])) >> 1 : Int64(samples[at + first])
        mono[index] = Int16(truncatingIfNeeded: sum >> 16)
      }
    }
    return 0
  }

  /// Writes the first `count` samples of `mono`, at most a chunk, to the first two channels: 0, or -errno.
  private func writeFrames(_ count: Int) -> Int32 {
    let step = figures.choice.channels
    let used = min(step, 2)
    if figures.choice.bits == 16 {
      let samples = raw.assumingMemoryBound(to: Int16.self)
      for index in 0..<count {
        for channel in 0..<used { samples[index * step + channel] = mono[index] }
      }
    } else {
      let samples = raw.assumingMemoryBound(to: Int32.self)
      for index in 0..<count {
        for channel in 0..<used { samples[index * step + channel] = Int32(mono[index]) << 16 }
      }
    }
    return transfer(count) { calsa_write($0, $1, $2) }
  }

  /// Moves `count` frames between the device and `raw`: 0, or -errno.
  private func transfer(
    _ count: Int, _ call: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UInt32) -> Int64
  ) -> Int32 {
    let frameBytes = figures.choice.channels * (figures.choice.bits / 8)
    var done = 0
    var refusals = 0
    while done < count {
      // A device that says it is ready and then is not has stalled too.
      guard refusals < 64 else { return -LinuxError.timedOut }
      if isPaced {
        let ready = calsa_wait(pcm, UInt32(count - done), Int32(Limits.soundStallMilliseconds))
        if ready == -LinuxError.interrupted {
          refusals += 1
          continue
        }
        if ready <= 0 { return ready == 0 ? -LinuxError.timedOut : ready }
      }
      let moved = call(pcm, raw + done * frameBytes, UInt32(count - done))
      if moved == -Int64(LinuxError.interrupted) || moved == -Int64(LinuxError.wouldBlock) {
        refusals += 1
        continue
      }
      if moved <= 0 { return moved == 0 ? -LinuxError.inputOutput : Int32(truncatingIfNeeded: moved) }
      done += Int(moved)
    }
    return 0
  }
}
