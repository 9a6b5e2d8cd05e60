// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which line a name means, on boards that are not here.

import Linux
import Testing

private func chip(_ number: Int, _ label: String, _ names: [String]) -> GPIOChip {
  GPIOChip(number: number, name: "gpiochip\(number)", label: label, lines: names.map { GPIOLineFacts(name: $0) })
}

private let gpioNames = (0..<28).map { $0 < 2 ? ["ID_SDA", "ID_SCL"][$0] : "GPIO\($0)" }

/// As Raspberry Pi OS shows a Pi 4.
private let pi4 = GPIODirectory(chips: [
  chip(0, "pinctrl-bcm2711", gpioNames + ["RGMII_MDIO"]), chip(1, "raspberrypi-exp-gpio", ["BT_ON", "WL_ON", ""]),
])

/// As Debian shows a Pi 3: lines go by what they do.
private let pi3 = GPIODirectory(chips: [
  chip(
    0, "pinctrl-bcm2835",
    ["ID_SDA", "ID_SCL", "SDA1", "SCL1", "GPIO_GCLK"] + (5..<28).map { $0 == 10 ? "SPI_MOSI" : "GPIO\($0)" })
])

/// As the first kernels for a Pi 5 did: pins of the header, several chips, lines that lead nowhere.
private let pi5 = GPIODirectory(chips: [
  chip(0, "gpio-brcmstb@107d508500", ["-", "-", "PWR_GPIO"]), chip(1, "gpio-brcmstb@107d517c00", ["-", "RP1_SDA"]),
  chip(4, "pinctrl-rp1", ["ID_SD", "ID_SC"] + (2..<28).map { $0 == 17 ? "PIN11" : "PIN_\($0)" }),
])

@Suite("GPIO directory") struct GPIODirectoryTests {
  @Test(
    "a line is found by name, then by pin, then by label and offset",
    arguments: [
      (pi4, "GPIO17", 0, 17), (pi4, "PIN11", 0, 17), (pi4, "PIN3", 0, 2), (pi4, "PIN40", 0, 21), (pi4, "WL_ON", 1, 1),
      (pi4, "pinctrl-bcm2711:17", 0, 17), (pi4, "raspberrypi-exp-gpio:2", 1, 2), (pi4, "PIN27", 0, 0),
      (pi3, "GPIO17", 0, 17), (pi3, "GPIO10", 0, 10), (pi3, "PIN19", 0, 10), (pi3, "SPI_MOSI", 0, 10),
      (pi5, "PIN11", 4, 17), (pi5, "GPIO17", 4, 17), (pi5, "PIN13", 4, 27), (pi5, "pinctrl-rp1:3", 4, 3),
      (pi5, "gpio-brcmstb@107d517c00:1", 1, 1),
    ] as [(GPIODirectory, String, Int, Int)])
  func found(directory: GPIODirectory, name: String, number: Int, offset: Int) throws {
    #expect(try directory.find(name) == GPIOPlace(chip: number, offset: offset))
  }

  private func refusal(_ name: String, in directory: GPIODirectory) -> String {
    do throws(GPIOError) {
      let place = try directory.find(name)
      return "found on chip \(place.chip)"
    } catch { return error.text }
  }

  @Test(
    "what is not there is refused, with what is",
    arguments: [
      "GPIO71", "gpio17", "PIN1", "PIN41", "GPIO28", "", "-", "pinctrl-bcm2711:29", "pinctrl-bcm2835:17", ":3",
      "pinctrl-bcm2711:", "pinctrl-bcm2711:1x", "pinctrl-bcm2711:99999999999999999999",
    ])
  func missing(name: String) {
    let text = refusal(name, in: pi4)
    #expect(text.hasPrefix("there is no GPIO line \(name): "), "\(text)")
    #expect(text.contains("hips are pinctrl-bcm2711 (29 lines), raspberrypi-exp-gpio (3 lines)"), "\(text)")
  }

  @Test("names that are near are offered, the nearest first")
  func near() {
    #expect(refusal("gpio17", in: pi4).contains("did you mean GPIO17, "))
    #expect(refusal("WL_0N", in: pi4).contains("did you mean WL_ON? "))
    #expect(!refusal("doorbell", in: pi4).contains("did you mean"))
  }

  @Test(
    "a chip's number names no line", arguments: ["0:17", "gpiochip0:17", "/dev/gpiochip0:17", "17", "gpiochip0"])
  func numbers(name: String) {
    #expect(refusal(name, in: pi4).contains("by numbers alone, as \(name) does"))
  }

  @Test("two lines of one name are refused, with where they are")
  func ambiguous() {
    let directory = GPIODirectory(chips: [
      chip(0, "left", ["bell", "NC", "NC"]), chip(1, "right", ["door", "bell"]), chip(2, "same", ["a"]),
      chip(3, "same", ["b"]),
    ])
    #expect(refusal("bell", in: directory).hasSuffix("write which, as one of left:0, right:1"))
    #expect(refusal("NC", in: directory).hasSuffix("as one of left:1, left:2"))
    #expect(refusal("same:0", in: directory).hasSuffix("as one of same:0, same:0"))
    #expect(refusal("right:1", in: directory) == "found on chip 1")
  }

  @Test("a machine without chips says so, and one whose chips are closed says how to open them")
  func none() {
    #expect(refusal("GPIO17", in: GPIODirectory(chips: [])).contains("this machine has no GPIO chip"))
    #expect(refusal("GPIO17", in: GPIODirectory(chips: [], refused: 2)).contains("add the user to the group gpio"))
  }

  @Test("lines are listed with their names and users")
  func texts() {
    let listed = GPIOChip(
      number: 0, name: "gpiochip0", label: "x",
      lines: [
        GPIOLineFacts(name: ""), GPIOLineFacts(name: "GPIO1"), GPIOLineFacts(name: "-"),
        GPIOLineFacts(name: "CE0", consumer: "spi0 CS0", isUsed: true), GPIOLineFacts(name: "", isUsed: true),
      ])
    #expect(listed.lineTexts() == ["1 GPIO1", "3 CE0, used by spi0 CS0", "4, in use"])
  }

  @Test("lines that are missing for one reason share a sentence")
  func severalAreMissing() {
    let none = "this machine has no GPIO chip"
    let texts = GPIOError.texts([
      .notFound(line: "GPIO17", choices: none), .notSPI(path: "/dev/null"), .notFound(line: "GPIO27", choices: none),
    ])
    #expect(texts.count == 2 && texts[1] == "there are no GPIO lines GPIO17, GPIO27: \(none)")
    #expect(
      GPIOError.texts([.notFound(line: "A", choices: none)]) == [GPIOError.notFound(line: "A", choices: none).text])
  }
}
