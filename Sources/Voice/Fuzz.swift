// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One entry for each parser of the room, for mutated bytes: none may trap, whatever comes.

public import Core

/// Feeds bytes to the room's parsers; results are ignored.
public enum VoiceFuzz {
  /// Reads `bytes` as a WAV file and converts what follows its header.
  public static func wav(_ bytes: ByteView) {
    guard let header = try? WAVHeader(parsing: bytes) else { return }
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 256) { samples in
      _ = header.convert(bytes.dropFirst(header.dataOffset), into: samples)
    }
  }

  /// Reads `bytes` as a packet of the plain codec.
  public static func passThrough(_ bytes: ByteView) {
    var decoder = PassThroughDecoder()
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 960) { samples in
      _ = decoder.sampleCount(of: bytes)
      _ = decoder.decode(bytes, into: samples)
      _ = decoder.recover(from: bytes, sampleCount: 480, into: samples)
      _ = decoder.conceal(sampleCount: 480, into: samples)
    }
  }

  /// Reads `bytes` as what happens to a talker: packets of any number, timestamp, length and time, and pulls between
  /// them.
  public static func playout(_ bytes: ByteView) {
    var playout = Playout(decoder: PassThroughDecoder(), periodSamples: 480)
    var frame = EncodedFrame()
    var now = Instant.zero
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 480) { period in
      var offset = 0
      while bytes.count - offset >= 8 {
        let kind = bytes[offset]
        now += .milliseconds(Int(bytes[offset + 1] % 64))
        // The upper bits of a number change seldom, so that most packets belong together.
        frame.sequence &+= kind & 0x40 == 0 ? UInt32(bytes[offset + 2] % 8) : UInt32(bytes[offset + 2]) << 24
        frame.timestamp.value &+= kind & 0x20 == 0 ? UInt32(bytes[offset + 3]) * 120 : UInt32(bytes[offset + 3]) << 24
        if kind & 0x10 != 0 { frame.sequence &-= UInt32(bytes[offset + 4]) }
        frame.instant = now
        frame.sampleCount = kind & 0x08 != 0 ? Int(bytes[offset + 5]) * 120 : 0
        frame.copyOffsetSamples = kind & 0x04 != 0 ? UInt16(bytes[offset + 7]) * 60 : 0
        // Two bytes of header in front, so that a length can be that of a whole packet of the plain codec.
        _ = frame.assign(bytes.dropFirst(offset).prefix(2 + Int(bytes[offset + 6]) * 5))
        withUnsafePointer(to: frame) { playout.insert($0) }
        for _ in 0..<kind % 4 {
          playout.pull(into: period, at: now)
          now += .milliseconds(10)
        }
        offset += 8
      }
    }
  }
}
