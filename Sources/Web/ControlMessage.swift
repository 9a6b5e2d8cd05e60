// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is said on the control socket: one JSON object a line each way. docs/reference/control-socket.md lists them.
//
//   {"command":"volume","percent":70}  ►
//                                      ◄  {"ok":true,"message":"The volume is 70 %."}

public import Access
public import Core

/// Why a line is no request, or no reply.
public enum ControlProblem: Error, Equatable, Sendable {
  /// Longer than `Limits.controlLineBytesMax`.
  case tooLong
  /// Not JSON as we read it.
  case json(JSONError)
  /// JSON, but not an object.
  case notAnObject
  /// No member "command" that is a string; of a reply, no member "ok" that is true or false.
  case noCommand
  /// A command not known.
  case unknownCommand
  /// A member that the command needs is missing, or is not what it needs.
  case wrongMember(StaticText)

  /// A literal that can be compared.
  public struct StaticText: Equatable, Sendable {
    let text: StaticString
    init(_ text: StaticString) { self.text = text }

    /// Whether both are the same bytes.
    public static func == (left: StaticText, right: StaticText) -> Bool {
      left.text.description.utf8.elementsEqual(right.text.description.utf8)
    }
  }

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .tooLong: "The line is longer than \(Limits.controlLineBytesMax) bytes."
    case .json(let error): error.text
    case .notAnObject: "The line is not a JSON object."
    case .noCommand: "The object has no string called command."
    case .unknownCommand:
      "The command is none of status, mute, unmute, toggle-mute, call, answer, hangup, volume, do-not-disturb, talk, "
        + "pair, paired, revoke."
    case .wrongMember(let need): "The command needs \(need.text.description)."
    }
  }
}

/// A request on the control socket.
public enum ControlRequest: Equatable, Sendable {
  /// What is going on?
  case status
  /// Mute the microphone, or no longer.
  case setMuted(Bool)
  /// Mute the microphone if it is not, else no longer.
  case toggleMute
  /// Call these peers; empty: all of them.
  case call([String])
  /// Answer what rings.
  case answer
  /// End the call, give up calling, refuse what rings.
  case hangUp
  /// The speaker's volume, 0 ... 100.
  case setVolume(Int)
  /// So many steps louder, or quieter below 0; -100 ... 100.
  case changeVolume(steps: Int)
  /// Refuse calls as busy, or no longer.
  case setDoNotDisturb(Bool)
  /// Talk is pressed, or let go.
  case setTalking(Bool)
  /// Open a pairing for somebody who may then do this.
  case pair(Role)
  /// Who is paired, and is a pairing open?
  case paired
  /// Lock this one out.
  case revoke(PairedID)

  /// The request that a line (without its line end) writes. Members not known are passed over.
  public static func parse(_ line: ByteView) throws(ControlProblem) -> ControlRequest {
    guard line.count <= Limits.controlLineBytesMax else { throw .tooLong }
    let value: JSONValue
    do throws(JSONError) { value = try JSONReader.read(line) } catch { throw .json(error) }
    guard case .object = value else { throw .notAnObject }
    guard let command = value["command"]?.string else { throw .noCommand }
    if command.hasBytes(of: "status") { return .status }
    if command.hasBytes(of: "mute") { return .setMuted(true) }
    if command.hasBytes(of: "unmute") { return .setMuted(false) }
    if command.hasBytes(of: "toggle-mute") { return .toggleMute }
    if command.hasBytes(of: "call") { return .call(try peers(value)) }
    if command.hasBytes(of: "answer") { return .answer }
    if command.hasBytes(of: "hangup") { return .hangUp }
    if command.hasBytes(of: "volume") { return try volume(value) }
    if command.hasBytes(of: "do-not-disturb") { return .setDoNotDisturb(try isOn(value)) }
    if command.hasBytes(of: "talk") { return .setTalking(try isOn(value)) }
    if command.hasBytes(of: "pair") { return .pair(try role(value)) }
    if command.hasBytes(of: "paired") { return .paired }
    if command.hasBytes(of: "revoke") { return .revoke(try number(value)) }
    throw .unknownCommand
  }

