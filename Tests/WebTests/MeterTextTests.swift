// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: meters fit the window, say what the status says, and pass no control characters on. Method: rows of text.

import Core
import Testing
import Web

@Suite("Meters")
struct MeterTextTests {
  private static func status(peer: String = "kitchen") -> JSONValue {
    var call = CallStatus()
    call.peer = peer
    call.connectionState = "connected"
    call.quality = 97
    call.playoutDelayMilliseconds = 41.52
    call.roundTripMilliseconds = 3
    call.lossPercent = 0.2
    call.voice.level = 61
    call.voice.residualLossPercent = 0.1
    call.voice.latePackets = 2
    call.voice.jitterMilliseconds = 1.5
    call.voice.targetDelayMilliseconds = 40
    var report = StatusReport()
    report.inputLevel = 42
    report.outputLevel = 100
    report.volumePercent = 70
    report.processing.echo = "cancel"
    report.processing.erle = 34.2
    report.processing.echoDelayMilliseconds = 41.7
    report.processing.controlsGain = true
    report.processing.gain = -3.5
    report.calls = [call]
    return read(report)
  }

  private static func read(_ report: StatusReport) -> JSONValue {
    report.json().withByteView { view in
      do throws(JSONError) { return try JSONReader.read(view) } catch { return .null }
    }
  }

  @Test("bars, a far side's figures below its name, and the echo")
  func bars() {
    let lines = MeterText.lines(of: Self.status(), columns: 59)
    #expect(
      lines == [
        "Microphone  [########............]  42",
        "Speaker     [####################] 100  volume 70 %",
        "kitchen     [############........]  61",
        "  quality   [###################.]  97",
        "  delay 41.5 ms, aims at 40 ms, round trip 3 ms, loss 0.2 %",
        "  made up 0.1 %, late 2, jitter 1.5 ms",
        "Echo        echo 34.2 dB down at 41.7 ms, gain -3.5 dB",
      ])
  }

  @Test("no line is wider than the window, however narrow", arguments: [20, 33, 40, 80, 200])
  func width(columns: Int) {
    for peer in ["k", "a name that is much longer than any column", "Küche — größte"] {
      for line in MeterText.lines(of: Self.status(peer: peer), columns: columns) {
        #expect(line.unicodeScalars.count <= columns, "\(line)")
      }
    }
  }

  @Test("a name that would steer the terminal does not")
  func control() {
    let peer = "a\u{1B}[2Jb\u{9B}c\n"
    let text = MeterText.lines(of: Self.status(peer: peer), columns: 80).joined()
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    #expect(!MeterText.line(of: Self.status(peer: peer)).unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test("a line says it all, and without a call little")
  func line() {
    #expect(
      MeterText.line(of: Self.status())
        == "input 42, output 100, echo 34.2 dB down at 41.7 ms, gain -3.5 dB; kitchen: level 61, quality 97, delay 41.5 ms, "
        + "aims at 40 ms, round trip 3 ms, loss 0.2 %, made up 0.1 %, late 2, jitter 1.5 ms")
    #expect(MeterText.line(of: Self.read(StatusReport())) == "input 0, output 0")
    #expect(MeterText.lines(of: .null, columns: 80).last == "No call.")
  }
}
