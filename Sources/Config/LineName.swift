// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Names of GPIO lines in a file: which of them mean the same line, and which mean none.

import Core

/// A GPIO line's name as a setting writes it.
enum LineName {
  /// What is to be said of `text`: a pin of the header that is supply or ground is no line.
  static func verdict(on text: String) -> Verdict {
    guard SettingsSchema.isName(text) else { return .refused }
    guard let pin = HeaderPins.number(in: text, after: "PIN") else { return .accepted }
    switch HeaderPins.use(ofPin: pin) {
    case .line?: return .accepted
    case .ground?: return .wrong("ground")
    case .supply3V3?: return .wrong("the 3.3 V supply")
    case .supply5V?: return .wrong("the 5 V supply")
    case nil: return .wrong("the header has 40 pins")
    }
  }

  /// One name for all names of a line of the 40-pin header: `GPIO17` for `PIN11` and for the chips' offsets; any other
  /// name as it is.
  static func canonical(_ text: String) -> String {
    if HeaderPins.number(in: text, after: "PIN") != nil { return HeaderPins.alias(of: text) ?? text }
    for label: StaticString in ["pinctrl-bcm2835:", "pinctrl-bcm2711:", "pinctrl-rp1:"] {
      if let offset = HeaderPins.number(in: text, after: label), HeaderPins.pin(ofLine: offset) != nil {
        return "GPIO\(offset)"
      }
    }
    return text
  }

  /// The name in quotation marks, and the usual one where it is another.
  static func described(_ text: String) -> String {
    let usual = canonical(text)
    return "\"" + text + "\"" + (sameBytes(usual, text) ? "" : ", which is " + usual)
  }
}
