// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whether a frame would be missed if it were left out.

/// Compares frames with the talker's own background. Quiet is below −50 dBFS, or within 6 dB of the background if that
/// is below −35.
struct Quietness: BitwiseCopyable {
  /// The mean square of the background: down at once, up by 1/64 a frame.
  private var background: UInt64 = .max
  /// What the last call of `judge` answered.
  private(set) var lastWasQuiet = true
  private static let alwaysQuiet: UInt64 = 10_737
  private static let neverQuiet: UInt64 = 339_546

  /// Whether `samples` are quiet; remembers them.
  mutating func judge(_ samples: UnsafeMutableBufferPointer<Int16>) -> Bool {
    guard samples.count > 0 else { return lastWasQuiet }
    // Every fourth sample says as much of the power, for a quarter of the cost.
    var (sum, index): (Int, Int) = (0, 0)
    while index < samples.count {
      let sample = Int(samples[index])
      sum &+= sample &* sample
      index += 4
    }
    let square = UInt64(sum / ((samples.count + 3) / 4))
    background = square < background ? square : background + background / 64 + 1
    lastWasQuiet = square < Self.alwaysQuiet || (square < Self.neverQuiet && square / 4 <= background)
    return lastWasQuiet
  }
}
