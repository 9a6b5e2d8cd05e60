// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The messages by which any other signaling can carry a call: one JSON object a line, on standard input and output.

public import Core

/// The state of a call, as told to whoever carries it.
public struct StdioState: Equatable, Sendable {
  /// The connection's state, in the words of the station.
  public var state: String
  /// Connection quality, 0 ... 100; nil is not written.
  public var quality: Int?
  /// Anything more for a person; nil is not written.
  public var detail: String?

  /// A state.
  public init(_ state: String, quality: Int? = nil, detail: String? = nil) {
    self.state = state
    self.quality = quality
    self.detail = detail
  }
}

/// One message.
public enum StdioMessage: Equatable, Sendable {
  /// An offer (SDP).
  case offer(String)
  /// An answer (SDP).
  case answer(String)
  /// A candidate ("candidate:..."), and the mid of its section, empty when not said; an empty candidate ends the candidates.
  case candidate(String, mid: String)
  /// The call is over.
  case bye(reason: String)
  /// The call's state.
  case state(StdioState)

  /// The message that a line (without its line end) writes. Members not known are passed over.
  public static func parse(_ line: ByteView) throws(StdioProblem) -> StdioMessage {
    let value: JSONValue
    do throws(JSONError) { value = try JSONReader.read(line) } catch { throw .json(error) }
    guard case .object = value else { throw .notAnObject }
    guard let type = value["type"]?.string else { throw .noType }
    if type.hasBytes(of: "offer") { return .offer(try text(value, "sdp")) }
    if type.hasBytes(of: "answer") { return .answer(try text(value, "sdp")) }
    if type.hasBytes(of: "candidate") {
      // Browsers write an end of candidates as null or as an empty candidate.
      let isNull = value["candidate"] == .null
      let candidate = isNull ? "" : try text(value, "candidate", mayBeEmpty: true)
      return .candidate(candidate, mid: value["sdpMid"]?.string ?? "")
    }
    if type.hasBytes(of: "bye") { return .bye(reason: value["reason"]?.string ?? "") }
    if type.hasBytes(of: "state") {
      let quality = value["quality"]?.integer.map { Int(clamping: $0) }
      return .state(StdioState(try text(value, "state"), quality: quality, detail: value["detail"]?.string))
    }
    throw .unknownType
  }

  /// The message as one line, with its line end.
  public func line() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .offer(let sdp):
      writer.member("type", "offer")
      writer.member("sdp", sdp)
    case .answer(let sdp):
      writer.member("type", "answer")
      writer.member("sdp", sdp)
    case .candidate(let candidate, let mid):
      writer.member("type", "candidate")
      writer.member("candidate", candidate)
      writer.member("sdpMid", mid)
    case .bye(let reason):
      writer.member("type", "bye")
      writer.member("reason", reason)
    case .state(let state):
      writer.member("type", "state")
      writer.member("state", state.state)
      if let quality = state.quality { writer.member("quality", Int64(quality)) }
      if let detail = state.detail { writer.member("detail", detail) }
    }
    writer.endObject()
    return writer.bytes + [ASCII.lineFeed]
  }

  private static func text(
    _ value: JSONValue, _ name: StaticString, mayBeEmpty: Bool = false
  ) throws(StdioProblem) -> String {
    guard let text = value[name.description]?.string, mayBeEmpty || !text.isEmpty else { throw .missingMember(name) }
    return text
  }
}
