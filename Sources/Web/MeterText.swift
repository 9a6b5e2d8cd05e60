// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The status as meters: bars for a terminal, or one line.
//
//   Microphone  [########............]  42
//   Speaker     [####................]  17  volume 70 %
//   kitchen     [############........]  61
//     quality   [###################.]  97
//     delay 41.5 ms, aims at 40 ms, round trip 3 ms, loss 0.2 %, made up 0.1 %, 2 late, jitter 1.5 ms
//   Echo        34.2 dB down at 41.7 ms, gain 3.5 dB

public import Core

/// Meters in words and bars. What comes from far sides is shown without control characters.
public enum MeterText {
  /// The most bars, and their neighbours, that a terminal's line is filled with.
  private static let barMax = 60
  private static let labelWidth = 12

  /// The JSON of a `StatusReport` as one line.
  public static func line(of status: JSONValue) -> String {
    var text = "input \(level(status["input_level"])), output \(level(status["output_level"]))"
    if status["microphone_muted"]?.bool == true { text += ", muted" }
    let processing = processing(of: status["processing"] ?? .null)
    if !processing.utf8.isEmpty { text += ", " + processing }
    for call in status["calls"]?.array ?? [] {
      text += "; \(name(of: call)): level \(level(call["level"])), quality \(level(call["quality"]))"
      for part in figures(of: call) { text += ", " + part }
    }
    return text
  }

  /// The same as lines of at most `columns` characters.
  public static func lines(of status: JSONValue, columns: Int) -> [String] {
    let columns = max(columns, 20)
    var lines: [String] = []
    let isMuted = status["microphone_muted"]?.bool == true
    lines.append(bar("Microphone", level(status["input_level"]), isMuted ? "muted" : "", columns))
    var volume = status["volume"]?.integer.map { "volume \($0) %" } ?? ""
    if status["speaker_muted"]?.bool == true { volume = "muted" }
    lines.append(bar("Speaker", level(status["output_level"]), volume, columns))
    for call in status["calls"]?.array ?? [] {
      lines.append(bar(name(of: call), level(call["level"]), "", columns))
      lines.append(bar("  quality", level(call["quality"]), limit(of: call), columns))
      lines += wrapped(figures(of: call), columns)
    }
    let processing = processing(of: status["processing"] ?? .null)
    if !processing.utf8.isEmpty { lines.append(clipped(label("Echo") + processing, columns)) }
    if status["calls"]?.array?.isEmpty ?? true { lines.append("No call.") }
    return lines
  }

  // MARK: Parts

  private static func level(_ value: JSONValue?) -> Int { Int(min(max(value?.integer ?? 0, 0), 100)) }

  private static func name(of call: JSONValue) -> String {
    let peer = call["peer"]?.string ?? ""
    return peer.utf8.isEmpty ? "somebody" : clipped(peer, 40)
  }

  private static func limit(of call: JSONValue) -> String {
    let word = call["limited_by"]?.string ?? ""
    return word.utf8.isEmpty ? "" : "limited by \(clipped(word, 12))"
  }

  private static func figures(of call: JSONValue) -> [String] {
    var parts: [String] = []
    if let delay = tenths(call["playout_delay_ms"]) { parts.append("delay \(delay) ms") }
    if let target = tenths(call["target_delay_ms"]) { parts.append("aims at \(target) ms") }
    if let time = tenths(call["rtt_ms"]) { parts.append("round trip \(time) ms") }
    if let loss = tenths(call["loss_percent"]) { parts.append("loss \(loss) %") }
    if let loss = tenths(call["residual_loss_percent"]) { parts.append("made up \(loss) %") }
    if let late = call["late_packets"]?.integer { parts.append("late \(late)") }
    if let jitter = tenths(call["jitter_ms"]) { parts.append("jitter \(jitter) ms") }
    return parts
  }

  /// How far the echo is down, where, and the gain.
  private static func processing(of status: JSONValue) -> String {
    var text = ""
    if let erle = tenths(status["erle_db"]) {
      text = "echo \(erle) dB down"
      if let delay = tenths(status["echo_delay_ms"]) { text += " at \(delay) ms" }
    } else if let echo = status["echo"]?.string, !echo.hasBytes(of: "off") {
      text = "echo not known yet"
    }
    guard status["gain_control"]?.bool == true, let gain = tenths(status["gain_db"]) else { return text }
    return text + (text.utf8.isEmpty ? "" : ", ") + "gain \(gain) dB"
  }

  private static func tenths(_ value: JSONValue?) -> String? {
    guard let number = value?.double, number > -1e9, number < 1e9 else { return nil }
    return DecimalText.fixed(Double(Int64((number * 10).rounded())) / 10)
  }

  // MARK: Lines

  private static func bar(_ name: String, _ percent: Int, _ remark: String, _ columns: Int) -> String {
    var text = label(name)
    // The bar's brackets and number take seven, the longest remark nineteen.
    let width = min(max(columns - labelWidth - 7 - 20, 5), barMax)
    let filled = (percent * width + 50) / 100
    text += "["
    for index in 0..<width { text += index < filled ? "#" : "." }
    text += percent < 10 ? "]   \(percent)" : (percent < 100 ? "]  \(percent)" : "] \(percent)")
    if !remark.utf8.isEmpty { text += "  " + remark }
    return clipped(text, columns)
  }

  private static func label(_ name: String) -> String {
    var text = clipped(name, labelWidth - 1)
    for _ in text.unicodeScalars.count..<labelWidth { text += " " }
    return text
  }

  /// The parts on as many lines as they need.
  private static func wrapped(_ parts: [String], _ columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for part in parts {
      if line.utf8.isEmpty {
        line = "  " + part
      } else if line.utf8.count + part.utf8.count + 2 <= columns {
        line += ", " + part
      } else {
        lines.append(clipped(line, columns))
        line = "  " + part
      }
    }
    if !line.utf8.isEmpty { lines.append(clipped(line, columns)) }
    return lines
  }

  /// At most `count` characters, and none that steers a terminal.
  private static func clipped(_ text: String, _ count: Int) -> String {
    var result = ""
    var left = count
    for scalar in text.unicodeScalars {
      guard left > 0 else { break }
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      result.unicodeScalars.append(isControl ? "?" : scalar)
      left -= 1
    }
    return result
  }
}
