// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Helpers of the SDP tests: parameters, the corpus, and a call's terms as one line of words.

import Core
import Foundation
import SDP

/// A fingerprint whose bytes count up from `first`.
func fingerprint(_ first: UInt8 = 0, _ algorithm: Fingerprint.Algorithm = .sha256) -> Fingerprint {
  let bytes = (0..<algorithm.byteCount).map { UInt8(truncatingIfNeeded: Int(first) + $0) }
  return bytes.withByteView { Fingerprint(algorithm: algorithm, bytes: $0) }!
}

/// Parameters made from a seed.
func parameters(seed: UInt64 = 1) -> SDPParameters {
  var randomness = Randomness(seed: seed)
  return SDPParameters(fingerprint: fingerprint(UInt8(seed)), randomness: &randomness)
}

/// The corpus.
enum Corpus {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")

  /// The text of the file `name`, without its ending.
  static func text(_ name: String) throws -> String {
    try String(decoding: Data(contentsOf: folder.appendingPathComponent(name + ".sdp")), as: UTF8.self)
  }

  /// The names of all files, without their ending.
  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sdp") }
      .map { String($0.dropLast(4)) }.sorted()
  }
}

/// What was agreed on, in words: payload type, mid, extensions, our direction, our DTLS role, then only what is unusual.
func words(_ audio: NegotiatedAudio) -> String {
  var words = ["\(audio.sendPayloadType)", "mid=\(audio.mid)"]
  if let level = audio.audioLevelExtension { words.append("level=\(level)") }
  if let mid = audio.midExtension { words.append("midext=\(mid)") }
  words.append(MediaDirection(sends: audio.sends, receives: audio.receives).text)
  words.append(audio.isDTLSClient ? "client" : "server")
  if audio.reducedSizeRTCP { words.append("rsize") }
  if let send = audio.sendRedundancyPayloadType { words.append("red=\(send)") }
  if audio.reportsVoIPMetrics { words.append("metrics") }
  if audio.remoteIsICELite { words.append("lite") }
  if audio.remoteFingerprint.algorithm == .sha384 { words.append("sha-384") }
  if audio.remoteFingerprint.algorithm == .sha512 { words.append("sha-512") }
  if audio.remoteOpus.useDTX { words.append("dtx") }
  if let rate = audio.remoteOpus.maxAverageBitrate { words.append("rate=\(rate)") }
  if audio.packetTimeMilliseconds != 20 { words.append("ptime=\(audio.packetTimeMilliseconds)") }
  return words.joined(separator: " ")
}
