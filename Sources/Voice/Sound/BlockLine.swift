// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Periods of any length as blocks of 10 ms, and back, always equally late.
//
//   period --> take --> microphone, played (480 samples each) --> the work --> space --> give --> period
//
// Where periods are shorter than a block 240 samples of silence go ahead, so that there is always enough to give.

public import Core

/// The line in front of and behind what works on blocks. Owned by the audio thread.
public struct BlockLine: ~Copyable {
  /// The samples of a block at 48 kHz: 10 ms.
  public static let blockSamples = 480
  /// How much later a sample is given than taken, the work's own delay aside.
  public let delaySamples: Int
  /// The block that was taken, ±1; whole once `isFull`.
  public let microphone: Floats
  /// What was played meanwhile.
  public let played: Floats

  static let memoryCount = 2 * 480 + 1440 + 16
  private let memory: FloatMemory
  private let out: Floats
  private var filled = 0
  private var ready = 0

  /// A line for periods of `periodSamples` samples over `memory` of `memoryCount` floats.
  init(periodSamples: Int, memory: consuming FloatMemory) {
    var parts = FloatParts(of: memory)
    microphone = parts.take(480)
    played = parts.take(480)
    out = parts.take(1440)
    self.memory = memory
    delaySamples = periodSamples % 480 == 0 ? 0 : 240
    ready = delaySamples
  }

  /// Whether a block waits to be worked on: then write `space` and call `advance`, before anything more is taken.
  public var isFull: Bool { filled == 480 }

  /// Where the 480 samples that the work makes of the block belong.
  public var space: Floats { out + ready }

  /// The block was worked on.
  public mutating func advance() {
    ready += 480
    filled = 0
  }

  /// Takes samples from `index` on, no more than the block lacks; answers how many. What was played and is missing is silence.
  public mutating func take(_ period: inout PCMFrame, played reference: inout PCMFrame, from index: Int) -> Int {
    let count = min(480 - filled, period.count - index)
    let playedCount = reference.count
    period.withSamples { samples in
      reference.withSamples { reference in
        var offset = 0
        while offset < count {
          let place = index + offset
          microphone[filled + offset] = Float(samples[place]) * (1 / 32_768)
          played[filled + offset] = place < playedCount ? Float(reference[place]) * (1 / 32_768) : 0
          offset += 1
        }
      }
    }
    filled += count
    return count
  }

  /// Replaces a period by the oldest samples; by silence where a device's short period left too few.
  public mutating func give(_ period: inout PCMFrame) {
    let count = period.count
    let missing = max(0, count - ready)
    period.withSamples { samples in
      var index = 0
      while index < count {
        let value = index < missing ? 0 : out[index - missing] * 32_768
        samples[index] = Int16(max(-32_768, min(32_767, value < 0 ? value - 0.5 : value + 0.5)))
        index += 1
      }
    }
    let used = count - missing
    ready -= used
    out.copy(from: out + used, count: ready)
  }

  /// Forgets what waits.
  public mutating func reset() {
    filled = 0
    ready = delaySamples
    out.clear(1440)
  }
}
