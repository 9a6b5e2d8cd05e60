// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The station's way into its room: what [room] says, and the connection to the room server.

import Config
import Core
import Host
import Linux
import Rooms
import Station
import Web

/// The connection of `intercom run` to its room server.
final class RoomSocket {
  private let desk: Desk
  private let settings: RoomSettings
  private let socket: CallSocket
  private let room: RoomName
  private let url: HTTPURL
  private let token: String?

  /// A connection as [room] wants it; nil, with a line in the log, when nothing can come of that.
  init?(_ settings: RoomSettings, desk: Desk) {
    self.desk = desk
    self.settings = settings
    guard let room = RoomName(settings.name) else {
      desk.note(.error, "room", "[room] name is no name of a room")
      return nil
    }
    self.room = room
    do throws(HTTPURLError) { url = try RoomURL(server: settings.url).http } catch {
      desk.note(.error, "room", "[room] url is not ws://HOST:PORT/: \(error.text)")
      return nil
    }
    do throws(LinuxError) { token = try RoomToken.read(settings.token) } catch {
      desk.note(.error, "room", "the token of [room] cannot be read: \(error.text)")
      return nil
    }
    do throws(HostError) {
      socket = try CallSocket(host: desk.host, handshakes: desk.handshakes, token: Desk.roomToken)
    } catch {
      desk.note(.error, "room", error.text)
      return nil
    }
  }

  /// Lets the station go into the room.
  func enter(_ station: inout Station, name: String, at now: Instant) {
    do throws(LinuxError) {
      let member = RoomMember(
        room, at: url, name: name, token: token, authority: settings.authority, randomness: try Entropy.randomness())
      station.enter(member, voice: settings.voice, randomness: try Entropy.randomness(), at: now)
      desk.note(.notice, "room", "going into the room \(room.text) at \(url.authority.text)")
    } catch { desk.note(.error, "room", error.text) }
  }

  /// Takes in what the poller saw.
  func handle(_ station: inout Station, at now: Instant) {
    station.handleRoom { socket.handle(&$0, at: now) }
  }

  /// Does what the member wants, after every change; answers whether it wanted anything.
  func serve(_ station: inout Station, at now: Instant) -> Bool {
    var hasMoved = false
    station.handleRoom { if socket.serve(&$0, at: now) { hasMoved = true } }
    return hasMoved
  }
}

/// What lets us into a room.
enum RoomToken {
  /// The token as it stands, or what the file holds whose path it is, without its line end.
  static func read(_ setting: String?) throws(LinuxError) -> String? {
    guard let setting, setting.utf8.first == UInt8(ascii: "/") else { return setting }
    return try read(file: setting)
  }

  /// The same for a word of the command line, which may be a path of any kind.
  static func read(word: String?) throws(LinuxError) -> String? {
    guard let word, word.utf8.first != UInt8(ascii: "/") else { return try read(word) }
    do throws(LinuxError) { return try read(file: word) } catch { return word }
  }

  private static func read(file: String) throws(LinuxError) -> String {
    var bytes = try Files.read(file, limitBytes: Limits.roomTokenBytesMax + 2)
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
