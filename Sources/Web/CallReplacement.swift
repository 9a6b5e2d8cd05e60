// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The header field by which a page that was reloaded says whose place its call takes.

import Core

/// Whether an offer takes the place of a session.
enum CallReplacement {
  /// The field's name.
  static let field = "Intercom-Replaces"

  /// The token of the session's path in `fields`; nil without the field. Empty, which no token is, when it is malformed.
  static func read(_ fields: HTTPFields) -> String? {
    let values = fields.all(field)
    guard let first = values.first else { return nil }
    let path = Array(first.utf8)
    let prefix = Array("/call/".utf8)
    guard values.count == 1, path.starts(with: prefix) else { return "" }
    return String(bytes: path.dropFirst(prefix.count))
  }
}
