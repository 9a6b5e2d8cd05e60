// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a gain control is made: at start only.

extension GainControl {
  /// A gain control that is off. Allocates; not for a running call.
  public init() { self.init(line: SampleMemory(count: Self.delaySamples)) }
}
