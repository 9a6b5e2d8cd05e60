// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The header field by which a page says which ring of this device it answers.

/// Whether an offer answers the device's ring of its open pages.
enum CallRing {
  /// The field's name.
  static let field = "Intercom-Ring"

  /// The ring's name in `fields`; empty: the offer answers none. A field that is there twice names no ring that there is.
  static func read(_ fields: HTTPFields) -> String {
    let values = fields.all(field)
    guard let first = values.first else { return "" }
    return values.count == 1 && !first.utf8.isEmpty ? first : "?"
  }
}
