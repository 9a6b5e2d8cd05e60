// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Opus framing by the tables and rules of RFC 6716 section 3, and hostile packets.

import Codecs
import Core
import Testing

@Suite("Opus packets")
struct OpusPacketTests {
  @Test("every configuration of RFC 6716 table 2 has its mode, bandwidth and frame length")
  func configurations() {
    let rows: [(configs: ClosedRange<UInt8>, mode: OpusPacket.Mode, hertz: Int, samples: [Int])] = [
      (0...3, .silk, 4_000, [480, 960, 1920, 2880]), (4...7, .silk, 6_000, [480, 960, 1920, 2880]),
      (8...11, .silk, 8_000, [480, 960, 1920, 2880]), (12...13, .hybrid, 12_000, [480, 960]),
      (14...15, .hybrid, 20_000, [480, 960]), (16...19, .celt, 4_000, [120, 240, 480, 960]),
      (20...23, .celt, 8_000, [120, 240, 480, 960]), (24...27, .celt, 12_000, [120, 240, 480, 960]),
      (28...31, .celt, 20_000, [120, 240, 480, 960]),
    ]
    for row in rows {
      for config in row.configs {
        for stereo in [UInt8(0), 4] {
          let packet = parsed([config << 3 | stereo, 0])
          #expect(packet?.mode == row.mode)
          #expect(packet?.bandwidthHertz == row.hertz)
          #expect(packet?.frameSamples == row.samples[Int(config - row.configs.lowerBound)])
          #expect(packet?.isStereo == (stereo != 0))
          #expect(packet?.frameCount == 1)
        }
      }
    }
  }

  @Test("packets are measured by their framing")
  func sampleCounts() {
    let long = [UInt8](repeating: 0, count: 1275)
    let rows: [(bytes: [UInt8], samples: Int?)] = [
      ([], nil),
      // Code 0.
      ([0x78], 960), ([0x78, 1, 2, 3], 960), ([0x78] + long, 960), ([0x78] + long + [0], nil),
      // Code 1: two of one size.
      ([0x79], 1920), ([0x79, 1, 2], 1920), ([0x79, 1], nil), ([0x79] + long + long, 1920),
      ([0x79] + long + long + [0, 0], nil),
      // Code 2: the first one's length.
      ([0x7A], nil), ([0x7A, 0], 1920), ([0x7A, 1], nil), ([0x7A, 1, 9], 1920), ([0x7A, 1, 9, 9], 1920),
      ([0x7A, 252], nil),
      ([0x7A, 252, 0] + [UInt8](repeating: 0, count: 252), 1920),
      ([0x7A, 252, 0] + [UInt8](repeating: 0, count: 251), nil),
      ([0x7A, 255, 255] + long, 1920), ([0x7A, 0] + long + [0], nil),
      // Code 3: a count, of one size.
      ([0x7B], nil), ([0x7B, 0], nil), ([0x7B, 1], 960), ([0x7B, 6], 5760), ([0x7B, 7], nil), ([0x7B, 2, 1, 2], 1920),
      ([0x7B, 2, 1], nil), ([0x83, 48], 5760), ([0x83, 49], nil), ([0x1B, 2], 5760), ([0x1B, 3], nil),
      ([0x7B, 1] + long + [0], nil),
      // Code 3: variable sizes.
      ([0x7B, 0x81], 960), ([0x7B, 0x82, 1, 9], 1920), ([0x7B, 0x82, 1], nil), ([0x7B, 0x82], nil),
      ([0x7B, 0x83, 1, 2, 9, 8, 8, 7], 2880), ([0x7B, 0x83, 1, 2, 9, 8], nil), ([0x7B, 0x81] + long + [0], nil),
      ([0x7B, 0x83, 252], nil),
      // Code 3: padding.
      ([0x7B, 0x41, 0], 960), ([0x7B, 0x41, 2, 0, 0], 960), ([0x7B, 0x41, 2, 0], nil), ([0x7B, 0x41], nil),
      ([0x7B, 0x41, 255], nil), ([0x7B, 0x41, 255, 0] + [UInt8](repeating: 0, count: 254), 960),
      ([0x7B, 0x41, 255, 0] + [UInt8](repeating: 0, count: 253), nil),
      ([0x7B, 0x42, 1, 5, 6, 0], 1920), ([0x7B, 0x42, 1, 5, 0], nil), ([0x7B, 0xC2, 1, 1, 5, 6, 0], 1920),
    ]
    let decoder = OpusDecoder()
    for row in rows {
      let (shown, expected) = (row.bytes.prefix(6), row.samples)
      #expect(row.bytes.withByteView { decoder.sampleCount(of: $0) } == expected, "\(shown)")
    }
  }

