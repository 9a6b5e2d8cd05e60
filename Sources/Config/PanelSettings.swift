// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a user can set of calls, talking, buttons, lights, mixer controls and the control socket.

public import Core

/// When this side's voice goes out.
public struct TalkSettings: Equatable, Sendable {
  /// The mode.
  public var mode = TalkMode.open
  /// How long the voice still goes out once talk is let go, 0 ... 2,000 ms, so that the last syllable survives.
  public var releaseTailMilliseconds = 200
  /// How much of what was said before the press goes out too, 0 ... 300 ms; the voice is late by as much.
  public var preRollMilliseconds = 0
  /// Whether a tone says that talking may begin.
  public var permitTone = false
}

/// What becomes of a call that comes in.
public enum AnswerPolicy: Hashable, CaseIterable, Sendable {
  /// It rings until somebody answers.
  case ring
  /// It is answered at once.
  case auto
}

/// What becomes of a call that comes in during another.
public enum BusyPolicy: Hashable, CaseIterable, Sendable {
  /// It is refused as busy.
  case refuse
  /// It waits until the other is over, or nobody answered in time.
  case wait
}

/// What becomes of calls.
public struct CallSettings: Equatable, Sendable {
  /// What becomes of a call that comes in, unless its peer says otherwise.
  public var answer = AnswerPolicy.ring
  /// What becomes of a call that comes in during another.
  public var busy = BusyPolicy.refuse
  /// Whether every call is refused as busy.
  public var doNotDisturb = false
  /// How long a call rings, both ways, 5 ... 120 s.
  public var ringTimeoutSeconds = 30
  /// Whether a call that we placed and lost is placed again, for ever, until somebody hangs up.
  public var redial = true
}

/// A button on a GPIO line.
public struct ButtonSetting: Equatable, Sendable {
  /// The line: a name (`GPIO17`), `PIN11`, or a chip's label and an offset (`pinctrl-bcm2835:17`).
  public var line = ""
  /// What it is for.
  public var role = ButtonRole.talk
  /// How it is pressed for that.
  public var press = Press.short
  /// The peers that `call` calls; empty: all of them.
  public var peers: [String] = []
  /// Which level means pressed.
  public var polarity = LinePolarity.activeLow
  /// The resistor inside the chip.
  public var bias = LineBias.pullUp
  /// How long after an edge further ones are bouncing, 0 ... 200 ms.
  public var debounceMilliseconds = 20
  /// Whether it stays where it is put (a switch), and is not a button that springs back.
  public var isLatching = false

  /// A talk button without a line.
  public init() {}
}

/// What drives a light.
public enum LightDriver: Equatable, Sendable {
  /// A GPIO line, named as a button's.
  case line(String)
  /// One lamp of a chain of APA102 on an SPI device such as `/dev/spidev0.0`, counted from 0.
  case apa102(device: String, index: Int)
}

/// A light.
public struct LightSetting: Equatable, Sendable {
  /// What it tells of.
  public var role = LightRole.link
  /// What drives it.
  public var driver = LightDriver.line("")
  /// Which level means lit; of a GPIO line.
  public var polarity = LinePolarity.activeHigh
  /// Its colour; of an APA102.
  public var colour = Colour(red: 0, green: 64, blue: 0)

  /// A link light without a line.
  public init() {}
}

/// A sound card's control, set at start.
public struct MixerSetting: Equatable, Sendable {
  /// The card's id.
  public var card = ""
  /// The control's name, as `intercom devices` lists it.
  public var control = ""
  /// Its value: `on`, `off`, a number, a percentage (`75%`), decibels (`-6dB`), or an enumerated item's name; more than one,
  /// one for each channel, with commas between.
  public var value = ""

  /// A setting of nothing.
  public init() {}
}

/// The control socket.
public struct ControlSettings: Equatable, Sendable {
  /// Its path; nil: `control` in the folder that the service manager gave for running (RUNTIME_DIRECTORY), else none.
  public var path: String?
  /// The group whose members may use it, beside the owner; nil: the owner only.
  public var group: String?
}
