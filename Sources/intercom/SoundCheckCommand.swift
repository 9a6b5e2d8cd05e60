// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom selftest sound`: what the microphone hears of the loudspeaker, and what to do about it.

import Config
import Core
import Host
import Linux
import Voice

/// `intercom selftest sound`.
enum SoundCheckCommand {
  static func run(config: String?) -> Int32 {
    switch Configuration.load(config) {
    case .failure(let failure): return failure.code
    case .success(let configuration): return run(configuration)
    }
  }

  private static func run(_ configuration: Configuration) -> Int32 {
    let host = configuration.host
    guard isReal(configuration.settings.audio.input), isReal(configuration.settings.audio.output) else {
      Terminal.complain(
        "intercom: a sound check wants a loudspeaker and a microphone: [audio] input and output are to be sound cards, "
          + "or files")
      return ExitCode.configuration
    }
    if ServiceFound(configuration.settings).isRunning {
      Terminal.complain(
        "intercom: the running service has the sound card; stop it for the check: systemctl stop intercom, and start it "
          + "afterwards")
      return ExitCode.unavailable
    }
    print("Ten seconds of chirps and noise are played. Keep quiet, and stand back.")
    do throws(HostError) {
      let result = try SoundCheckRun.run(host)
      for line in lines(of: result) { print(line) }
      let findings = result.findings
      for finding in findings { print(advice(finding, configuration.settings)) }
      print(findings.isEmpty ? "All is well." : "\(findings.count) of these need a remedy.")
      return findings.isEmpty ? ExitCode.done : ExitCode.failed
    } catch {
      Terminal.complain("intercom: \(error.text)")
      if case .system(_, let error) = error {
        let remedy = SoundRemedy.text(error.errno)
        if !remedy.utf8.isEmpty { Terminal.complain("intercom: \(remedy)") }
      }
      return ExitCode.unavailable
    }
  }

  private static func isReal(_ device: AudioDeviceSetting) -> Bool {
    switch device {
    case .alsa, .file: true
    case .tone, .speech, .silence, .noDevice: false
    }
  }

  private static func lines(of result: SoundCheckResult) -> [String] {
    var lines: [String] = []
    if let delay = result.delaySamples {
      lines.append("delay        \(decimal(delay * 10 / 48, of: 10)) ms from playing to hearing")
      let loss = decibels(result.couplingLoss)
      lines.append("coupling     the microphone hears the loudspeaker \(loss) dB down (ERL)")
      let erle = decibels(result.erle)
      lines.append("canceller    takes \(erle) dB away by its filter (ERLE), \(decibels(result.reduction)) dB in all")
    } else {
      lines.append("delay        nothing of what was played came back")
    }
    lines.append("level        \(decibels(result.heardLevel)) dBFS, peaks \(decibels(result.peakLevel)) dBFS")
    lines.append("noise floor  \(decibels(result.noiseLevel)) dBFS")
    lines.append("clipping     \(decimal(result.clippedPerMillion / 100, of: 100)) % of the samples")
    return lines
  }

  private static func advice(_ finding: SoundCheckFinding, _ settings: Settings) -> String {
    switch finding {
    case .silentMicrophone:
      "- The microphone is silent. Look for a switch or control that mutes it: \(controls(settings.audio.input))"
    case .nothingCameBack:
      "- Nothing came back. Is the loudspeaker connected and loud enough, the microphone the right one? "
        + controls(settings.audio.output)
    case .clipping:
      "- The microphone is cut off at full scale. Turn its gain down, or the playback volume: "
        + controls(settings.audio.input)
    case .noisy:
      "- It is loud while nothing is played. Turn the microphone's gain down, look at its cable and supply, or make it quieter "
        + "around: \(controls(settings.audio.input))"
    case .tooLoud(let hundredths):
      "- The microphone hears the loudspeaker too loud. Turn the playback volume down by \((hundredths + 99) / 100) dB: "
        + controls(settings.audio.output)
    case .poorCancelling:
      "- Too little of the echo is taken away: the loudspeaker or the room distorts it. Turn the playback volume down, or move the "
        + "microphone away from it; where nothing helps, [audio] echo = \"half-duplex\"."
    }
  }

  /// Where the controls of a card are found.
  private static func controls(_ device: AudioDeviceSetting) -> String {
    guard case .alsa = device else { return "see the program that makes the file." }
    return "intercom devices lists the card's controls, [[mixer]] sets them (alsamixer tries them out)."
  }

  private static func decibels(_ hundredths: Int32) -> String {
    decimal(Int(hundredths) / 10, of: 10)
  }

  /// `value` divided by 10 or 100, with as many decimals.
  private static func decimal(_ value: Int, of divisor: Int) -> String {
    let size = abs(value)
    let rest = size % divisor
    let zero = divisor == 100 && rest < 10 ? "0" : ""
    return (value < 0 ? "-" : "") + "\(size / divisor).\(zero)\(rest)"
  }
}
