// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The messages as JSON and back: one object a WebSocket text message. Members of an object that are not known are passed
// over, so that the protocol can grow; those that are known have the type and the size they must have.

public import Core
import Web

/// A message that is not understood.
public struct RoomMessageError: Error, Equatable, Sendable {
  init() {}
}

extension RoomRequest {
  /// The message that `text` writes.
  public static func parse(_ text: ByteView) throws(RoomMessageError) -> RoomRequest {
    let message = try RoomJSON(text)
    if message.isType("hello") {
      guard let room = RoomName(try message.text("room", maximum: Limits.configurationNameBytesMax)) else {
        throw RoomMessageError()
      }
      let name = try message.text("name", maximum: Limits.configurationNameBytesMax)
      guard RoomName(name) != nil else { throw RoomMessageError() }
      return .hello(
        RoomHello(
          room: room, name: name, token: try message.optional("token", maximum: Limits.roomTokenBytesMax),
          resume: try message.optional("resume", maximum: RoomJSON.identifierBytesMax)))
    }
    if message.isType("leave") { return .leave }
    if message.isType("ping") { return .ping }
    let to = try message.identifier("to")
    return .signal(try message.signal(), to: to)
  }

  /// The message as JSON.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .hello(let hello):
      writer.member("type", "hello")
      writer.member("room", hello.room.text)
      writer.member("name", hello.name)
      if let token = hello.token { writer.member("token", token) }
      if let resume = hello.resume { writer.member("resume", resume) }
    case .signal(let signal, let to): signal.write(into: &writer, "to", to)
    case .leave: writer.member("type", "leave")
    case .ping: writer.member("type", "ping")
    }
    writer.endObject()
    return writer.bytes
  }
}

extension RoomReply {
  /// The message that `text` writes.
  public static func parse(_ text: ByteView) throws(RoomMessageError) -> RoomReply {
    let message = try RoomJSON(text)
    if message.isType("welcome") {
      guard let seconds = message.value["resume_s"]?.integer, (0...3600).contains(seconds),
        let list = message.value["peers"]?.array
      else { throw RoomMessageError() }
      var peers: [RoomPeer] = []
      for element in list { peers.append(try RoomJSON(element).peer()) }
      return .welcome(
        RoomWelcome(
          member: try message.identifier("member"), resume: try message.identifier("resume"),
          resumeSeconds: Int(seconds), peers: peers))
    }
    if message.isType("joined") { return .joined(try message.peer()) }
    if message.isType("left") { return .left(member: try message.identifier("member")) }
    if message.isType("pong") { return .pong }
    if message.isType("error") {
      let code = try message.text("code", maximum: RoomJSON.identifierBytesMax)
      let sentence = try message.text("sentence", maximum: Limits.roomCandidateBytesMax)
      let call = try message.optional("call", maximum: RoomJSON.identifierBytesMax)
      for known in RoomErrorCode.allCases where sameBytes(known.text, code) {
        return .error(known, sentence: sentence, call: call)
      }
      throw RoomMessageError()
    }
    let from = try message.identifier("from")
    return .signal(try message.signal(), from: from)
  }

  /// The message as JSON.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .welcome(let welcome):
      writer.member("type", "welcome")
      writer.member("member", welcome.member)
      writer.member("resume", welcome.resume)
      writer.member("resume_s", Int64(welcome.resumeSeconds))
      writer.name("peers")
      writer.beginArray()
      for peer in welcome.peers {
        writer.beginObject()
        peer.write(into: &writer)
        writer.endObject()
      }
      writer.endArray()
    case .joined(let peer):
      writer.member("type", "joined")
      peer.write(into: &writer)
    case .left(let member):
      writer.member("type", "left")
      writer.member("member", member)
    case .signal(let signal, let from): signal.write(into: &writer, "from", from)
    case .pong: writer.member("type", "pong")
    case .error(let code, let sentence, let call):
      writer.member("type", "error")
      writer.member("code", code.text)
      writer.member("sentence", sentence)
      if let call { writer.member("call", call) }
    }
    writer.endObject()
    return writer.bytes
  }
}

extension RoomPeer {
  fileprivate func write(into writer: inout JSONWriter) {
    writer.member("member", member)
    writer.member("name", name)
  }
}

extension RoomSignal {
  fileprivate func write(into writer: inout JSONWriter, _ side: String, _ member: String) {
    switch content {
    case .offer: writer.member("type", "offer")
    case .answer: writer.member("type", "answer")
    case .candidate: writer.member("type", "candidate")
    case .bye: writer.member("type", "bye")
    }
    writer.member(side, member)
    writer.member("call", call)
    switch content {
    case .offer(let sdp), .answer(let sdp): writer.member("sdp", sdp)
    case .candidate(let candidate, let mid):
      writer.member("candidate", candidate)
      writer.member("sdpMid", mid)
    case .bye(let reason): writer.member("reason", reason)
    }
  }
}

/// A JSON object being read as a message.
private struct RoomJSON {
  static let identifierBytesMax = 64
  let value: JSONValue
  private let type: String

  init(_ text: ByteView) throws(RoomMessageError) {
    let read: JSONValue
    do throws(JSONError) { read = try JSONReader.read(text) } catch { throw RoomMessageError() }
    guard let type = read["type"]?.string else { throw RoomMessageError() }
    value = read
    self.type = type
  }

  init(_ value: JSONValue) {
    self.value = value
    type = ""
  }

  func isType(_ name: String) -> Bool { sameBytes(type, name) }

  /// A text of at most `maximum` bytes that must be there.
  func text(_ name: String, maximum: Int, minimum: Int = 1) throws(RoomMessageError) -> String {
    guard let text = value[name]?.string, (minimum...maximum).contains(text.utf8.count) else {
      throw RoomMessageError()
    }
    return text
  }

  func optional(_ name: String, maximum: Int) throws(RoomMessageError) -> String? {
    value[name] == nil ? nil : try text(name, maximum: maximum)
  }

  /// A name for messages, a secret, a call: printable ASCII without blanks.
  func identifier(_ name: String) throws(RoomMessageError) -> String {
    let text = try text(name, maximum: Self.identifierBytesMax)
    for byte in text.utf8 where byte <= 0x20 || byte >= 0x7F { throw RoomMessageError() }
    return text
  }

  func peer() throws(RoomMessageError) -> RoomPeer {
    let name = try text("name", maximum: Limits.configurationNameBytesMax)
    guard RoomName(name) != nil else { throw RoomMessageError() }
    return RoomPeer(try identifier("member"), name: name)
  }

  func signal() throws(RoomMessageError) -> RoomSignal {
    let call = try identifier("call")
    if isType("offer") { return RoomSignal(call, .offer(try text("sdp", maximum: Limits.httpBodyBytesMax))) }
    if isType("answer") { return RoomSignal(call, .answer(try text("sdp", maximum: Limits.httpBodyBytesMax))) }
    if isType("candidate") {
      let candidate = try text("candidate", maximum: Limits.roomCandidateBytesMax, minimum: 0)
      let mid = value["sdpMid"] == nil ? "" : try text("sdpMid", maximum: Self.identifierBytesMax, minimum: 0)
      return RoomSignal(call, .candidate(candidate, mid: mid))
    }
    guard isType("bye") else { throw RoomMessageError() }
    let reason = value["reason"] == nil ? "" : try text("reason", maximum: Limits.roomCandidateBytesMax, minimum: 0)
    return RoomSignal(call, .bye(reason: reason))
  }
}
