// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One call of two whole sides in virtual time over a network that loses packets by a seed: speech in, what the far side
// heard out, and a line of figures in JSON. What is judged, and how, stands in Tests/Sound/loss.py.
//
//   LossBench SPOKEN HEARD SCHEME BITRATE LOSS RUN SEED SETTLE SECONDS
//
// SPOKEN and HEARD are raw 16-bit samples at 48 kHz. SCHEME is `plain` (no redundancy at all), `none` (no copies), `last`
// (as with a browser, whose reports do not tell of bursts) or `far` (as between intercoms). SETTLE seconds pass before SPOKEN begins, with its own sound over and
// over, so that reports come and both sides adapt; then it is heard for SECONDS.

import Codecs
import Core
import Foundation
import Peer
import SelfTest
import VOIP
import Voice

func samples(of path: String) -> [Int16] {
  guard let data = FileManager.default.contents(atPath: path) else { return [] }
  return stride(from: 0, to: data.count - 1, by: 2).map { index in
    Int16(bitPattern: UInt16(data[index]) | UInt16(data[index + 1]) << 8)
  }
}

let arguments = CommandLine.arguments
guard arguments.count == 10, let bitrate = Int(arguments[4]), let loss = Int(arguments[5]),
  let run = Double(arguments[6]), let seed = UInt64(arguments[7]), let settle = Int(arguments[8]),
  let seconds = Int(arguments[9])
else {
  print("usage: LossBench SPOKEN HEARD plain|none|last|far BITRATE LOSS RUN SEED SETTLE SECONDS")
  exit(64)
}
let spoken = samples(of: arguments[1])
let isPlain = arguments[3] == "plain"

var plan = VirtualCallPlan(seed: seed)
plan.conditions.lossPercent = loss
plan.conditions.lossRunPackets = run
plan.conditions.delay = .milliseconds(15)
plan.bitrate = bitrate
switch arguments[3] {
case "plain", "none": plan.leavesOut = "a=rtpmap:63"
case "last": plan.leavesOut = "a=rtcp-xr"
default: break
}
// Playing begins so that the recording's first sample is captured when `settle` seconds are over.
let settled = settle * Limits.sampleRate
let begin = spoken.isEmpty ? 0 : (spoken.count - settled % spoken.count) % spoken.count
plan.sources = [.recording(spoken, next: begin), .silence]
let call = VirtualCall<ClearChannel, BenchEncoder, OpusDecoder>(
  plan: plan, identities: [ClearChannel.Identity(seed: 1), ClearChannel.Identity(seed: 2)],
  makeEncoder: { BenchEncoder(bitrate: bitrate, isPlain: isPlain) }, makeDecoder: { OpusDecoder() })
call.place(from: 0, to: 1)
call.run(until: .zero + .seconds(settle))
let id = call.links[0].calleeID
let before = id.flatMap { call.sides[1].statistics(of: $0) } ?? ConnectionStatistics()
let caller = call.links[0].callerID
let sentBefore = call.sides[0].statistics(of: caller)?.octetsSent ?? 0
call.run(until: .zero + .seconds(settle + seconds))
let after = id.flatMap { call.sides[1].statistics(of: $0) } ?? ConnectionStatistics()
let sentAfter = call.sides[0].statistics(of: caller)?.octetsSent ?? 0
// What is in flight and in buffers at the end.
call.run(for: .milliseconds(600))

let heard = call.sides[1].played.samples
let range = min(settled, heard.count)..<min(settled + (seconds * 1_000 + 600) * 48, heard.count)
var bytes = Data()
for sample in heard[range] {
  bytes.append(UInt8(truncatingIfNeeded: sample))
  bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
}
guard FileManager.default.createFile(atPath: arguments[2], contents: bytes) else {
  print("cannot write \(arguments[2])")
  exit(74)
}
let talker = call.sides[1].report.talkers[0]
let packets = after.packetsReceived + after.packetsLost - before.packetsReceived - before.packetsLost
print(
  """
  {"lost": \(after.packetsLost - before.packetsLost), "packets": \(packets), \
  "recovered": \(after.packetsRecovered - before.packetsRecovered), "copies_played": \(talker.copiesPlayed), \
  "late_copies": \(talker.lateCopies), "late_packets": \(talker.latePackets), \
  "target_ms": \(talker.targetDelaySamples / 48), "delay_ms": \(talker.playoutDelaySamples / 48), \
  "payload_bits_per_second": \((sentAfter - sentBefore) * 8 / UInt64(max(seconds, 1))), "is_stuck": \(call.isStuck)}
  """)
