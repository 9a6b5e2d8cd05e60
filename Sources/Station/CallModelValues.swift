// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between the call model and whoever carries its calls out.

public import Core

/// One offer that came in, or one call that was placed. Numbers are not used again.
public struct CallNumber: Hashable, Sendable, BitwiseCopyable {
  /// The number, from 1.
  public let number: UInt32

  /// A call's number; made by `CallModel`, and by tests.
  public init(_ number: UInt32) { self.number = number }
}

/// The states of the call model, as people and lights are told them.
public enum CallState: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// No call.
  case idle
  /// One or several peers are being called; nobody has answered.
  case calling
  /// Somebody calls, and it rings here.
  case ringing
  /// Answered, here or there; voice cannot flow yet.
  case connecting
  /// Voice flows.
  case connected
  /// The call was lost, and is being got back.
  case reconnecting

  /// The state in a word.
  public var text: String {
    switch self {
    case .idle: "idle"
    case .calling: "calling"
    case .ringing: "ringing"
    case .connecting: "connecting"
    case .connected: "connected"
    case .reconnecting: "reconnecting"
    }
  }
}

/// Whom a call is with.
public struct CallParty: Sendable {
  /// The peer of the configuration, if it is one.
  public var peer: String?
  /// What a caller says it is called; empty when it says nothing, and in calls that we place.
  public var name: String
  /// Where a caller's offer came from; nil in calls that we place.
  public var address: IPAddress?
  /// Whether the caller wants a call back that it had been called for, and none that rings (`Intercom-Return`).
  public var isReturn: Bool
  /// The certificate by which it was recognised, where that is pinned here; nil: it is who it says it is, or is not.
  public var pin: Fingerprint?
  /// The ring of this device's pages that the caller answers (`Intercom-Ring`); a number that never was: one that is over.
  public var answers: CallNumber?
  /// The call whose place it takes (`Intercom-Replaces`): the caller's own, which is up or was ended by it a moment ago.
  public var replaces: CallNumber?

  /// Somebody.
  public init(peer: String?, name: String = "", address: IPAddress? = nil, isReturn: Bool = false) {
    self.peer = peer
    self.name = name
    self.address = address
    self.isReturn = isReturn
  }

  /// Whether both are the same: one peer, one certificate, or one name at one address. Whoever gives no name is nobody
  /// twice.
  public func isSame(as other: CallParty) -> Bool {
    if let peer, let otherPeer = other.peer { return sameBytes(peer, otherPeer) }
    guard peer == nil, other.peer == nil else { return false }
    if pin != nil || other.pin != nil { return pin == other.pin }
    return !name.isEmpty && sameBytes(name, other.name) && address == other.address
  }

  /// For people.
  public var text: String {
    if let peer { return peer }
    let place = address.map { $0.unmapped.text } ?? "somebody"
    return name.isEmpty ? place : "\"\(name)\" at \(place)"
  }
}

/// Why a call that was placed did not come to be.
public enum CallFailure: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// In a call already, or does not want to be disturbed.
  case busy
  /// A person there refused.
  case refused
  /// It rang there, and nobody answered.
  case noAnswer
  /// It could not be reached, or there was no understanding.
  case unreachable
  /// It answered with another certificate than the one that is pinned for it.
  case untrusted

  var text: String {
    switch self {
    case .busy: "is busy"
    case .refused: "refused"
    case .noAnswer: "did not answer"
    case .unreachable: "cannot be reached"
    case .untrusted: "was not let in: its certificate has changed"
    }
  }
}

/// Why a call that was answered is over.
public enum CallOver: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// The far side ended it, or took its offer back.
  case hungUp
  /// It broke.
  case lost
}

/// Why an offer is refused.
public enum OfferRefusal: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// In another call, or not to be disturbed.
  case busy
  /// A person refused.
  case refused
  /// It rang, and nobody answered.
  case noAnswer
  /// It wanted a call back that is none here.
  case noCall
  /// It answered a ring that is over.
  case ringOver
}

/// The call in progress, as it is remembered over a restart of the program.
public struct RememberedCall: Sendable {
  /// The peer of the configuration that it is with.
  public var peer: String
  /// Whether we placed it: then it is placed again, else it is waited for.
  public var isPlaced: Bool

  /// A call with `peer`.
  public init(peer: String, isPlaced: Bool) {
    self.peer = peer
    self.isPlaced = isPlaced
  }

  /// What is written into the file: a word, a blank, the name, a line end.
  public var bytes: [UInt8] { Array("\(isPlaced ? "placed" : "taken") \(peer)\n".utf8) }

  /// What the file says, or nil when it is none of ours.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= Limits.rememberedCallBytesMax, bytes.last == 0x0A else { return nil }
    let text = bytes.dropLast()
    for (word, isPlaced) in [("placed ", true), ("taken ", false)] where text.starts(with: word.utf8) {
      let name = text.dropFirst(word.utf8.count)
      guard !name.isEmpty, !name.contains(0x0A) else { return nil }
      self.init(peer: String(decoding: name, as: UTF8.self), isPlaced: isPlaced)
      return
    }
    return nil
  }
}

/// What is to be done now, in this order.
public enum CallAction: Sendable {
  /// Place a call to the peer; a return wants a call back that the peer had placed, and does not ring there.
  case place(CallNumber, peer: String, isReturn: Bool)
  /// Ring the open pages; the first that answers with an offer has the call.
  case ringPages(CallNumber)
  /// The pages' ring is over.
  case ringPagesOver(CallNumber)
  /// Answer the offer.
  case answer(CallNumber)
  /// Refuse the offer.
  case refuse(CallNumber, OfferRefusal)
  /// End the call, or give it up if it is not answered yet.
  case hangUp(CallNumber)
  /// Play the tone instead of what is played.
  case playTone(Tone)
  /// Play no tone any more.
  case stopTone
  /// Remember this call over a restart, instead of any other.
  case remember(RememberedCall)
  /// Remember none.
  case forget
  /// A line for the log.
  case log(LogLine)
}

/// Why a command is not carried out.
public enum CommandRefusal: Error, Equatable, Sendable {
  /// There is a call, or one is being set up.
  case callUnderWay
  /// There is no such peer in the configuration.
  case noSuchPeer
  /// There is no peer in the configuration, and no page is open.
  case nobodyToCall
  /// More peers than can be called at once.
  case tooManyPeers
  /// Nothing rings.
  case nothingRings
  /// There is no call.
  case noCall
  /// The hardware button has muted the microphone, and only it can lift that.
  case mutedByHardware
  /// Somebody at the device has muted the microphone, and nobody from afar can lift that.
  case mutedLocally
  /// Not over the network.
  case notFromAfar

  /// A sentence for people.
  public var text: String {
    switch self {
    case .callUnderWay: "There is a call already."
    case .noSuchPeer: "The configuration has no such peer."
    case .nobodyToCall: "There is nobody to call: the configuration has no peer, and no page is open."
    case .tooManyPeers: "At most \(Limits.placedCallsMax) peers can be called at once."
    case .nothingRings: "Nobody is calling."
    case .noCall: "There is no call."
    case .mutedByHardware: "The microphone is muted by its button, which alone can lift that."
    case .mutedLocally: "The microphone was muted at the device, where alone that can be lifted."
    case .notFromAfar: "This cannot be asked for over the network."
    }
  }
}
