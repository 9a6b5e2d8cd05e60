// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the benchmarks of sound have done in Swift; Tests/Bench/Pages judges and draws it.
//
//   SoundBench packets BITRATE LOSS SPOKEN OUT      the encoder's packets, 20 ms each, as it expects LOSS percent
//   SoundBench delay KIND SECONDS SEED PERIOD DRIFT one playout on a trace: time, delay, target and least delay
//
// SPOKEN is raw 16-bit samples at 48 kHz. OUT gets for each packet its length in two bytes, the lower first, and the packet.

import Codecs
import Core
import Foundation
import Traces

func fail(_ text: String) -> Never {
  print(text)
  exit(64)
}

func writePackets(_ words: [String]) {
  guard words.count == 4, let bitrate = Int(words[0]), let loss = Int(words[1]),
    let spoken = FileManager.default.contents(atPath: words[2])
  else { fail("usage: SoundBench packets BITRATE LOSS SPOKEN OUT") }
  var encoder = OpusEncoder(bitrate: bitrate, expectedLossPercent: loss)
  var frame = PCMFrame(count: 960)
  var encoded = EncodedFrame()
  var out = Data()
  for start in stride(from: 0, to: spoken.count - 1919, by: 1920) {
    frame.withSamples { samples in
      for index in 0..<960 {
        let at = start + index * 2
        samples[index] = Int16(bitPattern: UInt16(spoken[at]) | UInt16(spoken[at + 1]) << 8)
      }
    }
    guard let count = encoder.encode(frame, into: &encoded.payload) else { fail("the encoder failed") }
    out.append(UInt8(truncatingIfNeeded: count))
    out.append(UInt8(truncatingIfNeeded: count >> 8))
    for index in 0..<count { out.append(encoded.payload[index]) }
  }
  guard FileManager.default.createFile(atPath: words[3], contents: out) else { fail("cannot write \(words[3])") }
}

/// Lines of JSON: the delays of each second in the mean, the target at its end, all in samples; then the trace's oracle.
func printDelay(_ words: [String]) {
  guard words.count == 5, let kind = NetworkKind(rawValue: words[0]), let seconds = Int(words[1]),
    let seed = UInt64(words[2]), let period = Int(words[3]), let drift = Int(words[4])
  else { fail("usage: SoundBench delay lan|wifi|mobile SECONDS SEED PERIOD DRIFT") }
  let trace = NetworkTrace(kind, seconds: seconds, seed: seed)
  let outcome = playTrace(
    trace, sound: speechLikeSound(144_000), period: period,
    phaseMicroseconds: 200 + Int(seed % 4) * period * 1000 / 192,
    driftPartsPerMillion: drift)
  let fastest = trace.transits.min() ?? 0
  let perSecond = 48_000 / trace.frameSamples
  var places = outcome.times.indices[...]
  for second in 0..<seconds {
    let end = places.firstIndex { outcome.times[$0] >= (second + 1) * 1000 } ?? places.endIndex
    let part = places[..<end]
    places = places[end...]
    let transits = trace.transits[second * perSecond..<(second + 1) * perSecond].map { $0 - fastest }.sorted()
    let delays = part.map { outcome.delays[$0] }
    let mean = delays.isEmpty ? "null" : "\(delays.reduce(0, +) / delays.count)"
    let target = part.last.map { "\(outcome.targets[$0])" } ?? "null"
    print(
      """
      {"second": \(second), "delay": \(mean), "most": \(delays.max() ?? 0), "target": \(target), \
      "transit": \(transits[perSecond / 2]), "latest": \(transits[perSecond - 1])}
      """)
  }
  let report = outcome.report
  print(
    """
    {"oracle": \(trace.leastDelay), "made_up_per_mille": \(outcome.madeUpPerMille), "late": \(report.latePackets), \
    "expanded": \(report.expandedSamples), "accelerated": \(report.acceleratedSamples), \
    "mean": \(outcome.meanDelay(from: 5_000))}
    """)
}

let words = Array(CommandLine.arguments.dropFirst())
switch words.first {
case "packets": writePackets(Array(words.dropFirst()))
case "delay": printDelay(Array(words.dropFirst()))
default: fail("usage: SoundBench packets|delay …")
}
