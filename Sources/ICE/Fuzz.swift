// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Entries for hostile bytes: none of them may trap, whatever comes.

public import Core

/// One entry for each parser of the room.
public enum ICEFuzz {
  /// The first byte chooses the parser; the rest is its input.
  public static func fuzz(_ bytes: ByteView) {
    guard !bytes.isEmpty else { return }
    if bytes[0] & 1 == 0 { message(bytes.dropFirst(1)) } else { candidate(bytes.dropFirst(1)) }
  }

  /// Reads a STUN message and everything in it.
  public static func message(_ bytes: ByteView) {
    do throws(STUNError) {
      let message = try STUNMessage(parsing: bytes)
      _ = message.isAuthentic(HMACSHA1(key: bytes.prefix(8)))
    } catch {}
  }

  /// Reads a candidate, and reads again what it writes.
  public static func candidate(_ bytes: ByteView) {
    do throws(CandidateError) {
      let candidate = try Candidate(parsing: bytes)
      let again = try Candidate(candidate.text)
      precondition(
        again.endpoint == candidate.endpoint, "a candidate's text means another endpoint")
    } catch {}
  }
}
