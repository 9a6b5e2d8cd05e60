// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who may be in which room: by the token that is shown, or because the room server is open.

public import Access
public import Core

/// Somebody who says hello.
public struct RoomVisitor: Sendable {
  /// Where it comes from.
  public var client: IPAddress
  /// How it came.
  public var transport: Transport
  /// What its hello shows, or else the opening of its connection; nil: nothing.
  public var token: String?
  /// Where it wants to be.
  public var room: RoomName

  /// A visitor.
  public init(from client: IPAddress, over transport: Transport, token: String?, room: RoomName) {
    self.client = client
    self.transport = transport
    self.token = token
    self.room = room
  }
}

/// What becomes of a visitor.
public enum RoomVerdict: Equatable, Sendable {
  /// It may come in.
  case admitted
  /// It may not, and this is why.
  case refused(RoomErrorCode, sentence: String)
}

/// Decides who may be in which room. Loop thread only.
///
/// `open` lets everybody in. A room server pairs nobody: without a key for tokens `paired` lets in who is on this machine,
/// and with one it is `token`, to which an address means nothing: a proxy on this machine brings everybody from here.
public struct RoomDoorkeeper: Sendable {
  private let mode: AccessMode
  private var verifier: TokenVerifier?
  private var wrongSignatures = RateLimiter(.wrongSignature)

  /// A doorkeeper; `verifier` checks signed tokens (nil: none are taken).
  public init(_ mode: AccessMode, verifier: TokenVerifier? = nil) {
    self.mode = mode
    self.verifier = verifier
  }

  /// Lets everybody in.
  public static var everybody: RoomDoorkeeper { RoomDoorkeeper(.open) }

  /// What becomes of `visitor` at `wall` seconds since 1970-01-01 UTC.
  public mutating func judge(_ visitor: RoomVisitor, at now: Instant, wall: Int64) -> RoomVerdict {
    let isLocal = visitor.client.unmapped.isLoopback
    switch mode {
    case .open: return .admitted
    case .paired where verifier == nil:
      return isLocal ? .admitted : Self.denied("This room server lets in only programs of its own machine.")
    case .paired, .token: break
    }
    guard let token = visitor.token else { return Self.denied(RoomErrorCode.notAllowed.sentence) }
    // As everywhere: what is shown in the clear has been seen by others.
    guard isLocal || visitor.transport == .secure else {
      return Self.denied("A token counts over wss:// only: in the clear others see it.")
    }
    guard verifier != nil else { return Self.denied(TokenError.notConfigured.text) }
    let seconds = wrongSignatures.missingSeconds(of: visitor.client, at: now)
    guard seconds == 0 else {
      return .refused(.tooFast, sentence: "Too many wrong tokens from this address; try again in \(seconds) s.")
    }
    do throws(TokenError) {
      guard let claims = try verifier?.verify(token, wall: wall) else { return Self.denied("") }
      guard let room = claims.room, !sameBytes(room, visitor.room.text) else { return .admitted }
      return Self.denied(TokenError.wrongRoom.text)
    } catch {
      if error == .wrongSignature { _ = wrongSignatures.waitSeconds(for: visitor.client, at: now) }
      return Self.denied(error.text)
    }
  }

  private static func denied(_ sentence: String) -> RoomVerdict { .refused(.notAllowed, sentence: sentence) }
}
