// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Chance from the kernel: asked once, at start.

import CLinux
public import Core

/// The kernel's random number generator (getrandom).
public enum Entropy {
  /// 32 bytes; waits at boot until the kernel has gathered enough.
  public static func seed() throws(LinuxError) -> InlineArray<32, UInt8> {
    var seed = InlineArray<32, UInt8>(repeating: 0)
    let result = withUnsafeMutableBytes(of: &seed) {
      clinux_entropy($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), 32)
    }
    _ = try check(result, "getrandom")
    return seed
  }

  /// The house's stream of chance, from a seed of the kernel; `split` it for each part.
  public static func randomness() throws(LinuxError) -> Randomness { Randomness(seed: try seed()) }
}
