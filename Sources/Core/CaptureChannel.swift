// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which side of a stereo microphone is taken: a word of the configuration and of the sound card.

/// What is taken from a stereo input.
public enum CaptureChannel: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// The mean of the first two channels.
  case mix
  /// The first channel.
  case left
  /// The second channel.
  case right
}