  @Test("the recovery flag stands behind one voice activity bit for each SILK frame, of the first Opus frame")
  func recoveryFlags() {
    let rows: [(bytes: [UInt8], carries: Bool)] = [
      // SILK 10 and 20 ms, hybrid 20 ms.
      ([0x40, 0x40], true), ([0x40, 0x80], false), ([0x48, 0x40], true), ([0x48, 0xBF], false), ([0x78, 0x40], true),
      // SILK 40 and 60 ms.
      ([0x50, 0x20], true), ([0x50, 0xDF], false), ([0x58, 0x10], true), ([0x58, 0xEF], false),
      // Stereo, 20 ms: mid activity, mid recovery, side activity, side recovery.
      ([0x4C, 0x40], true), ([0x4C, 0x10], true), ([0x4C, 0xAF], false),
      // Stereo, 60 ms: three bits and one, twice.
      ([0x5C, 0x10], true), ([0x5C, 0x01], true), ([0x5C, 0xEE], false),
      // CELT, and packets without a first byte.
      ([0xF8, 0xFF], false), ([0x48], false),
      // The first of two, behind its length; the second does not count.
      ([0x4A, 1, 0x40, 0x00], true), ([0x4A, 1, 0x00, 0x40], false), ([0x4B, 0x82, 1, 0x40, 0x00], true),
      ([0x4A, 0, 0x40], false),
    ]
    for row in rows { #expect(parsed(row.bytes)?.carriesRecovery == row.carries, "\(row.bytes)") }
  }

  @Test("the room and the library agree on what is a packet")
  func agreesWithTheLibrary() {
    var randomness = Randomness(seed: 11)
    var decoder = OpusDecoder()
    let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Limits.receivedFrameSamplesMax)
    defer { room.deallocate() }
    var decodedCount = 0
    for _ in 0..<2000 {
      var bytes = [UInt8](repeating: 0, count: randomness.below(40))
      for index in bytes.indices { bytes[index] = randomness.uint8() }
      let announced = bytes.withByteView { decoder.sampleCount(of: $0) }
      let written = bytes.withByteView { decoder.decode($0, into: room) }
      #expect(announced == written, "\(bytes)")
      if written != nil { decodedCount += 1 }
    }
    #expect(decodedCount > 500)
  }

  @Test("mutated and random packets never trap, and a good packet decodes after them", arguments: [1, 2] as [UInt64])
  func burst(seed: UInt64) throws {
    var randomness = Randomness(seed: seed)
    var encoder = OpusEncoder(expectedLossPercent: 20)
    let good = encoded(Array(Sound.speech[..<48_000]), frameSamples: 960, with: &encoder)
    var decoder = OpusDecoder()
    let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Limits.receivedFrameSamplesMax)
    defer { room.deallocate() }
    for round in 0..<1500 {
      var bytes = good[randomness.below(good.count)]
      for _ in 0...randomness.below(4) where !bytes.isEmpty {
        let place = randomness.below(bytes.count)
        switch randomness.below(4) {
        case 0: bytes[place] = randomness.uint8()
        case 1: bytes[0] = randomness.uint8()
        case 2: bytes.removeSubrange(place...)
        default: bytes.insert(randomness.uint8(), at: place)
        }
      }
      bytes.withByteView { payload in
        _ = decoder.decode(payload, into: room)
        _ = decoder.recover(from: payload, sampleCount: 480 * (1 + randomness.below(4)), into: room)
      }
      if round % 10 == 0 { bytes.withByteView { CodecsFuzz.fuzz($0) } }
    }
    #expect(good[10].withByteView { decoder.decode($0, into: room) } == 960)
  }

  private func parsed(_ bytes: [UInt8]) -> OpusPacket? { bytes.withByteView { OpusPacket($0) } }
}
