// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Comparing text without the tables of Unicode.

/// Whether both have the same bytes; without the tables of Unicode that `==` would need.
public func sameBytes(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
