// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Why a GPIO line, or an SPI device, cannot be had, and what to do about it.

/// Why a line or a device cannot be had. `line` is what the configuration calls it.
public enum GPIOError: Error, Sendable {
  /// No line is called so; `choices` says what there is.
  case notFound(line: String, choices: String)
  /// Several lines are called so: `places` names them, as chip label and offset.
  case ambiguous(line: String, places: String)
  /// It names a chip by a number, which may be another after the next boot.
  case chipNumber(line: String)
  /// The configuration wants it as two things at once.
  case contradictory(line: String, other: String)
  /// Somebody else holds it.
  case busy(line: String, consumer: String)
  /// Permission is missing for the device at `path`.
  case denied(line: String, path: String)
  /// Its chip tells no edges, or knows no such resistor.
  case unable(line: String)
  /// Its chip has gone.
  case gone(line: String)
  /// `path` is no SPI device.
  case notSPI(path: String)
  /// There is nothing at `path`, where an SPI device was to be.
  case noSPI(path: String)
  /// Anything else.
  case failed(line: String, LinuxError)

  /// What is wrong and what helps, a sentence or two. Allocates.
  public var text: String {
    switch self {
    case .notFound(let line, let choices): return "there is no GPIO line \(line): \(choices)"
    case .ambiguous(let line, let places):
      return "more than one GPIO line is called \(line): write which, as one of \(places)"
    case .chipNumber(let line):
      return
        "a GPIO line cannot go by numbers alone, as \(line) does, because chips may be numbered anew at every start:"
        + " write its name, or its chip's label and an offset, as in pinctrl-bcm2835:17; `intercom devices` lists them"
    case .contradictory(let line, let other):
      return "the GPIO line \(line) is the same as \(other), which is used in another way: give each its own line"
    case .busy(let line, let consumer):
      let who = consumer.utf8.isEmpty ? "something else" : consumer
      return "line busy: \(line) is used by \(who): stop that, take its overlay out of config.txt, or use another line"
    case .denied(let line, let path):
      return "no permission to use \(path) for \(line): add the user to the group that owns it"
        + " (gpio for GPIO chips, spi for SPI devices), and log in anew"
    case .unable(let line):
      return "the chip of \(line) cannot do what is asked of it: tell edges, or hold the line by that resistor;"
        + " try bias = \"disabled\", or another line"
    case .gone(let line): return "the chip of \(line) has gone"
    case .notSPI(let path): return "\(path) is no SPI device: name one, such as /dev/spidev0.0"
    case .noSPI(let path): return "there is no \(path): switch SPI on (dtparam=spi=on in config.txt), and start anew"
    case .failed(let line, let error): return "\(line): \(error.text)"
    }
  }

  /// What is wrong with several lines, as few sentences: lines that are missing for one reason share one. Allocates.
  public static func texts(_ errors: [GPIOError]) -> [String] {
    var texts: [String] = []
    var reasons: [(choices: String, lines: String, count: Int)] = []
    for error in errors {
      guard case .notFound(let line, let choices) = error else {
        texts.append(error.text)
        continue
      }
      if let index = reasons.firstIndex(where: { $0.choices.utf8.elementsEqual(choices.utf8) }) {
        reasons[index].lines += ", " + line
        reasons[index].count += 1
      } else {
        reasons.append((choices, line, 1))
      }
    }
    for reason in reasons {
      let what = reason.count == 1 ? "there is no GPIO line " : "there are no GPIO lines "
      texts.append(what + reason.lines + ": " + reason.choices)
    }
    return texts
  }

  /// Whether trying again later can help without anybody changing the configuration.
  public var mayPass: Bool {
    switch self {
    case .notFound, .busy, .denied, .gone, .noSPI, .failed: return true
    case .ambiguous, .chipNumber, .contradictory, .unable, .notSPI: return false
    }
  }
}
