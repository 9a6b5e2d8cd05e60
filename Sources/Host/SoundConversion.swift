// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resampler for sound cards that know no 48 kHz.

import Codecs
import Linux

/// A resampler that a stream holds on to; used by the audio thread, made and freed by whoever opens and closes the card.
private final class ResamplerBox {
  var resampler: Resampler

  init(_ resampler: consuming Resampler) { self.resampler = resampler }
}

/// Conversion of rates, for ALSASettings.
enum SoundConversion {
  /// What converts samples of the rate `from` to the rate `to`, in hertz; nil when nothing does.
  static func make(from: Int, to: Int) -> RateConversion? {
    guard let resampler = Resampler(from: from, to: to) else { return nil }
    let box = ResamplerBox(resampler)
    return { input, output in box.resampler.process(input, into: output) }
  }
}
