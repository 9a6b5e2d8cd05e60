// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sends a microphone's sound and what was played through an echo canceller: EchoBench ours|speex|none MICROPHONE PLAYED OUT.
// Files are raw 16-bit samples at 48 kHz, one channel. Prints by how many samples the sound comes later.

import Codecs
import Core
import Glibc
import Voice

func load(_ path: String) -> [Int16] {
  guard let file = fopen(path, "rb") else { fail("\(path) cannot be read") }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  let count = ftell(file) / 2
  fseek(file, 0, SEEK_SET)
  var samples = [Int16](repeating: 0, count: count)
  guard fread(&samples, 2, count, file) == count else { fail("\(path) is cut short") }
  return samples
}

func fail(_ text: String) -> Never {
  print(text)
  exit(1)
}

let arguments = CommandLine.arguments
guard arguments.count == 5, ["ours", "speex", "none"].contains(arguments[1]) else {
  fail("usage: EchoBench ours|speex|none MICROPHONE PLAYED OUT")
}
let microphone = load(arguments[2])
let played = load(arguments[3])

/// Sends all of it through a canceller, period by period.
func run<Canceller: EchoCanceller & ~Copyable>(_ canceller: inout Canceller) -> [Int16] {
  var output: [Int16] = []
  output.reserveCapacity(microphone.count)
  var start = 0
  while start + 480 <= min(microphone.count, played.count) {
    var heard = PCMFrame(count: 480)
    var reference = PCMFrame(count: 480)
    heard.withSamples { samples in for index in samples.indices { samples[index] = microphone[start + index] } }
    reference.withSamples { samples in for index in samples.indices { samples[index] = played[start + index] } }
    canceller.process(microphone: &heard, played: reference)
    heard.withSamples { samples in output.append(contentsOf: samples) }
    start += 480
  }
  return output
}

let output: [Int16]
let delaySamples: Int
switch arguments[1] {
case "ours":
  var canceller = KalmanCanceller(periodSamples: 480)
  output = run(&canceller)
  delaySamples = canceller.delaySamples
case "speex":
  guard var canceller = SpeexCanceller(periodSamples: 480) else { fail("speexdsp's canceller is not in this build") }
  output = run(&canceller)
  delaySamples = canceller.delaySamples
default:
  var canceller = NoCanceller()
  output = run(&canceller)
  delaySamples = 0
}
guard let file = fopen(arguments[4], "wb"), fwrite(output, 2, output.count, file) == output.count, fclose(file) == 0
else { fail("\(arguments[4]) cannot be written") }
print(delaySamples)
