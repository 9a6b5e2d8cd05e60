// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The microphone's mute: one bit that the engine obeys, the service answers from and the light shows.
//
// WHY NOT A COMMAND. A command waits in a ring that may be full, and what was asked for is then not what is done. This
// bit is read at the start of every cycle of the engine, so there is nothing to wait for and no second copy to differ.

import Synchronization

/// Whether the microphone is muted. Written on the loop thread only, read by any.
public final class MuteBit: Sendable {
  private let bit = Atomic<Bool>(false)

  /// A microphone that is not muted.
  public init() {}

  /// Whether the microphone is muted.
  public var isMuted: Bool { bit.load(ordering: .acquiring) }

  /// Mutes the microphone, or no longer. Only the service does, which knows who asked.
  public func set(_ muted: Bool) { bit.store(muted, ordering: .releasing) }
}
