// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One direction of a sound device, by alsa-lib: 48 kHz, 16 bits, seen as mono.
//
// DESIGN. Opened from a configuration string of our own, so no file of the system is needed. Names:
// `hw:CARD=Zero,DEV=0` (no conversion), `plughw:...` (alsa-lib converts rate and format), `plug:null`, `null`,
// `file:FILE=/tmp/x.raw,FORMAT=raw` (for tests; INFILE is captured), `default` (the first card, as plughw). A stereo
// device is captured as the mean of both sides and played alike on both. Reading and writing wait for the device and
// allocate nothing.

import CALSA
public import Core

/// What became of a period read from or written to a sound device.
public enum PCMResult: Sendable, BitwiseCopyable {
  /// All of it.
  case done
  /// The device ran over or dry and was begun anew; of a read, the period is silence.
  case xrun
  /// The device is gone or useless, for the reason `errno`; of a read, the period is silence.
  case failed(errno: Int32)
}

/// What a stream is asked for.
public struct ALSASettings: Sendable, BitwiseCopyable {
  /// Samples a period, 1 ... Limits.periodSamplesMax.
  public var periodSamples: Int
  /// Periods in the device's buffer, at least 2.
  public var periodCount: Int
  /// Playback begins, and begins anew after it ran dry, with so many periods of silence in the buffer: what the audio
  /// thread may be late by.
  public var prefillPeriods: Int
  /// Channels asked of the device: 1, and 2 where it has no mono; or 2 at once, where a device's mono is one of its
  /// sides only.
  public var channels = 1 {
    willSet { precondition(newValue == 1 || newValue == 2, "a sound device has one channel or two") }
  }

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

/// An open direction of a sound device. Made on the loop thread, then owned by the audio thread.
public struct ALSAStream: ~Copyable {
  /// Which way the sound goes.
  public enum Direction: Sendable, BitwiseCopyable {
    /// From the microphone.
    case capture
    /// To the speaker.
    case playback
  }

  private let pcm: UnsafeMutableRawPointer
  /// Room for a period of two channels.
  private let samples: UnsafeMutablePointer<Int16>
  private let direction: Direction
  private let settings: ALSASettings
  /// Channels of the device: 1 or 2.
  public let channels: Int
  /// The device's own period and buffer, in samples; the period may differ from the one asked.
  public let devicePeriodSamples: Int
  /// The device's buffer, in samples.
  public let deviceBufferSamples: Int
  /// Whether a sound card's clock paces reading and writing; the null and file plugins never wait.
  public let isPaced: Bool
  /// How often it ran over or dry.
  public private(set) var xruns: UInt64 = 0

  /// Opens device `name` in `direction`; `configuration` is text in alsa-lib's syntax that is read after our own.
  /// Throws `LinuxError.noDevice` or `.notFound` when there is no such device, `.busy` when someone else uses it;
  /// `ALSA.lastError` says more.
  public init(
    _ name: String, _ direction: Direction, settings: ALSASettings, configuration: String = ""
  ) throws(LinuxError) {
    let device = name.withByteView({ $0.elementsEqual("default") }) ? try SoundCards.defaultDevice(direction) : name
    var wanted = calsa_settings()
    wanted.rate = UInt32(Limits.sampleRate)
    wanted.channels = UInt32(settings.channels)
    wanted.period_frames = UInt32(settings.periodSamples)
    wanted.buffer_frames = UInt32(settings.periodSamples * settings.periodCount)
    wanted.start_frames = UInt32(settings.periodSamples * settings.prefillPeriods)
    var granted = calsa_settings()
    var opened: UnsafeMutableRawPointer?
    let result = device.withCString { device in
      configuration.withCString { extra in
        calsa_open(device, extra, direction == .capture ? 1 : 0, &wanted, &opened, &granted)
      }
    }
    guard result >= 0, let opened else { throw LinuxError(result, "snd_pcm_open") }
    pcm = opened
    samples = .allocate(capacity: 2 * Limits.periodSamplesMax)
    samples.initialize(repeating: 0, count: 2 * Limits.periodSamplesMax)
    self.direction = direction
    self.settings = settings
    channels = Int(granted.channels)
    devicePeriodSamples = Int(granted.period_frames)
    deviceBufferSamples = Int(granted.buffer_frames)
    isPaced = granted.paced != 0
  }

  deinit {
    calsa_close(pcm)
    samples.deallocate()
  }

  /// Begins: capture runs, playback gets its silence to begin with. Audio thread, right before the first period.
  public mutating func start() -> PCMResult {
    let result = direction == .capture ? calsa_start(pcm) : prefill()
    return result < 0 ? .failed(errno: -result) : .done
  }

  /// Waits for the next period and reads it into `frame`.
  public mutating func read(into frame: inout PCMFrame) -> PCMResult {
    frame.count = settings.periodSamples
    let result = transfer { calsa_read($0, $1, $2) }
    guard result >= 0 else {
      for index in 0..<frame.count { frame.samples[index] = 0 }
      return recover(from: result)
    }
    for index in 0..<frame.count {
      frame.samples[index] =
        channels == 1 ? samples[index] : Int16((Int32(samples[index * 2]) + Int32(samples[index * 2 + 1])) >> 1)
    }
    return .done
  }

  /// Waits until there is room and writes `frame`, which is a period long.
  public mutating func write(_ frame: borrowing PCMFrame) -> PCMResult {
    let count = frame.count
    precondition(count == settings.periodSamples, "a period of another size is played")
    fill(from: frame)
    let result = transfer { calsa_write($0, $1, $2) }
    guard result < 0 else { return .done }
    let outcome = recover(from: result)
    guard case .xrun = outcome else { return outcome }
    // The period that found the device dry is played behind the new silence.
    var again = prefill()
    fill(from: frame)
    if again >= 0 { again = transfer { calsa_write($0, $1, $2) } }
    return again < 0 ? .failed(errno: -again) : .xrun
  }

  /// Samples between the one handed over last and the one at the converter; nil when the device cannot tell.
  public func delaySamples() -> Int? {
    let delay = calsa_delay(pcm)
    return delay < 0 ? nil : Int(delay)
  }

  /// Waits until everything written has been played, and closes. Without it what is left is dropped.
  public consuming func finish() { calsa_drain(pcm) }

  private mutating func recover(from error: Int32) -> PCMResult {
    let result = calsa_recover(pcm, error)
    guard result >= 0 else { return .failed(errno: -result) }
    xruns += 1
    return .xrun
  }

  private func prefill() -> Int32 {
    for index in 0..<settings.periodSamples * channels { samples[index] = 0 }
    for _ in 0..<settings.prefillPeriods {
      let result = transfer { calsa_write($0, $1, $2) }
      if result < 0 { return result }
    }
    return 0
  }

  private func fill(from frame: borrowing PCMFrame) {
    // One span for the whole loop: a subscript of a borrowed frame's storage would copy all of it for each sample.
    let values = frame.samples.span
    for index in 0..<frame.count {
      if channels == 1 {
        samples[index] = values[index]
      } else {
        samples[index * 2] = values[index]
        samples[index * 2 + 1] = values[index]
      }
    }
  }

  /// Moves a period between the device and our samples: 0, or -errno.
  private func transfer(_ call: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int16>, UInt32) -> Int64) -> Int32 {
    var done = 0
    while done < settings.periodSamples {
      let count = call(
        pcm, samples + done * channels, UInt32(settings.periodSamples - done))
      if count == -Int64(LinuxError.interrupted) { continue }
      if count <= 0 { return count == 0 ? -LinuxError.inputOutput : Int32(count) }
      done += Int(count)
    }
    return 0
  }
}
