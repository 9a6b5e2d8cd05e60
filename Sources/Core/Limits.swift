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
  /// How much of a WAV file is searched for its first sample: tags may stand before it, albums of pictures may not.
  public static let wavHeaderBytesMax = 4096
  /// Most channels a WAV file may have: more than any sound card we know of; they are mixed to one.
  public static let wavChannelsMax = 32

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

  // MARK: Jitter buffer (samples at 48 kHz)

  /// Packets one talker's buffer holds: 640 ms of 10 ms frames, past the span below; one bit of a 64-bit word each.
  public static let jitterSlots = 64
  /// Most sound kept for one talker: 600 ms; what is older is dropped, so that no queue sits on old sound.
  public static let jitterSpanSamplesMax = 28_800
  /// Delay aimed at before the network is known: one 10 ms frame.
  public static let jitterTargetSamplesInitial = 480
  /// Least delay aimed at: 5 ms, the least that a quiet LAN needs for 1 % late packets.
  public static let jitterTargetSamplesMin = 240
  /// Most delay aimed at: 400 ms; past it people talk over each other, and lost sound is the lesser evil.
  public static let jitterTargetSamplesMax = 19_200
  /// Added to the delay seen in the network: 3 ms for the two threads' own wake-up times.
  public static let jitterMarginSamples = 144
  /// How much more than a frame too much delay must be before a frame is dropped: 2 ms, so that it does not swing.
  public static let jitterHysteresisSamples = 96
  /// Packets whose delay is remembered: 2.6 s of 10 ms frames, 5 s of 20 ms frames.
  public static let jitterHistoryPackets = 256
  /// Delays told apart, one a millisecond; longer ones are stalls and are remembered apart.
  public static let jitterHistogramMilliseconds = 128
  /// Seconds over which the fastest packet is remembered: drift of 100 ppm moves it by less than 1 ms meanwhile.
  public static let jitterFastestSeconds = 8
  /// Longest sound made up for a gap: 100 ms; speech guessed further is a buzz. After it there is only silence.
  public static let concealedSamplesMax = 4800
  /// From here on made-up sound fades: 40 ms.
  public static let concealedSamplesUnfaded = 1920
}

/// Storage for one encoded frame's payload.
public typealias EncodedFrameStorage = InlineArray<1280, UInt8>
/// Storage for one PCM frame or period.
public typealias PCMFrameStorage = InlineArray<960, Int16>
/// One value for each talker.
public typealias PerTalker<Value> = InlineArray<4, Value>
/// The last delays of a talker's packets, in milliseconds.
public typealias JitterHistory = InlineArray<256, UInt8>
/// How many of them had each delay.
public typealias JitterHistogram = InlineArray<128, UInt16>
/// The fastest packet of each of the last seconds.
public typealias JitterMinima = InlineArray<8, Int64>
