// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The playouts of the talkers.

import Core

/// One playout for each talker. Fields instead of an inline array: Embedded Swift 6.3 cannot destroy an inline array of noncopyable
/// generic values outside the module that names them.
struct TalkerTable<Decoder: VoiceDecoder & ~Copyable>: ~Copyable {
  private var first: Playout<Decoder>
  private var second: Playout<Decoder>
  private var third: Playout<Decoder>
  private var fourth: Playout<Decoder>

  init(
    first: consuming Playout<Decoder>, second: consuming Playout<Decoder>, third: consuming Playout<Decoder>,
    fourth: consuming Playout<Decoder>
  ) {
    precondition(Limits.talkersMax == 4, "the table of talkers has a field for each")
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }

  /// The playout of the talker at `index`, 0 ..< Limits.talkersMax, in place.
  subscript(index: Int) -> Playout<Decoder> {
    _read {
      switch index {
      case 0: yield first
      case 1: yield second
      case 2: yield third
      default: yield fourth
      }
    }
    _modify {
      switch index {
      case 0: yield &first
      case 1: yield &second
      case 2: yield &third
      default: yield &fourth
      }
    }
  }
}
