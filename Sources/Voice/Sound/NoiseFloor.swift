// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The power of steady noise in each bin, while speech and echo come and go: the estimator of Gerkmann and Hendriks (2012),
// which weighs each new power by how likely it is noise alone. For the first 0.4 s, and where it would stay too high, the
// minimum of the last one and a half to three seconds leads.

/// Follows the noise floor. Owned by the audio thread.
struct NoiseFloor: ~Copyable {
  /// How many floats of memory it takes.
  static let memoryCount = 6 * KalmanFilter.stride
  private static let start = 40
  private static let window = 150

  /// The noise's power in each bin.
  let power: Floats

  private let memory: FloatMemory
  private let smooth: Floats
  private let presence: Floats
  private let lowest: Floats
  private let lowestBefore: Floats
  private var blocks = 0
  private var inWindow = 0

  /// A floor over `memory` of `memoryCount` floats that heard nothing yet.
  init(memory: consuming FloatMemory) {
    var parts = FloatParts(of: memory)
    power = parts.take(KalmanFilter.stride)
    smooth = parts.take(KalmanFilter.stride)
    presence = parts.take(KalmanFilter.stride)
    lowest = parts.take(KalmanFilter.stride)
    lowestBefore = parts.take(KalmanFilter.stride)
    self.memory = memory
    reset()
  }

  /// Takes the powers of a block, and those of the echo in it, which are no noise.
  mutating func process(_ heard: Floats, echo: Floats) {
    if inWindow == Self.window {
      lowestBefore.copy(from: lowest, count: KalmanFilter.stride)
      lowest.update(repeating: 1e9, count: KalmanFilter.stride)
      inWindow = 0
    }
    inWindow += 1
    blocks += 1
    let isStarting = blocks <= Self.start
    var bin = 0
    while bin < KalmanFilter.stride {
      let value = heard[bin]
      let level = (isStarting ? 0.7 : 0.85) * smooth[bin] + (isStarting ? 0.3 : 0.15) * value
      smooth[bin] = blocks == 1 ? value : level
      lowest[bin] = min(lowest[bin], smooth[bin])
      let least = min(lowest[bin], lowestBefore[bin])
      if isStarting {
        power[bin] = 1.4 * least + 1e-9
        bin += 1
        continue
      }
      let noise = power[bin]
      let ratio = value / (noise + 1e-12)
      // The odds of speech at 15 dB, as likely as not.
      var likely = 1 / (1 + 32.6 * Self.exponential(-0.969 * min(ratio, 60)))
      presence[bin] = 0.9 * presence[bin] + 0.1 * likely
      if presence[bin] > 0.99 { likely = min(likely, 0.99) }
      var next = 0.8 * noise + 0.2 * (likely * noise + (1 - likely) * value)
      // Under echo the floor is not to be heard.
      if echo[bin] > 0.5 * noise { next = noise }
      power[bin] = max(1e-9, min(next, 4 * least + 1e-9))
      bin += 1
    }
  }

  /// e to the power of `value`, −60 ... 0, within half a percent.
  @inline(__always)
  private static func exponential(_ value: Float) -> Float {
    let scaled = value * 1.442695 + 126
    let whole = Int32(scaled)
    let part = scaled - Float(whole)
    let power = Float(bitPattern: UInt32(bitPattern: (whole + 1) << 23))
    return power * (1 + part * (0.6565 + 0.3435 * part))
  }

  /// Forgets what it heard.
  mutating func reset() {
    memory.clear()
    lowest.update(repeating: 1e9, count: KalmanFilter.stride)
    lowestBefore.update(repeating: 1e9, count: KalmanFilter.stride)
    blocks = 0
    inWindow = 0
  }
}
