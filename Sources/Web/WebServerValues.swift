// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between the web server, the hall and the station.

/// What the hall is to do with a socket.
public enum WebAction: Equatable, Sendable {
  /// There are bytes to be sent: call `pollOutput` now, and again when the socket is writable, until `hasOutput` is false.
  case send(WebConnectionID)
  /// Read from the socket from now on, or leave it alone. A new connection is read from.
  case setReading(WebConnectionID, Bool)
  /// Shut the socket down for writing and go on reading.
  case shutDownWriting(WebConnectionID)
  /// Close the socket; the name is of no more use.
  case close(WebConnectionID)
}

/// What the station is to know.
public enum WebEvent: Equatable, Sendable {
  /// A caller wants something.
  case call(CallEvent)
  /// Somebody looks: `provide` a report.
  case statusWanted
}

/// Events since the start.
public struct WebCounters: Equatable, Sendable {
  /// Connections taken.
  public var acceptedConnections: UInt64 = 0
  /// Connections closed to make room for newer ones.
  public var displacedConnections: UInt64 = 0
  /// Connections refused because every other was being served.
  public var refusedConnections: UInt64 = 0
  /// Whole requests.
  public var requests: UInt64 = 0
  /// Requests refused because they were malformed, too large or too slow.
  public var brokenRequests: UInt64 = 0
  /// Requests refused for their Host or Origin field.
  public var forbiddenRequests: UInt64 = 0

  /// Nothing yet.
  public init() {}
}
