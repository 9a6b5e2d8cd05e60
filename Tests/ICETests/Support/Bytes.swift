// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Bytes as a person reads them.

import Core
import ICE

/// The bytes that `text` writes in hexadecimal; blanks are passed over.
func hex(_ text: String) -> [UInt8] {
  let digits = text.utf8.compactMap { byte -> UInt8? in
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The digest in hexadecimal.
func hex(_ digest: SHA1.Digest) -> String {
  var text = ""
  for index in 0..<20 { text += (digest[index] < 16 ? "0" : "") + String(digest[index], radix: 16) }
  return text
}

/// An endpoint from text that is known to be right.
func endpoint(_ text: String) -> Endpoint {
  guard let endpoint = Endpoint(text) else { preconditionFailure("a test's endpoint is malformed") }
  return endpoint
}

/// A candidate from text that is known to be right.
func candidate(_ text: String) -> Candidate {
  do throws(CandidateError) {
    return try Candidate(text)
  } catch {
    preconditionFailure("a test's candidate is malformed")
  }
}

/// What reading `bytes` as a STUN message throws, or nil.
func stunError(_ bytes: [UInt8]) -> STUNError? {
  bytes.withByteView { view in
    do throws(STUNError) {
      _ = try STUNMessage(parsing: view)
      return nil
    } catch {
      return error
    }
  }
}

/// Calls `body` with the message in `bytes`; nil when they hold none.
func withMessage<Result>(_ bytes: [UInt8], _ body: (STUNMessage) -> Result) -> Result? {
  bytes.withByteView { view in
    do throws(STUNError) { return body(try STUNMessage(parsing: view)) } catch { return nil }
  }
}

/// The HMAC-SHA1 of nothing yet under the text `key`.
func hmac(_ key: String) -> HMACSHA1 { key.withByteView { HMACSHA1(key: $0) } }

/// The bytes of a message that `body` writes.
func stunMessage(
  _ messageClass: STUNClass, method: UInt16 = STUNMethod.binding,
  transaction: TransactionID = TransactionID(high: 1, low: 2), _ body: (inout STUNWriter) -> Void
) -> [UInt8] {
  var datagram = Datagram()
  var writer = STUNWriter(datagram.storage, messageClass, method: method, transaction: transaction)
  body(&writer)
  guard let count = writer.finish() else { return [] }
  datagram.setCount(count)
  return datagram.bytes.array()
}
