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

  // MARK: Security

  /// First retransmission of a DTLS flight: above most round trips, and far below the second that RFC 6347 section 4.2.4.1
  /// names, because a caller waits.
  public static let dtlsRetransmissionMillisecondsFirst = 200
  /// Longest wait between two retransmissions: doubling goes no further, so that a path that heals is used at once.
  public static let dtlsRetransmissionMillisecondsMax = 1600
  /// A handshake without a result is over after this: as long as ICE consent lives (RFC 7675 section 5.1).
  public static let dtlsHandshakeMillisecondsMax = 30_000
  /// Datagrams kept that came before `start`: a ClientHello in five fragments and one repetition of its first.
  public static let dtlsEarlyDatagramsMax = 6
  /// Replay window of SRTP in packets: RFC 3711 section 3.3.2 wants 64; 256 are 2.5 s of 10 ms frames.
  public static let srtpWindowPackets = 256
  /// Sources a far side may send from in one session: its voice, one replacement after a restart of its sender, and video,
  /// retransmission and correction streams that we refused but somebody may send.
  public static let srtpSourcesMax = 8

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
}

/// Storage for one encoded frame's payload.
public typealias EncodedFrameStorage = InlineArray<1280, UInt8>
/// Storage for one PCM frame or period.
public typealias PCMFrameStorage = InlineArray<960, Int16>
/// One value for each talker.
public typealias PerTalker<Value> = InlineArray<4, Value>
