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

  // MARK: Kernel

  /// Descriptors reported ready by one wait: what is over comes with the next wait, at once.
  public static let pollEventsMax = 64
  /// Datagrams taken from one socket in one wake-up, so that a flood on it cannot starve the timers and the other sockets.
  public static let datagramsPerWakeMax = 64
  /// Addresses of this machine that are looked at: several interfaces with a few IPv6 addresses each.
  public static let interfaceAddressesMax = 32
  /// Names waiting to be looked up: a handful of ICE servers and peers; one more is refused and counted.
  public static let lookupsMax = 8
  /// Addresses kept of one name: the first that answers is used, the others are spares.
  public static let lookupAddressesMax = 8
  /// Longest host name (RFC 1035 section 2.3.4: 255 octets on the wire, 253 as text).
  public static let hostNameBytesMax = 253
  /// A thread's stack: room for the temporary arrays of Opus and of the resolver; all of it counts where memory is locked.
  public static let threadStackBytes = 262_144
  /// Longest log line; the rest of a longer one is cut.
  public static let logLineBytesMax = 1024
  /// Call sites whose log lines are counted apart; beyond them the oldest is forgotten.
  public static let logKeysMax = 64
  /// Lines one call site may log within `logWindowSeconds`; more are counted and summed up in one line.
  public static let logLinesPerWindowMax = 10
  /// How long lines of one call site are counted together.
  public static let logWindowSeconds = 10
  /// Longest line on standard input: one JSON message with a description of 16 KiB in it, every character escaped.
  public static let standardLineBytesMax = 65_536

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

/// Addresses of this machine, with what is known of each.
public typealias InterfaceAddressList<Element: BitwiseCopyable> = FixedList<32, Element>
/// Addresses of one name.
public typealias LookupAddressList = FixedList<8, IPAddress>
/// Storage for a host name and the zero behind it.
public typealias HostNameStorage = InlineArray<256, UInt8>
/// One value for each call site that logs.
public typealias LogKeyTable<Value> = InlineArray<64, Value>
/// Storage for one encoded frame's payload.
public typealias EncodedFrameStorage = InlineArray<1280, UInt8>
/// Storage for one PCM frame or period.
public typealias PCMFrameStorage = InlineArray<960, Int16>
/// One value for each talker.
public typealias PerTalker<Value> = InlineArray<4, Value>
