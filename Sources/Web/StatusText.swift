// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The status in words: for `intercom status`, and a line of it for the service manager.

public import Core

/// The status in words.
public enum StatusText {
  /// What the JSON of a `StatusReport` says, a few lines for a person. What is missing there is left out.
  public static func text(of status: JSONValue) -> String {
    var text = status["name"]?.string ?? "intercom"
    if let version = status["version"]?.string { text += ", version \(version)" }
    if let uptime = status["uptime_s"]?.integer { text += ", up \(duration(uptime))" }
    if let state = status["state"]?.string { text += "\nState: \(state)" }
    text += "\nMicrophone: " + (status["microphone_muted"]?.bool == true ? "muted" : "on")
    if status["muted_by_hardware"]?.bool == true { text += " by its button" }
    if status["talking"]?.bool == true { text += ", talking" }
    if let level = status["input_level"]?.integer { text += ", input level \(level)" }
    text += processing(status["processing"] ?? .null)
    text += "\nSpeaker: " + (status["speaker_muted"]?.bool == true ? "muted" : "on")
    if let volume = status["volume"]?.integer { text += ", volume \(volume) %" }
    if let level = status["output_level"]?.integer { text += ", output level \(level)" }
    if status["do_not_disturb"]?.bool == true { text += "\nDo not disturb: every call is refused as busy" }
    if let trouble = status["trouble"]?.string, !trouble.utf8.isEmpty { text += "\nTrouble: " + trouble }
    for call in status["calls"]?.array ?? [] { text += "\n" + line(ofCall: call) }
    return text
  }

  private static func line(ofCall call: JSONValue) -> String {
    let peer = call["peer"]?.string ?? ""
    var text = "Call with \(peer.utf8.isEmpty ? "somebody" : peer)"
    if let state = call["connection_state"]?.string { text += ": \(state)" }
    if let quality = call["quality"]?.integer { text += ", quality \(quality)" }
    if let delay = number(call["playout_delay_ms"]) { text += ", delay \(delay) ms" }
    if let loss = number(call["loss_percent"]) { text += ", loss \(loss) %" }
    if let time = number(call["rtt_ms"]) { text += ", round trip \(time) ms" }
    guard let level = call["level"]?.integer else { return text }
    text += "\n  Heard at level \(level)"
    if let loss = number(call["residual_loss_percent"]) { text += ", \(loss) % of the voice made up" }
    if let late = call["late_packets"]?.integer, late > 0 { text += ", \(late) packets late" }
    if let jitter = number(call["jitter_ms"]) { text += ", jitter \(jitter) ms" }
    if let target = number(call["target_delay_ms"]) { text += ", aims at a delay of \(target) ms" }
    if let limit = call["limited_by"]?.string, !limit.utf8.isEmpty { text += ", limited by \(limit)" }
    return text
  }

  /// What the processing of the microphone's sound does, where it is known.
  private static func processing(_ status: JSONValue) -> String {
    var text = ""
    if let erle = number(status["erle_db"]) { text += ", echo \(erle) dB down" }
    if let delay = number(status["echo_delay_ms"]) { text += " at \(delay) ms" }
    if status["gain_control"]?.bool == true, let gain = number(status["gain_db"]) { text += ", gain \(gain) dB" }
    return text
  }

  private static func number(_ value: JSONValue?) -> String? {
    value?.double.flatMap { DecimalText.fixed($0) }
  }

  /// `3 d 4 h`, `2 h 5 min`, `1 min 2 s`, `9 s`.
  static func duration(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(max(0, seconds)) s"
    case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
  }
}

extension StatusReport {
  /// The state in one line for the service manager: `idle`, `connected with kitchen; microphone muted`.
  public var sentence: String {
    var text = state
    var isFirst = true
    for call in calls where !call.peer.utf8.isEmpty {
      text += (isFirst ? " with " : ", ") + call.peer
      isFirst = false
    }
    if microphoneMuted { text += "; microphone muted" }
    if doesNotDisturb { text += "; not to be disturbed" }
    if !trouble.utf8.isEmpty { text += "; " + trouble }
    return text
  }
}
