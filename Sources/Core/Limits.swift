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
  /// Largest frame inside an Opus packet (RFC 6716 section 3.4, R2).
  public static let opusFrameBytesMax = 1275
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

  // MARK: Configuration

  /// Largest configuration file: sixty-four peers with comments fill a tenth of it, and a wrong file is refused before it is read.
  public static let configurationBytesMax = 65_536
  /// Parts in a dotted key and levels of nested arrays and inline tables: our own settings need three, and recursion stays bounded.
  public static let configurationDepthMax = 16
  /// Keys and values in a configuration file: a few times our largest, so that looking for duplicates stays quick.
  public static let configurationValuesMax = 2048
  /// Errors reported for one file: a screenful; the rest is counted.
  public static let configurationErrorsMax = 16
  /// Longest number or date in a configuration file: far beyond what a value can tell apart.
  public static let configurationNumberBytesMax = 128
  /// Longest text of a setting: a path or a URL.
  public static let configurationTextBytesMax = 1024
  /// Longest name of an intercom or a peer: it must fit a display and a log line.
  public static let configurationNameBytesMax = 64
  /// Longest host name in a URL or a STUN URI (RFC 1035 section 3.1, as text).
  public static let configurationHostBytesMax = 253
  /// STUN servers in the configuration: a browser warns from five on; each costs every call a request.
  public static let configurationServersMax = 8
  /// Peers in the configuration: a large house.
  public static let configurationPeersMax = 64
}

/// Storage for one encoded frame's payload.
public typealias EncodedFrameStorage = InlineArray<1280, UInt8>
/// Storage for one PCM frame or period.
public typealias PCMFrameStorage = InlineArray<960, Int16>
/// One value for each talker.
public typealias PerTalker<Value> = InlineArray<4, Value>
