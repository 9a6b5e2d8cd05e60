// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Automatic gain: a quiet voice and a loud one come out equally loud, and nothing is clipped.
//
//   in --> is it speech? --> active level --> gain (slow) --.
//    '--> 60 samples late ---------------------------------> * --> limiter (looks 1.25 ms ahead) --> out
//
// The active level is the mean power of blocks of 10 ms in which somebody speaks (in the spirit of ITU-T P.56), so pauses
// neither raise nor lower the gain: it stands still in them, and while only the far side is heard. It aims at −20 dBFS,
// moves by 6 dB a second upwards and 12 downwards, and lifts the room's noise to −48 dBFS at most. The limiter keeps each
// 1.25 ms below −1 dBFS: it is down before a peak comes, and lets go within 100 ms.

public import Core

/// Brings a microphone's level to that of a call. Owned by the audio thread; its sound comes `delaySamples` later.
public struct GainControl: ~Copyable {
  /// How much later the sound comes while it is on, in samples at 48 kHz: 1.25 ms.
  public static let delaySamples = 60

  /// The last samples that came in, not given out yet.
  private let line: SampleMemory
  private var isOn = false
  private var gain: Float = 1
  /// The limiter: what the waiting samples may be multiplied by, and where it stands.
  private var need: Float = 1
  private var limit: Float = 1
  private var blockEnergy: Float = 0
  private var blockCount = 0
  private var floor: Float = Self.floorStart
  private var level: Float = 0
  private var speechBlocks = 0
  /// Whether the last block held speech: only then the gain moves.
  private var isSpeech = false

  private static let step = 60
  private static let blockSamples = 480
  private static let full: Float = 32_768
  /// −20 dBFS, as power.
  private static let target: Float = 0.01
  /// Where a noise floor begins, −50 dBFS; it rises by 3 dB a second, and falls at once.
  private static let floorStart: Float = 1e-5
  private static let floorRise: Float = 1.0069
  private static let floorLeast: Float = 1e-9
  /// What noise is lifted to at most, −48 dBFS, and the gain at most and at least: 24 and −12 dB.
  private static let noiseMost: Float = 1.585e-5
  private static let gainMost: Float = 15.85
  private static let gainLeast: Float = 0.251
  /// Speech is 9 dB above the floor, and above −60 dBFS.
  private static let speechAbove: Float = 7.94
  private static let speechLeast: Float = 1e-6
  /// A third of a second of speech before anything is changed, and the memory of the level: 1.5 s of it.
  private static let speechBlocksMin = 30
  private static let speechBlocksMax = 150
  /// 6 dB a second upwards and 12 downwards, for each step of 1.25 ms.
  private static let rise: Float = 1.000_863
  private static let fall: Float = 0.998_275
  /// −1 dBFS.
  private static let ceiling: Float = 0.891
  private static let release: Float = 0.0125

  /// A gain control that is off, over `line` of `delaySamples` samples.
  init(line: consuming SampleMemory) {
    precondition(line.count == Self.delaySamples, "a gain control's line has a fixed length")
    self.line = line
  }

  /// By how much the voice is raised, as a factor; 1 while it is off.
  public var factor: Float { isOn ? gain : 1 }

  /// Switches it on or off.
  public mutating func set(on isOn: Bool) {
    guard isOn != self.isOn else { return }
    self.isOn = isOn
    for index in 0..<line.count { line[index] = 0 }
    (gain, need, limit) = (1, 1, 1)
    (blockEnergy, blockCount, floor, level, speechBlocks, isSpeech) = (0, 0, Self.floorStart, 0, 0, false)
  }

  /// Changes a period in place. `isFarOnly` says that what it holds is the far side's echo and no voice of here.
  public mutating func process(_ frame: inout PCMFrame, isFarOnly: Bool) {
    guard isOn else { return }
    frame.withSamples { samples in
      var start = 0
      while start < samples.count {
        let count = min(Self.step, samples.count - start)
        step(UnsafeMutableBufferPointer(rebasing: samples[start..<start + count]), isFarOnly: isFarOnly)
        start += count
      }
    }
  }

  private mutating func step(_ samples: UnsafeMutableBufferPointer<Int16>, isFarOnly: Bool) {
    var peak: Int32 = 0
    var energy: Float = 0
    for index in samples.indices {
      let value = Int32(samples[index])
      peak = max(peak, abs(value))
      energy += Float(value) * Float(value)
    }
    measure(energy, count: samples.count, isFarOnly: isFarOnly)
    let before = gain
    follow(isFarOnly: isFarOnly)
    // What waits is given out with a limit that suits it and what has just come.
    let loudest = Float(peak) / Self.full * max(before, gain)
    let next = loudest > Self.ceiling ? Self.ceiling / loudest : 1
    let end = min(min(need, next), limit + Self.release)
    let count = samples.count
    let slope = (end - limit) / Float(count)
    let rise = (gain - before) / Float(count)
    var index = 0
    while index < count {
      let factor = (limit + slope * Float(index + 1)) * (before + rise * Float(index + 1))
      let value = Float(line[index]) * factor
      line[index] = samples[index]
      samples[index] = Int16(max(-32_768, min(32_767, value < 0 ? value - 0.5 : value + 0.5)))
      index += 1
    }
    // A part of a step, from a device that had fewer samples: what is left moves to the front.
    if count < Self.step { rotate(by: count) }
    need = next
    limit = end
  }

  private func rotate(by count: Int) {
    for _ in 0..<count {
      let first = line[0]
      for index in 1..<Self.step { line[index - 1] = line[index] }
      line[Self.step - 1] = first
    }
  }

  private mutating func measure(_ energy: Float, count: Int, isFarOnly: Bool) {
    blockEnergy += energy
    blockCount += count
    guard blockCount >= Self.blockSamples else { return }
    let power = blockEnergy / (Float(blockCount) * Self.full * Self.full)
    (blockEnergy, blockCount) = (0, 0)
    floor = max(Self.floorLeast, power < floor ? power : floor * Self.floorRise)
    isSpeech = !isFarOnly && power > Self.speechLeast && power > Self.speechAbove * floor
    guard isSpeech else { return }
    speechBlocks = min(speechBlocks + 1, Self.speechBlocksMax)
    level += (power - level) / Float(speechBlocks)
  }

  private mutating func follow(isFarOnly: Bool) {
    guard isSpeech, !isFarOnly, speechBlocks >= Self.speechBlocksMin else { return }
    var wanted = (Self.target / max(level, 1e-9)).squareRoot()
    wanted = min(wanted, max(1, (Self.noiseMost / floor).squareRoot()))
    wanted = max(Self.gainLeast, min(Self.gainMost, wanted))
    gain = wanted > gain ? min(wanted, gain * Self.rise) : max(wanted, gain * Self.fall)
  }
}
