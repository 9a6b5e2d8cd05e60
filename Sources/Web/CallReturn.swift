// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The header field by which the called side of a lost call says that it wants that call back, and none that rings.

/// Whether an offer is the return of a call that its sender had been called for.
enum CallReturn {
  /// The field's name.
  static let field = "Intercom-Return"
  /// What it says: a structured boolean (RFC 9651 section 3.3.6).
  static let written = "?1"

  /// Whether `fields` say so; anything but one "?1" is none.
  static func read(_ fields: HTTPFields) -> Bool {
    let values = fields.all(field)
    return values.count == 1 && values[0].utf8.elementsEqual(written.utf8)
  }
}
