// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One entry for each parser of this room: takes any bytes, never traps.

public import Core
import Web

/// Fuzz entries.
public enum RoomsFuzz {
  /// Bytes as a message to a server and to a member; what is understood is written and understood again.
  public static func message(_ bytes: ByteView) {
    if let request = try? RoomRequest.parse(bytes) {
      let again = request.json().withByteView { try? RoomRequest.parse($0) }
      precondition(again == request, "a request is not read as it was written")
    }
    if let reply = try? RoomReply.parse(bytes) {
      let again = reply.json().withByteView { try? RoomReply.parse($0) }
      precondition(again == reply, "a reply is not read as it was written")
    }
    var server = RoomServer(randomness: Randomness(seed: 1), doorkeeper: .everybody)
    let connection = WebConnectionID(index: 0, generation: 1)
    server.open(connection, from: .loopbackV4, at: .zero)
    server.handle(bytes, from: connection, at: .zero)
    server.handle(bytes, from: connection, at: .zero)
    while server.pollAction() != nil {}
    server.handleTimeout(at: .zero + .seconds(60))
    _ = try? RoomURL(server: bytes.text())
    _ = try? RoomURL(room: bytes.text())
  }

  /// Bytes as what a stranger sends to a room server: a request, and the frames behind it. The first byte says in pieces of
  /// which size they come.
  public static func door(_ bytes: ByteView) {
    var door = RoomDoor(RoomServer(randomness: Randomness(seed: 1), doorkeeper: .everybody))
    guard let id = door.open(from: .loopbackV4, to: .loopbackV4, at: .zero) else { return }
    let step = 1 + 8 * Int(bytes.isEmpty ? 0 : bytes[0])
    var offset = 1
    while offset < bytes.count {
      door.handle(bytes[offset..<min(offset + step, bytes.count)], on: id, at: .zero)
      offset += step
      while door.pollAction() != nil {}
      door.pollOutput(on: id, at: .zero) { $0.count }
    }
    door.handleEnd(on: id, at: .zero)
    door.handleTimeout(at: .zero + .seconds(60))
  }
}
