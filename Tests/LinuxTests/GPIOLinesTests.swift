// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Lines that cannot be had. Lines that can are tried in the virtual machine, which has chips.

import Core
import Linux
import Testing

@Suite("GPIO lines") struct GPIOLinesTests {
  /// A chip whose number no machine has.
  private let directory = GPIODirectory(chips: [
    GPIOChip(
      number: 9999, name: "gpiochip9999", label: "made-up",
      lines: ["talk", "mute", "lamp"].map { GPIOLineFacts(name: $0) })
  ])

  @Test("a button that is wished for twice in the same way is one line")
  func shared() {
    let lines = GPIOLines()
    let first = lines.addButton("talk", polarity: .activeLow, bias: .pullUp)
    #expect(lines.addButton("talk", polarity: .activeLow, bias: .pullUp) == first)
    #expect(lines.addButton("mute", polarity: .activeLow, bias: .pullUp) == first + 1)
    #expect(lines.name(first + 1) == "mute")
    let pin = lines.addButton("GPIO17", polarity: .activeLow, bias: .pullUp)
    for name in ["PIN11", "pinctrl-rp1:17", "pinctrl-bcm2835:17", "GPIO17"] {
      #expect(lines.addButton(name, polarity: .activeLow, bias: .pullUp) == pin)
    }
    for name in ["PIN12", "gpio-brcmstb:17", "PIN1", "GPIO71"] {
      #expect(lines.addButton(name, polarity: .activeLow, bias: .pullUp) > pin)
    }
  }

  @Test("lines that contradict each other are refused, whatever they are called")
  func contradictory() {
    let lines = GPIOLines()
    _ = lines.addButton("talk", polarity: .activeLow, bias: .pullUp)
    _ = lines.addButton("talk", polarity: .activeHigh, bias: .pullUp)
    _ = lines.addLamp("made-up:0", polarity: .activeHigh)
    _ = lines.addLamp("lamp", polarity: .activeHigh)
    _ = lines.addLamp("lamp", polarity: .activeHigh)
    var texts = ["", "", "", "", ""]
    for failure in lines.open(in: directory) { texts[failure.line] = failure.error.text }
    for line in [1, 2, 4] { #expect(texts[line].contains("used in another way"), "\(texts[line])") }
    #expect(texts[2].contains("made-up:0 is the same as talk"))
    // The others are in order, but their chip is not there.
    for line in [0, 3] { #expect(texts[line].hasSuffix("has gone"), "\(texts[line])") }
  }

  @Test("lines that cannot be had trouble nobody: nothing comes, lamps are set in vain, and all is tried again")
  func missing() {
    let lines = GPIOLines()
    let button = lines.addButton("bell", polarity: .activeLow, bias: .pullUp)
    let lamp = lines.addLamp("lamp", polarity: .activeHigh)
    for _ in 0..<3 {
      let failures = lines.open(in: directory)
      #expect(failures.map(\.line).sorted() == [button, lamp])
      #expect(failures.allSatisfy { $0.error.mayPass })
      #expect(lines.nextDescriptor() == nil && lines.nextEvent(at: .zero) == nil)
      #expect(lines.set(lamp, isActive: true) == nil)
      #expect(!lines.isComplete && !lines.isHeld(button) && !lines.isHeld(lamp))
    }
    #expect(GPIOLines().isComplete)
  }

  @Test("this machine's chips can be listed, whether it has any or none")
  func list() {
    let directory = GPIODirectory.read()
    for chip in directory.chips { #expect(!chip.label.isEmpty) }
  }
}