  /// The request as one line, with its line end.
  public func line() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .status: writer.member("command", "status")
    case .setMuted(let muted): writer.member("command", muted ? "mute" : "unmute")
    case .toggleMute: writer.member("command", "toggle-mute")
    case .call(let peers):
      writer.member("command", "call")
      writer.name("peers")
      writer.beginArray()
      for peer in peers { writer.value(peer) }
      writer.endArray()
    case .answer: writer.member("command", "answer")
    case .hangUp: writer.member("command", "hangup")
    case .setVolume(let percent):
      writer.member("command", "volume")
      writer.member("percent", Int64(percent))
    case .changeVolume(let steps):
      writer.member("command", "volume")
      writer.member("steps", Int64(steps))
    case .setDoNotDisturb(let on):
      writer.member("command", "do-not-disturb")
      writer.member("on", on)
    case .setTalking(let on):
      writer.member("command", "talk")
      writer.member("on", on)
    case .pair(let role):
      writer.member("command", "pair")
      writer.member("role", role.text)
    case .paired: writer.member("command", "paired")
    case .revoke(let id):
      writer.member("command", "revoke")
      writer.member("id", Int64(id.number))
    }
    writer.endObject()
    return writer.bytes + [ASCII.lineFeed]
  }

  private static func peers(_ value: JSONValue) throws(ControlProblem) -> [String] {
    guard let member = value["peers"] else { return [] }
    let problem = ControlProblem.wrongMember(.init("\"peers\": a list of at most 64 names, or nothing for all of them"))
    guard let names = member.array, names.count <= Limits.configurationPeersMax else { throw problem }
    var peers: [String] = []
    for name in names {
      guard let text = name.string, !text.utf8.isEmpty, text.utf8.count <= Limits.configurationNameBytesMax else {
        throw problem
      }
      peers.append(text)
    }
    return peers
  }

  private static func volume(_ value: JSONValue) throws(ControlProblem) -> ControlRequest {
    let problem = ControlProblem.wrongMember(.init("either \"percent\": 0 to 100, or \"steps\": -100 to 100"))
    switch (value["percent"], value["steps"]) {
    case (.integer(let percent)?, nil) where percent >= 0 && percent <= 100: return .setVolume(Int(percent))
    case (nil, .integer(let steps)?) where steps >= -100 && steps <= 100: return .changeVolume(steps: Int(steps))
    default: throw problem
    }
  }

  private static func role(_ value: JSONValue) throws(ControlProblem) -> Role {
    guard let member = value["role"] else { return .talk }
    guard let role = member.string.flatMap({ Role($0) }) else {
      throw .wrongMember(.init("\"role\": \"talk\" or \"admin\", or nothing for talk"))
    }
    return role
  }

  private static func number(_ value: JSONValue) throws(ControlProblem) -> PairedID {
    guard let number = value["id"]?.integer, let id = UInt32(exactly: number), id > 0 else {
      throw .wrongMember(.init("\"id\": the number of somebody who is paired"))
    }
    return PairedID(id)
  }

  private static func isOn(_ value: JSONValue) throws(ControlProblem) -> Bool {
    guard let on = value["on"]?.bool else { throw .wrongMember(.init("\"on\": true or false")) }
    return on
  }
}

/// A reply on the control socket.
public struct ControlReply: Equatable, Sendable {
  /// Whether it was done.
  public let isOK: Bool
  /// What was done, or why it was not: a sentence for a person. Empty with a status.
  public let text: String
  /// The answer to `status`.
  public let status: StatusReport?
  /// The answer to `pair` and `paired`, as JSON.
  private var body: [UInt8]?

  /// It was done: `text` says what.
  public static func done(_ text: String) -> ControlReply { ControlReply(isOK: true, text: text, status: nil) }
  /// It was not done: `text` says why.
  public static func refused(_ text: String) -> ControlReply { ControlReply(isOK: false, text: text, status: nil) }
  /// What is going on.
  public static func status(_ report: StatusReport) -> ControlReply {
    ControlReply(isOK: true, text: "", status: report)
  }

  /// A pairing was opened: its code, how long it lives, and where it is to be entered.
  public static func pairing(_ pairing: OpenPairing, url: String, at now: Instant) -> ControlReply {
    object { writer in
      writer.member("code", pairing.code)
      writer.member("expires_s", Int64(pairing.secondsLeft(at: now)))
      writer.member("url", url)
    }
  }

  /// Who is paired, oldest first, and for how many seconds a pairing is open yet (nil: none is).
  public static func paired(_ records: [PairedRecord], openSeconds: Int?) -> ControlReply {
    object { writer in
      writer.name("paired")
      PairingText.write(records, to: &writer)
      writer.name("open_s")
      if let openSeconds { writer.value(Int64(openSeconds)) } else { writer.null() }
    }
  }

  private static func object(_ members: (inout JSONWriter) -> Void) -> ControlReply {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", true)
    members(&writer)
    writer.endObject()
    return ControlReply(isOK: true, text: "", status: nil, body: writer.bytes)
  }

  private init(isOK: Bool, text: String, status: StatusReport?, body: [UInt8]? = nil) {
    (self.isOK, self.text, self.status, self.body) = (isOK, text, status, body)
  }

  /// The reply as one line, with its line end.
  public func line() -> [UInt8] { json() + [ASCII.lineFeed] }

  /// The reply as JSON.
  public func json() -> [UInt8] {
    if let body { return body }
    if let status {
      var bytes: [UInt8] = []
      bytes.append(text: "{\"ok\":true,\"status\":")
      bytes += status.json()
      bytes.append(text: "}")
      return bytes
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", isOK)
    writer.member(isOK ? "message" : "error", text)
    writer.endObject()
    return writer.bytes
  }
}

/// A reply as whoever asked reads it.
public struct ControlAnswer: Equatable, Sendable {
  /// Whether it was done.
  public let isOK: Bool
  /// What was done, or why it was not; empty when nothing was said.
  public let text: String
  /// The whole answer.
  public let object: JSONValue
  /// The answer to `status`; nil to anything else.
  public var status: JSONValue? { object["status"] }

  /// The reply that a line (without its line end) writes. Members not known are passed over.
  public static func parse(_ line: ByteView) throws(ControlProblem) -> ControlAnswer {
    let value: JSONValue
    do throws(JSONError) { value = try JSONReader.read(line) } catch { throw .json(error) }
    guard case .object = value else { throw .notAnObject }
    guard let isOK = value["ok"]?.bool else { throw .noCommand }
    return ControlAnswer(isOK: isOK, text: value[isOK ? "message" : "error"]?.string ?? "", object: value)
  }
}
