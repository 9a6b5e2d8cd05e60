// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Every bound of the house, each with its reason. Sized types are aliases here, so that each literal is written once:
// value-generic arguments must be literals. docs/reference/limits.md repeats this table; a test compares the two.

/// Every bound of the house. Counts are items, `Bytes` are octets, `Milliseconds` are milliseconds.
public enum Limits {
  // MARK: Network

  /// Largest datagram handled: the Ethernet MTU; nothing we speak is larger, and the rest is cut and counted.
  public static let datagramBytesMax = 1500
  /// Octets kept free behind a datagram's payload: the SRTCP index and tag (4 + 10), rounded up with room for a key identifier.
  public static let datagramTailBytes = 36
  /// DTLS records are cut to this size so that they pass every path we know of, tunnels included.
  public static let dtlsRecordBytesMax = 1200

  // MARK: Audio

  /// Samples a second everywhere between the sound device and the codec; the RTP clock of Opus (RFC 7587 section 4.1).
  public static let sampleRate = 48_000
  /// Longest audio device period: 20 ms at 48 kHz.
  public static let periodSamplesMax = 960
  /// Longest voice frame we send: 20 ms at 48 kHz.
  public static let frameSamplesMax = 960
  /// Longest voice frame a far side may send: 120 ms, the longest Opus packet (RFC 6716 section 3.2.5).
  public static let receivedFrameSamplesMax = 5760
  /// Largest encoded frame: the largest Opus frame (1,275) rounded up to a whole slot.
  public static let encodedFrameBytesMax = 1280
  /// Far sides heard at once: one call now, and room for a small group mixed on a small board.
  public static let talkersMax = 4

  // MARK: Rings (capacities are powers of two)

  /// Frames from the audio thread to the loop thread: 160 ms of 10 ms frames; the loop thread skips older ones.
  public static let capturedRingSlots = 16
  /// Frames from the loop thread to the audio thread: a burst of 320 ms of 20 ms frames from one talker, or 80 ms from four.
  public static let receivedRingSlots = 16
  /// Commands to the audio thread: more than every control pressed once within a period.
  public static let commandRingSlots = 16
  /// Reports from the audio thread: cumulative, so losing one loses nothing.
  public static let reportRingSlots = 8
  /// PCM periods between a file and the audio thread: 320 ms of 10 ms periods, so that a slow disk is not heard.
  public static let pcmRingSlots = 32

  // MARK: Web

  /// Connections to the web server at once: a browser opens six; beyond, the one that has waited longest makes room.
  public static let webConnectionsMax = 32
  /// Memory one connection may hold, buffers and the request being read together: 32 of them stay near 3 MB at worst.
  public static let webConnectionBytesMax = 98_304
  /// Bytes handed to a connection in one go: what is left over of pipelined requests is never more.
  public static let httpReadBytesMax = 4096
  /// Longest request or status line: any address we serve is far shorter; RFC 9112 section 3 asks for 8,000, a board need not.
  public static let httpStartLineBytesMax = 2048
  /// Header or trailer fields in a message: a browser sends about twenty.
  public static let httpFieldsMax = 64
  /// Header or trailer section in bytes: browsers stay below 2,000; cookies of other services on the host may add some.
  public static let httpFieldBytesMax = 8192
  /// Largest message body: a browser's offer with every candidate is 4,000 to 9,000 bytes.
  public static let httpBodyBytesMax = 16_384
  /// Longest line of a chunk size with its extensions, which are ignored.
  public static let httpChunkLineBytesMax = 128
  /// Time for a whole request head, from its first byte or from the connection's start.
  public static let httpHeadMilliseconds = 10_000
  /// Time for a whole body, from the end of its head: 16,384 bytes pass in it at modem speed.
  public static let httpBodyMilliseconds = 10_000
  /// Time a connection may stay open between requests.
  public static let httpIdleMilliseconds = 30_000
  /// Time without progress after which a far side that does not read is given up.
  public static let httpWriteMilliseconds = 10_000
  /// Time a closing connection still reads, so that a reset does not destroy the response (RFC 9112 section 9.6).
  public static let httpLingerMilliseconds = 1000
  /// Time for a TCP connection to a far side to open.
  public static let httpConnectMilliseconds = 5000
  /// Time for a whole response of a far side: its time to answer a call, and five seconds for slow networks.
  public static let httpResponseMilliseconds = 15_000
  /// Longest URL a call may be placed to.
  public static let urlBytesMax = 1024
  /// Path segments told apart: our longest path has two.
  public static let urlSegmentsMax = 8
  /// Nesting of JSON values: our deepest message has four.
  public static let jsonDepthMax = 16
  /// JSON values in one text, so that a tree of empty arrays stays small.
  public static let jsonValuesMax = 1024
  /// Largest JSON text: an offer of the largest body with every byte escaped as two, and its envelope.
  public static let jsonBytesMax = 36_864
  /// Longest line on standard input: one JSON text.
  public static let stdioLineBytesMax = 36_864
  /// Call sessions at once, ringing ones included: the talkers, and as many that are on their way out.
  public static let callSessionsMax = 8
  /// Time to answer an offer or a fragment, gathering included, before the request is refused with 503.
  public static let callAnswerMilliseconds = 10_000
  /// POST, PATCH and DELETE requests that one client address may make at once.
  public static let callRateBurst = 30
  /// POST, PATCH and DELETE requests a second that one client address may keep up.
  public static let callRatePerSecond = 5
  /// Client addresses whose rate is remembered; beyond, the one with the most left is forgotten.
  public static let callRateClientsMax = 64
  /// Candidates a caller keeps until they can be sent.
  public static let callCandidatesMax = 32
  /// Redirects followed for one call.
  public static let callRedirectsMax = 3
  /// Time for a caller to end a call properly before it just goes.
  public static let callHangUpMilliseconds = 3000
}

/// Storage for one encoded frame's payload.
public typealias EncodedFrameStorage = InlineArray<1280, UInt8>
/// Storage for one PCM frame or period.
public typealias PCMFrameStorage = InlineArray<960, Int16>
/// One value for each talker.
public typealias PerTalker<Value> = InlineArray<4, Value>
