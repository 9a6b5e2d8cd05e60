// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Entries for random bytes: nothing here may trap, whatever comes in.

public import Core

/// One entry for each parser of the room.
public enum SDPFuzz {
  /// Reads `bytes` as a description, answers it, takes it as an answer, and reads back what was written.
  public static func description(_ bytes: ByteView) {
    guard let description = try? SessionDescription(parsing: bytes) else { return }
    var randomness = Randomness(seed: 1)
    let zeros = [UInt8](repeating: 0, count: 32)
    guard let fingerprint = zeros.withByteView({ Fingerprint(algorithm: .sha256, bytes: $0) }) else { return }
    let parameters = SDPParameters(fingerprint: fingerprint, randomness: &randomness)
    _ = try? SDPAnswer.read(description, to: SDPOffer.make(parameters))
    _ = try? SessionDescription(parsing: description.text)
    guard let made = try? SDPAnswer.make(to: description, parameters) else { return }
    // An answer of ours always reads back: this is what the far side sees. Malformed UTF-8 grows when it is mirrored.
    let text = made.answer.text
    guard text.utf8.count <= Limits.sdpBytesMax else { return }
    let reread = try? SessionDescription(parsing: text)
    precondition(reread?.sections.count == description.sections.count, "an answer does not read back")
  }

  /// Reads `bytes` as a fragment, and reads back what was written.
  public static func fragment(_ bytes: ByteView) {
    guard let fragment = try? TrickleFragment(parsing: bytes) else { return }
    _ = fragment.candidates(for: "0")
    _ = fragment.hasAllCandidates(for: "0")
    _ = try? TrickleFragment(parsing: fragment.text)
  }

  /// Both; what `make fuzz` calls.
  public static func fuzz(_ bytes: ByteView) {
    description(bytes)
    fragment(bytes)
  }
}
