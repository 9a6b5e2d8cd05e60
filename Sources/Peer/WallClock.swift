// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What wall-clock time a monotonic moment is.

public import Core

/// A pair of clocks read at once; from it the wall-clock time of any moment follows. Set once a connection, so that a
/// clock that is set meanwhile does not tear its sender reports (RFC 3550 section 6.4.1 wants only differences to be
/// right).
public struct WallClock: Sendable, BitwiseCopyable {
  /// The wall-clock time at `instant`.
  public let time: NTPTime
  /// The moment `time` was read.
  public let instant: Instant

  /// It is `time` at `instant`.
  public init(time: NTPTime, instant: Instant) {
    self.time = time
    self.instant = instant
  }

  /// The wall-clock time at `moment`.
  public func time(at moment: Instant) -> NTPTime { time.advanced(by: moment - instant) }
}
