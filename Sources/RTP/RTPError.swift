// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What can be wrong with RTP and RTCP bytes.

/// Why bytes are not an RTP or RTCP packet.
public enum RTPError: Error, Equatable, Sendable, BitwiseCopyable {
  /// There are fewer bytes than the header, the contributors or the header extension need.
  case truncated
  /// The version is not 2.
  case version
  /// The padding's length is 0 or more than there is.
  case padding
  /// An RTCP packet's length field does not fit the bytes that are there.
  case length
  /// A compound packet does not begin with a report, and reduced size was not negotiated (RFC 3550 section 6.1, RFC
  /// 5506).
  case notCompound
  /// A report, description or goodbye is shorter than what it says it holds.
  case content
  /// A redundant payload ends before its last block header, or has nothing behind it (RFC 2198 section 3).
  case blockHeader
  /// A redundant payload's blocks are longer than the payload.
  case blockLength
  /// A redundant payload has more than `Limits.redundantBlocksMax` copies.
  case tooManyBlocks
}
