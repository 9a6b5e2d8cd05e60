// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a room is: `ws://host[:port][/path]`, and for one call `room+ws://host[:port]/NAME`.

import Core
public import Web

/// The address of a room server, or of a room.
public struct RoomURL: Equatable, Sendable {
  /// Where its WebSocket is, as an http URL of the same host and port.
  public let http: HTTPURL
  /// The room that the URL itself names; nil: it names a server.
  public let room: RoomName?

  /// The URL of a room server: `ws` or `wss`; without a path it is `RoomDoor.path`.
  public init(server text: String) throws(HTTPURLError) {
    let url = try Self.http(text, "ws", "wss")
    http = try sameBytes(url.target, "/") ? url.resolve(RoomDoor.path) : url
    room = nil
  }

  /// The URL of a room for one call, whose path is the room's name: `room+ws` or `room+wss`.
  public init(room text: String) throws(HTTPURLError) {
    let url = try Self.http(text, "room+ws", "room+wss")
    guard let segments = HTTPURL.segments(url.target), segments.count == 1, let name = RoomName(segments[0]) else {
      throw .malformedPath
    }
    http = try url.resolve(RoomDoor.path)
    room = name
  }

  /// Whether `text` begins as the URL of a room does.
  public static func isRoom(_ text: String) -> Bool { text.utf8.starts(with: "room+".utf8) }

  private static func http(_ text: String, _ plain: String, _ secure: String) throws(HTTPURLError) -> HTTPURL {
    for (scheme, instead) in [(plain, "http"), (secure, "https")] {
      let prefix = scheme + "://"
      guard text.utf8.starts(with: prefix.utf8) else { continue }
      return try HTTPURL(instead + "://" + String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    }
    throw .unknownScheme
  }
}
