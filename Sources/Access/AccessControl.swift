// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who may do what: the doorkeeper in front of the web server's routes.

public import Core

/// Decides who somebody is that shows something. Loop thread only.
public struct AccessControl: Sendable {
  /// Who may use the web server beyond its trust page.
  public let mode: AccessMode

  /// A doorkeeper.
  public init(_ mode: AccessMode) { self.mode = mode }

  /// Who somebody is that shows nothing.
  public var stranger: Principal { mode == .open ? .everybody : .anonymous }
}
