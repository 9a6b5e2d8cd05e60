// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The beginning of a WAV file: what samples it has and where they are, in and out.
//
//   "RIFF" size "WAVE"   { identifier(4) size(4) content [padding to an even size] } ...
//   "fmt "  tag(2) channels(2) rate(4) bytes a second(4) bytes a frame(2) bits(2) [ extension size(2) valid bits(2)
// mask(4) GUID(16) ]
//   "data"  frames of samples, channel by channel; everything is little-endian
//
// Sources: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991);
// WAVE_FORMAT_EXTENSIBLE as in Microsoft's mmreg.h documentation. Read: 8, 16, 24, 32-bit integers and 32-bit floats,
// of up to 32 channels, at any rate; the caller resamples what is not 48 kHz. Left out: compressed tags, cue points,
// RF64.

public import Core

/// Why a WAV file cannot be read.
public enum WAVError: Error, Equatable, Sendable {
  /// It ends before its samples begin, or they begin further back than `Limits.wavHeaderBytesMax`.
  case truncated
  /// It does not begin as a RIFF file of the form WAVE.
  case notWAV
  /// The samples come before their format, or the format contradicts itself.
  case malformedFormat
  /// The samples are compressed, or of a size that is not read.
  case unsupportedEncoding
  /// There is no channel, or more than `Limits.wavChannelsMax`.
  case unsupportedChannels
  /// The rate is not within 1,000 ... 384,000 a second.
  case unsupportedRate
}

/// What the samples of a WAV file look like and where they are.
public struct WAVHeader: Equatable, Sendable {
  /// How a sample is written.
  public enum Encoding: Equatable, Sendable {
    /// Unsigned, 8 bits, silence at 128.
    case unsigned8
    /// Signed, 16 bits.
    case signed16
    /// Signed, 24 bits.
    case signed24
    /// Signed, 32 bits.
    case signed32
    /// IEEE 754 binary32, full scale at 1.
    case float32
  }

  /// How a sample is written.
  public var encoding: Encoding
  /// How many channels there are, 1 ... Limits.wavChannelsMax.
  public var channels: Int
  /// Samples a second of each channel, 1,000 ... 384,000.
  public var sampleRate: Int
  /// Where the samples begin, in bytes from the beginning of the file.
  public var dataOffset: Int
  /// How many bytes of samples the header promises (a file may have fewer), or nil when they go on to the end of the
  /// file.
  public var dataBytes: Int?

  /// Bytes of the header that `write` writes.
  public static let writtenBytes = 44

  /// The header at the beginning of `file`, which is the file's first `Limits.wavHeaderBytesMax` bytes, or all.
  public init(parsing file: ByteView) throws(WAVError) {
    let bytes = file.prefix(Limits.wavHeaderBytesMax)
    guard bytes.count >= 12 else { throw .truncated }
    guard bytes[0..<4].elementsEqual("RIFF"), bytes[8..<12].elementsEqual("WAVE") else { throw .notWAV }
    var offset = 12
    var format: (encoding: Encoding, channels: Int, rate: Int)?
    while bytes.count - offset >= 8 {
      let size = Self.little32(bytes, at: offset + 4)
      let start = offset + 8
      if bytes[offset..<offset + 4].elementsEqual("data") {
        guard let format else { throw .malformedFormat }
        encoding = format.encoding
        channels = format.channels
        sampleRate = format.rate
        dataOffset = start
        // Writers to a pipe do not know the size: they leave 0 or something close to the largest.
        dataBytes = size == 0 || size >= 0x7FFF_F000 ? nil : Int(size)
        return
      }
      guard size <= UInt32(bytes.count - start) else { throw .truncated }
      if bytes[offset..<offset + 4].elementsEqual("fmt ") {
        format = try Self.parseFormat(bytes[start..<start + Int(size)])
      }
      offset = start + Int(size) + Int(size & 1)
    }
    throw .truncated
  }

  /// Writes the 44 bytes before `dataBytes` bytes of 16-bit mono at 48 kHz to the beginning of `bytes`; false when they
  /// do not fit. A size not known yet is 0; the header is written again when it is.
  public static func write(dataBytes: Int, to bytes: MutableByteView) -> Bool {
    guard bytes.count >= writtenBytes else { return false }
    let size = UInt32(clamping: min(dataBytes, 0x7FFF_0000))
    var writer = ByteWriter(bytes)
    writer.text("RIFF")
    writeLittle32(&writer, size + 36)
    writer.text("WAVEfmt ")
    writeLittle32(&writer, 16)
    writeLittle32(&writer, 0x0001_0001)  // integers, one channel
    writeLittle32(&writer, UInt32(Limits.sampleRate))
    writeLittle32(&writer, UInt32(Limits.sampleRate * 2))
    writeLittle32(&writer, 0x0010_0002)  // two bytes a frame, sixteen bits
    writer.text("data")
    writeLittle32(&writer, size)
    return true
  }

  /// Bytes of one sample of every channel.
  public var frameBytes: Int { channels * sampleBytes }

  /// Bytes of one sample of one channel.
  var sampleBytes: Int {
    switch encoding {
    case .unsigned8: 1
    case .signed16: 2
    case .signed24: 3
    case .signed32, .float32: 4
    }
  }

  private static func parseFormat(_ bytes: ByteView) throws(WAVError) -> (encoding: Encoding, channels: Int, rate: Int)
  {
    guard bytes.count >= 16 else { throw .malformedFormat }
    var tag = little16(bytes, at: 0)
    let channels = Int(little16(bytes, at: 2))
    let rate = little32(bytes, at: 4)
    let frameBytes = Int(little16(bytes, at: 12))
    let bits = Int(little16(bytes, at: 14))
    if tag == 0xFFFE {
      guard bytes.count >= 40 else { throw .malformedFormat }
      // The first two bytes of the GUID are the tag, the rest is always the same.
      tag = little16(bytes, at: 24)
    }
    let encoding: Encoding
    switch (tag, bits) {
    case (1, 8): encoding = .unsigned8
    case (1, 16): encoding = .signed16
    case (1, 24): encoding = .signed24
    case (1, 32): encoding = .signed32
    case (3, 32): encoding = .float32
    default: throw .unsupportedEncoding
    }
    guard channels > 0, channels <= Limits.wavChannelsMax else { throw .unsupportedChannels }
    guard rate >= 1000, rate <= 384_000 else { throw .unsupportedRate }
    guard frameBytes == channels * bits / 8 else { throw .malformedFormat }
    return (encoding, channels, Int(rate))
  }

  static func little16(_ bytes: ByteView, at offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  static func little32(_ bytes: ByteView, at offset: Int) -> UInt32 {
    UInt32(little16(bytes, at: offset)) | UInt32(little16(bytes, at: offset + 2)) << 16
  }

  private static func writeLittle32(_ writer: inout ByteWriter, _ value: UInt32) { writer.uint32(value.byteSwapped) }
}
