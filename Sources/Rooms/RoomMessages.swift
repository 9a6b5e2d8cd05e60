// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What members and a room server say to each other, as values. docs/reference/rooms.md explains each, and
// docs/reference/rooms.schema.json is the same for programs.

/// Somebody in a room.
public struct RoomPeer: Equatable, Sendable {
  /// Its name for messages; no two members of a server have the same, ever.
  public var member: String
  /// What it calls itself; no two members of a room have the same.
  public var name: String

  /// A member called `name`.
  public init(_ member: String, name: String) {
    self.member = member
    self.name = name
  }
}

/// What one member tells another of a call.
public struct RoomSignal: Equatable, Sendable {
  /// Which call: chosen by whoever offers, and said in every message about it.
  public var call: String
  /// What of it.
  public var content: Content

  /// A message about `call`.
  public init(_ call: String, _ content: Content) {
    self.call = call
    self.content = content
  }

  /// The messages about a call.
  public enum Content: Equatable, Sendable {
    /// An offer (SDP).
    case offer(String)
    /// An answer (SDP).
    case answer(String)
    /// A candidate ("candidate:..."), and the mid of its section; an empty candidate ends the candidates.
    case candidate(String, mid: String)
    /// The call is over, or is not wanted: `reason` is one of `RoomSignal.busy` ..., or a sentence, or empty.
    case bye(reason: String)
  }

  /// The reason of a bye: in a call, or not to be disturbed.
  public static let busy = "busy"
  /// Somebody refused.
  public static let refused = "refused"
  /// It rang, and nobody answered.
  public static let noAnswer = "no_answer"
}

/// The first message of a connection.
public struct RoomHello: Equatable, Sendable {
  /// The room to be in.
  public var room: RoomName
  /// What the member calls itself, 1 ... Limits.configurationNameBytesMax bytes.
  public var name: String
  /// What lets it in, where the server wants something.
  public var token: String?
  /// The secret of an earlier welcome, to be the same member again.
  public var resume: String?

  /// A hello.
  public init(room: RoomName, name: String, token: String? = nil, resume: String? = nil) {
    self.room = room
    self.name = name
    self.token = token
    self.resume = resume
  }
}

/// What a member tells the server.
public enum RoomRequest: Equatable, Sendable {
  /// Here I am.
  case hello(RoomHello)
  /// For another member.
  case signal(RoomSignal, to: String)
  /// I go, and do not come back.
  case leave
  /// Is anybody there?
  case ping
}

/// What a server tells a member who is let in.
public struct RoomWelcome: Equatable, Sendable {
  /// Who the member is.
  public var member: String
  /// The secret with which it is the same member again on another connection.
  public var resume: String
  /// How long it may be away, in seconds.
  public var resumeSeconds: Int
  /// The others, in the order in which they came.
  public var peers: [RoomPeer]

  /// A welcome.
  public init(member: String, resume: String, resumeSeconds: Int, peers: [RoomPeer]) {
    self.member = member
    self.resume = resume
    self.resumeSeconds = resumeSeconds
    self.peers = peers
  }
}

/// Why the server does not do what it was asked for.
public enum RoomErrorCode: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// The message is not understood.
  case malformed
  /// The first message must be hello, and only the first.
  case helloExpected
  /// Nothing lets this member into this room.
  case notAllowed
  /// The room has as many members as it may have.
  case roomFull
  /// Another member of the room has this name.
  case nameTaken
  /// The server has as many rooms as it may have.
  case serverFull
  /// Nobody of this name for messages is in the room. The connection goes on.
  case noSuchMember
  /// Too many messages.
  case tooFast

  /// The code as messages write it.
  public var text: String {
    switch self {
    case .malformed: "malformed"
    case .helloExpected: "hello_expected"
    case .notAllowed: "not_allowed"
    case .roomFull: "room_full"
    case .nameTaken: "name_taken"
    case .serverFull: "server_full"
    case .noSuchMember: "no_such_member"
    case .tooFast: "too_fast"
    }
  }

  /// A sentence for people.
  public var sentence: String {
    switch self {
    case .malformed: "The message is not understood."
    case .helloExpected: "The first message must be hello, and only the first."
    case .notAllowed: "You are not allowed into this room: the token is missing, wrong or for another room."
    case .roomFull: "The room is full: it is for two."
    case .nameTaken: "Somebody of this name is in the room already."
    case .serverFull: "The server has no place for another room."
    case .noSuchMember: "This member is not in the room."
    case .tooFast: "Too many messages in too short a time."
    }
  }

  /// Whether the connection is closed after it.
  public var endsConnection: Bool { self != .noSuchMember }
}

/// What a server tells a member.
public enum RoomReply: Equatable, Sendable {
  /// You are in.
  case welcome(RoomWelcome)
  /// Somebody came.
  case joined(RoomPeer)
  /// Somebody went.
  case left(member: String)
  /// From another member.
  case signal(RoomSignal, from: String)
  /// The answer to a ping.
  case pong
  /// Something is not done; `call`: what it was about.
  case error(RoomErrorCode, sentence: String, call: String?)
}
