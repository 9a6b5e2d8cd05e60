// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between the web server, the hall and the station.

public import Access
public import Core

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

/// What the station and the hall are to know.
public enum WebEvent: Equatable, Sendable {
  /// A caller wants something.
  case call(CallEvent)
  /// Somebody looks: `provide` a report.
  case statusWanted
  /// Open pages follow a call: `provide` its levels.
  case levelsWanted
  /// A page commands something: `reply`. The authority is remote, whoever it is.
  case command(WebConnectionID, ControlRequest)
  /// Somebody rings the bell, from this address.
  case bell(from: IPAddress)
  /// Something happened at the door, for the log.
  case access(AccessNotice)
  /// The list of the paired has changed: this is the text of its file.
  case savePaired([UInt8])
}

/// What the web server tells whoever asks who we are.
public struct WebFacts: Equatable, Sendable {
  /// The name, where HTTPS is, and the authority.
  public var trust: TrustFacts
  /// The program's version.
  public var version: String
  /// The digest of the certificate for calls, as `sha-256 AA:BB:..`; empty when there is none yet.
  public var fingerprint: String
  /// The URIs of the STUN servers of the configuration (RFC 7064), for players and publishers.
  public var stunServers: [String]

  /// Facts.
  public init(
    trust: TrustFacts = TrustFacts(name: "intercom"), version: String = "", fingerprint: String = "",
    stunServers: [String] = []
  ) {
    self.stunServers = stunServers
    (self.trust, self.version, self.fingerprint) = (trust, version, fingerprint)
  }
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
  /// Requests refused for their Host field.
  public var foreignHosts: UInt64 = 0
  /// Requests refused because a page from elsewhere sent them.
  public var foreignOrigins: UInt64 = 0
  /// Events told to pages, each page's counted.
  public var events: UInt64 = 0
  /// Pages refused because as many were open as can be.
  public var refusedStreams: UInt64 = 0
  /// Pages given up because they did not read.
  public var slowReaders: UInt64 = 0
  /// Levels not told because the page had not read what was before.
  public var skippedLevels: UInt64 = 0

  /// Nothing yet.
  public init() {}
}

extension WebServer {
  /// What was refused and why, for whoever looks after the device.
  public var counterStatuses: [CounterStatus] {
    [
      CounterStatus("web_connections", counters.acceptedConnections),
      CounterStatus("web_connections_displaced", counters.displacedConnections),
      CounterStatus("web_connections_refused", counters.refusedConnections),
      CounterStatus("web_requests", counters.requests), CounterStatus("web_requests_broken", counters.brokenRequests),
      CounterStatus("web_foreign_hosts", counters.foreignHosts),
      CounterStatus("web_foreign_origins", counters.foreignOrigins),
      CounterStatus("web_denied", doorkeeper.counters.denied),
      CounterStatus("web_too_many", doorkeeper.counters.rateLimited),
      CounterStatus("wrong_codes", doorkeeper.counters.wrongCodes),
      CounterStatus("wrong_tokens", doorkeeper.counters.badTokens), CounterStatus("page_events", counters.events),
      CounterStatus("pages_refused", counters.refusedStreams), CounterStatus("pages_slow", counters.slowReaders),
      CounterStatus("levels_skipped", counters.skippedLevels),
    ]
  }
}
