// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a file may not say of talking, calls, buttons, lights and the mixer, and what it is told.

import Config
import Core
import Testing

@Suite("Settings of buttons and lights")
struct PanelSettingsTests {
  static let wrong: [(toml: String, errors: [String])] = [
    // Words and numbers.
    (
      "[talk]\nmode = 'half_duplex'\nrelease_tail_ms = 2001\npre_roll_ms = -1",
      [
        "3:8: talk.mode: not allowed: found 'half_duplex'; expected \"open\", \"push\" or \"half-duplex\"; "
          + "did you mean \"half-duplex\"?",
        "4:19: talk.release_tail_ms: not allowed: found 2001; expected 0 to 2000",
        "5:15: talk.pre_roll_ms: not allowed: found -1; expected 0 to 300",
      ]
    ),
    (
      "[call]\nanswer = 'automatic'\nring_timeout_s = 4\nring_timeout = 5",
      [
        "3:10: call.answer: not allowed: found 'automatic'; expected \"ring\" or \"auto\"",
        "4:18: call.ring_timeout_s: not allowed: found 4; expected 5 to 120",
        "5:1: call.ring_timeout: unknown key; expected answer, busy, do_not_disturb, ring_timeout_s, redial; "
          + "did you mean ring_timeout_s?",
      ]
    ),
    (
      "[audio]\ninput_channel = 'rihgt'\nvolume = 101\nprefill_periods = 0\npriority = 100\nprocessor = 64",
      [
        "3:17: audio.input_channel: not allowed: found 'rihgt'; expected \"mix\", \"left\" or \"right\"; "
          + "did you mean \"right\"?",
        "4:10: audio.volume: not allowed: found 101; expected 0 to 100",
        "5:19: audio.prefill_periods: not allowed: found 0; expected 1 to 8",
        "6:12: audio.priority: not allowed: found 100; expected 1 to 99, or 0 for none",
        "7:13: audio.processor: not allowed: found 64; expected 0 to 63",
      ]
    ),
    (
      "[[mixer]]\ncard = ''\nvalue = 5",
      [
        "2:1: mixer.control: missing; expected the control's name, as intercom devices lists it, such as "
          + "control = \"Speaker\"",
        "3:8: mixer.card: not allowed: found ''; expected the card's id, as intercom devices lists it, such as "
          + "card = \"Device\"",
        "4:9: mixer.value: wrong type: found 5, an integer; expected a string: \"on\", \"off\", a number, "
          + "a percentage (\"75%\"), decibels (\"-6dB\") or an item's name; with commas between, one for each channel",
      ]
    ),
    (
      "[control]\nsocket = 'control'\ngroup = 'a b'",
      [
        "3:10: control.socket: not allowed: found 'control'; expected a path that begins with /, at most 107 bytes, "
          + "such as \"/run/intercom/control\"",
        "4:9: control.group: not allowed: found 'a b'; expected a group's name, 1 to 32 bytes, such as \"intercom\"",
      ]
    ),
    // A button by itself.
    (
      "[[button]]\n",
      [
        "2:1: button.line: missing; " + line,
        "2:1: button.role: missing; expected \"talk\", \"mute\", \"call\", \"answer\", \"hang-up\", \"volume-up\", "
          + "\"volume-down\", \"shut-down\" or \"pair\"",
      ]
    ),
    (
      "[[button]]\nline = 'PIN6'\nrole = 'hangup'",
      [
        "3:8: button.line: not allowed: found 'PIN6' (ground); " + line,
        "4:8: button.role: not allowed: found 'hangup'; expected \"talk\", \"mute\", \"call\", \"answer\", "
          + "\"hang-up\", \"volume-up\", \"volume-down\", \"shut-down\" or \"pair\"; did you mean \"hang-up\"?",
      ]
    ),
    (
      "[[light]]\nline = 'PIN1'\nrole = 'link'\n[[light]]\nline = 'PIN2'\nrole = 'talk'\n"
        + "[[light]]\nline = 'PIN41'\nrole = 'talk'",
      [
        "3:8: light.line: not allowed: found 'PIN1' (the 3.3 V supply); " + line,
        "6:8: light.line: not allowed: found 'PIN2' (the 5 V supply); " + line,
        "9:8: light.line: not allowed: found 'PIN41' (the header has 40 pins); " + line,
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'shut-down'\npress = 'short'",
      [
        "5:9: button.press: conflict: found \"short\"; see line 4; expected press = \"long\" for role = \"shut-down\", "
          + "so that nobody does it by accident"
      ]
    ),
    (
      "[call]\nbusy = 'queue'\n[[button]]\nline = 'a'\nrole = 'pair'\npress = 'double'",
      [
        "3:8: call.busy: not allowed: found 'queue'; expected \"refuse\" or \"wait\"",
        "7:9: button.press: conflict: found \"double\"; see line 6; expected press = \"long\" for role = \"pair\", "
          + "so that nobody does it by accident",
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'shut-down'\nkind = 'latching'",
      [
        "5:8: button.kind: conflict: found \"latching\"; see line 4; expected a momentary button for "
          + "role = \"shut-down\", which is held"
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'talk'\npress = 'long'",
      [
        "5:9: button.press: conflict: found \"long\"; see line 4; expected press = \"short\" for role = \"talk\", "
          + "which acts as long as it is held"
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'mute'\nkind = 'latching'\npress = 'double'",
      [
        "6:9: button.press: conflict: found \"double\"; see line 5; expected press = \"short\" for a latching button, "
          + "which stays where it is put"
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'mute'\npeers = ['kitchen']",
      [
        "5:9: button.peers: conflict: found peers for role = \"mute\"; see line 4; expected peers with "
          + "role = \"call\" only"
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'call'\npeers = ['kitchne', 'attic']\n[[peer]]\nname = 'kitchen'\nurl = 'http://k'",
      [
        "5:9: button.peers: conflict: found \"kitchne\"; expected the name of a [[peer]] in this file; "
          + "did you mean \"kitchen\"?",
        "5:9: button.peers: conflict: found \"attic\"; expected the name of a [[peer]] in this file",
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'call'\npeers = ['kitchen']",
      ["5:9: button.peers: conflict: found \"kitchen\"; expected a [[peer]] of that name in this file"]
    ),
    // Two buttons on one line.
    (
      "[[button]]\nline = 'GPIO17'\nrole = 'answer'\n[[button]]\nline = 'PIN11'\nrole = 'hang-up'\npress = 'short'",
      [
        "6:8: button.line: conflict: found \"PIN11\", which is GPIO17 with press = \"short\" a second time; "
          + "see line 3; expected another line, or another press of the same"
      ]
    ),
    (
      "[[button]]\nline = 'pinctrl-rp1:17'\nrole = 'mute'\n[[button]]\nline = 'GPIO17'\nrole = 'call'\npress = 'long'\n"
        + "[[button]]\nline = 'GPIO17'\nrole = 'answer'\npress = 'long'",
      [
        "10:8: button.line: conflict: found \"GPIO17\" with press = \"long\" a second time; see line 6; "
          + "expected another line, or another press of the same"
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'talk'\n[[button]]\nline = 'a'\nrole = 'mute'\npress = 'double'",
      [
        "6:8: button.line: conflict: found \"a\" a second time; see line 3; expected a line of its own for a talk or "
          + "latching button, which acts as long as it is pressed"
      ]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'answer'\n[[button]]\nline = 'a'\nrole = 'hang-up'\npress = 'long'\nactive = 'high'",
      ["9:10: button.active: conflict: found high; see line 3; expected low, as the other button on this line"]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'answer'\nactive = 'high'\n[[button]]\nline = 'a'\nrole = 'hang-up'\npress = 'long'",
      ["7:8: button.active: conflict: found low; see line 3; expected high, as the other button on this line"]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'answer'\n[[button]]\nline = 'a'\nrole = 'mute'\npress = 'long'\nbias = 'disabled'",
      ["9:8: button.bias: conflict: found disabled; see line 3; expected pull-up, as the other button on this line"]
    ),
    (
      "[[button]]\nline = 'a'\nrole = 'answer'\ndebounce_ms = 5\n[[button]]\nline = 'a'\nrole = 'mute'\npress = 'long'",
      ["7:8: button.debounce_ms: conflict: found 20; see line 3; expected 5, as the other button on this line"]
    ),
    // Lights.
    (
      "[[light]]\nrole = 'lnk'",
      [
        "2:1: light.line: missing; expected line = \"GPIO25\" for a lamp on a line, or spi = \"/dev/spidev0.0\" "
          + "and index for an APA102",
        "3:8: light.role: not allowed: found 'lnk'; expected \"link\", \"talk\", \"mute\" or \"power\"; "
          + "did you mean \"link\"?",
      ]
    ),
    (
      "[[light]]\nrole = 'link'\nline = 'a'\nspi = '/dev/spidev0.0'",
      ["5:7: light.spi: conflict: found both line and spi; see line 4; expected one of them"]
    ),
    (
      "[[light]]\nrole = 'link'\nline = 'a'\ncolour = '#00ff00'\nindex = 1",
      [
        "5:10: light.colour: conflict: found a lamp on a line; see line 4; expected this key with spi only",
        "6:9: light.index: conflict: found a lamp on a line; see line 4; expected this key with spi only",
      ]
    ),
    (
      "[[light]]\nrole = 'link'\nspi = 'spidev0.0'\nindex = 64\ncolour = 'green'\n"
        + "[[light]]\nrole = 'link'\nspi = '/dev/s'\nactive = 'low'",
      [
        "4:7: light.spi: not allowed: found 'spidev0.0'; expected the path of an SPI device, such as "
          + "\"/dev/spidev0.0\"",
        "5:9: light.index: not allowed: found 64; expected 0 to 63",
        "6:10: light.colour: not allowed: found 'green'; expected red, green and blue as hexadecimal digits, such as "
          + "\"#00ff40\"",
        "10:10: light.active: conflict: found a lamp on SPI; see line 9; expected this key with line only",
      ]
    ),
    (
      "[[light]]\nrole = 'link'\nspi = '/dev/s'\nindex = 1\n[[light]]\nrole = 'mute'\nindex = 1\nspi = '/dev/s'",
      [
        "8:9: light.index: conflict: found lamp 1 of \"/dev/s\"; see line 4; expected a lamp that no other light has"
      ]
    ),
    (
      "[[button]]\nline = 'GPIO25'\nrole = 'mute'\n[[light]]\nrole = 'link'\nline = 'PIN22'",
      [
        "7:8: light.line: conflict: found \"PIN22\", which is GPIO25; see line 3; expected a line that no button has"
      ]
    ),
    (
      "[[light]]\nrole = 'link'\nline = 'pinctrl-bcm2835:25'\n[[light]]\nrole = 'mute'\nline = 'GPIO25'",
      ["7:8: light.line: conflict: found \"GPIO25\"; see line 4; expected a line that no other light has"]
    ),
  ]

  private static let line =
    "expected a line's name, the header's pin or a chip's label and the offset, such as \"GPIO17\", \"PIN11\" or "
    + "\"pinctrl-bcm2835:17\""

  @Test("a wrong setting is named with its place, what was found and what is allowed")
  func refuses() {
    for row in Self.wrong { #expect(mistakes("name = 'x'\n" + row.toml) == row.errors, "\(row.toml)") }
  }

  @Test("one switch pressed in three ways is three buttons")
  func threeWays() throws {
    let read = try settings(
      """
      name = 'x'
      [[button]]
      line = 'GPIO23'
      role = 'answer'
      [[button]]
      line = 'PIN16'
      role = 'hang-up'
      press = 'long'
      [[button]]
      line = 'GPIO23'
      role = 'mute'
      press = 'double'
      """
    ).get()
    #expect(read.buttons.map { $0.press } == [.short, .long, .double])
    #expect(read.buttons.map { $0.line } == ["GPIO23", "PIN16", "GPIO23"])
  }

  @Test("the resistor follows the level that means pressed, unless it is written")
  func bias() throws {
    for (keys, bias) in [
      ("", LineBias.pullUp), ("active = 'low'", .pullUp), ("active = 'high'", .pullDown),
      ("active = 'high'\nbias = 'pull-up'", .pullUp), ("active = 'high'\nbias = 'unchanged'", .unchanged),
    ] {
      let read = try settings("name = 'x'\n[[button]]\nline = 'a'\nrole = 'mute'\n" + keys).get()
      #expect(read.buttons[0].bias == bias, "\(keys)")
    }
  }

  @Test("lines of chips that are not a Raspberry Pi's are what they are called")
  func otherChips() {
    for (one, two) in [("GPIO17", "doorA:17"), ("gpio17", "GPIO17"), ("GPIO28", "pinctrl-rp1:28"), ("a:1", "a:2")] {
      let text = "name = 'x'\n[[light]]\nrole = 'link'\nline = '\(one)'\n[[light]]\nrole = 'mute'\nline = '\(two)'"
      #expect(mistakes(text).isEmpty, "\(one) \(two)")
    }
  }
}
