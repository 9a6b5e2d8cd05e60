// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The words for buttons, lights, talking and tones that the configuration, the panel, the station and the engine share.

/// What a button is for.
public enum ButtonRole: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Push-to-talk: talks while it is held.
  case talk
  /// The hardware mute.
  case mute
  /// Calls its peers; the first that answers has the call.
  case call
  /// Answers what rings.
  case answer
  /// Ends the call, or refuses what rings.
  case hangUp
  /// A step louder.
  case volumeUp
  /// A step quieter.
  case volumeDown
  /// Shuts the machine down; by a long press only.
  case shutDown
  /// Opens pairing for two minutes; by a long press only.
  case pair
}

/// How a button is pressed.
public enum Press: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Once, and let go before it is long.
  case short
  /// Held.
  case long
  /// Twice in quick succession.
  case double
}

/// Which level of a line means pressed, or lit.
public enum LinePolarity: Hashable, Sendable, BitwiseCopyable {
  /// Low: a button to ground, a lamp to the supply.
  case activeLow
  /// High.
  case activeHigh
}

/// The resistor inside the chip that holds an open line.
public enum LineBias: Hashable, Sendable, BitwiseCopyable {
  /// As it was found.
  case unchanged
  /// None: there is one on the board.
  case disabled
  /// To the supply.
  case pullUp
  /// To ground.
  case pullDown
}

/// What a light tells of.
public enum LightRole: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// The state of the connection.
  case link
  /// That this side's voice goes out.
  case talk
  /// The mute.
  case mute
  /// That the program runs, and is healthy.
  case power
}

/// What a light does. The times stand in `Limits`.
public enum LightPattern: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Dark.
  case off
  /// Lit.
  case solid
  /// On and off, once a second.
  case blinkSlow
  /// On and off, four times a second.
  case blinkFast
  /// Two short flashes a second.
  case doubleBlink
}

/// A light's colour, for lights that have one.
public struct Colour: Hashable, Sendable, BitwiseCopyable {
  /// 0 (none) ... 255.
  public var red: UInt8
  /// 0 (none) ... 255.
  public var green: UInt8
  /// 0 (none) ... 255.
  public var blue: UInt8

  /// The colour of these parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// When this side's voice goes out.
public enum TalkMode: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Always, unless it is muted.
  case open
  /// While talk is pressed, and for the release tail; the far side is heard meanwhile.
  case push
  /// As `push`, and meanwhile the far side is not heard.
  case halfDuplex
}

/// A generated sound that tells what happens; needs no network.
public enum Tone: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Somebody calls; goes on until it is stopped.
  case ring
  /// The far side rings; goes on until it is stopped.
  case ringback
  /// The call is up.
  case connected
  /// The call was lost.
  case lost
  /// The far side is busy, or refused.
  case busy
  /// Something is wrong here.
  case error
  /// The microphone is muted now.
  case muteOn
  /// The microphone is no longer muted.
  case muteOff
  /// Talk now.
  case talkPermit
  /// Somebody waits until this call is over.
  case waiting
  /// Somebody has rung the bell.
  case chime
}

/// Who asks for something. A hardware mute is lifted by hardware only.
public enum Authority: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// A button or switch on the device.
  case hardware
  /// A person or program on the device: the control socket, the library's user.
  case local
  /// Whoever comes over the network.
  case remote
}
