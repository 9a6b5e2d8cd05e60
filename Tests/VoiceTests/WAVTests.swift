// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// WAV files by rows: what is read, what is refused, what comes out.

import Core
import Testing
import Voice

@Suite struct WAVTests {
  static func little(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  static func file(
    tag: Int = 1, channels: Int = 1, rate: Int = 48_000, bits: Int = 16, extensible: Bool = false,
    before: [UInt8] = [], dataSize: Int? = nil, data: [UInt8]
  ) -> [UInt8] {
    var format = little(extensible ? 0xFFFE : tag, 2) + little(channels, 2) + little(rate, 4)
    format += little(rate * channels * bits / 8, 4) + little(channels * bits / 8, 2) + little(bits, 2)
    if extensible {
      format += little(22, 2) + little(bits, 2) + little(0, 4) + little(tag, 2)
      format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    }
    let body =
      Array("WAVE".utf8) + before + Array("fmt ".utf8) + little(format.count, 4) + format + Array("data".utf8)
      + little(dataSize ?? data.count, 4) + data
    return Array("RIFF".utf8) + little(body.count, 4) + body
  }

  static func read(_ file: [UInt8]) throws(WAVError) -> (WAVHeader, [Int16]) {
    try read(whole: file)
  }

  private static func read(whole file: [UInt8]) throws(WAVError) -> (WAVHeader, [Int16]) {
    let outcome: Result<(WAVHeader, [Int16]), WAVError> = file.withByteView { bytes in
      do throws(WAVError) {
        let header = try WAVHeader(parsing: bytes)
        var samples = [Int16](repeating: 0, count: 64)
        let count = samples.withUnsafeMutableBufferPointer {
          header.convert(bytes.dropFirst(header.dataOffset), into: $0)
        }
        return .success((header, Array(samples[..<count])))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  @Test("every kind of sample becomes 16-bit mono")
  func kinds() throws {
    let float = [Float(0), 0.5, -1, 2, .nan, -.infinity].flatMap { Self.little(Int($0.bitPattern), 4) }
    let rows: [([UInt8], [Int16])] = [
      (Self.file(data: [1, 0, 0xFF, 0x7F, 0, 0x80]), [1, 32_767, -32_768]),
      (Self.file(bits: 8, data: [128, 0, 255]), [0, -32_768, 32_512]),
      (Self.file(bits: 24, data: [9, 1, 0, 0xFF, 0xFF, 0xFF]), [1, -1]),
      (Self.file(bits: 32, data: [9, 9, 2, 0, 0, 0, 0, 0x80]), [2, -32_768]),
      (Self.file(tag: 3, bits: 32, data: float), [0, 16_383, -32_768, 32_767, 0, -32_768]),
      (Self.file(channels: 2, data: [10, 0, 20, 0, 0, 0x80, 0, 0x80]), [15, -32_768]),
      (Self.file(extensible: true, data: [7, 0]), [7]),
      (Self.file(tag: 3, bits: 32, extensible: true, data: Self.little(0x3F80_0000, 4)), [32_767]),
      (Self.file(before: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0], data: [5, 0, 6, 0]), [5, 6]),
      (Self.file(data: [5, 0, 6]), [5]),
    ]
    for (index, row) in rows.enumerated() {
      let (_, samples) = try Self.read(row.0)
      #expect(samples == row.1, "row \(index)")
    }
  }

  @Test("what cannot be read is refused with its reason")
  func refusals() {
    let good = Self.file(data: [1, 0])
    let rows: [([UInt8], WAVError)] = [
      ([], .truncated), (Array(good.prefix(11)), .truncated), (Array(good.prefix(40)), .truncated),
      (Array("RIFX".utf8) + good.dropFirst(4), .notWAV),
      (Self.file(tag: 2, bits: 4, data: []), .unsupportedEncoding),
      (Self.file(bits: 12, data: []), .unsupportedEncoding),
      (Self.file(channels: 0, data: []), .unsupportedChannels),
      (Self.file(channels: 33, data: []), .unsupportedChannels),
      (Self.file(rate: 999, data: []), .unsupportedRate), (Self.file(rate: 400_000, data: []), .unsupportedRate),
      (Array(good.prefix(12)) + Array("data".utf8) + [2, 0, 0, 0, 1, 0], .malformedFormat),
      (
        Self.file(before: Array("junk".utf8) + Self.little(5000, 4) + Array(repeating: 0, count: 5000), data: [1, 0]),
        .truncated
      ),
      (Self.file(before: Array("junk".utf8) + Self.little(-1, 4), data: [1, 0]), .truncated),
    ]
    for (index, row) in rows.enumerated() {
      #expect(throws: row.1, "row \(index)") { try Self.read(row.0) }
    }
  }

  @Test("the rate is reported, and a size left open means the rest of the file")
  func sizes() throws {
    #expect(try Self.read(Self.file(rate: 16_000, data: [1, 0])).0.sampleRate == 16_000)
    #expect(try Self.read(Self.file(data: [1, 0])).0.dataBytes == 2)
    #expect(try Self.read(Self.file(dataSize: 0, data: [1, 0])).0.dataBytes == nil)
    #expect(try Self.read(Self.file(dataSize: 0xFFFF_FFFF, data: [1, 0])).0.dataBytes == nil)
  }

  @Test("what is written is read again")
  func roundTrip() throws {
    var bytes = [UInt8](repeating: 0, count: WAVHeader.writtenBytes + 960)
    var frame = PCMFrame(count: 30)
    for index in 0..<30 { frame.samples[index] = Int16(index * 2000 - 30_000) }
    bytes.withUnsafeMutableBytes { buffer in
      let view = MutableByteView(buffer)
      #expect(WAVHeader.write(dataBytes: 60, to: view))
      #expect(WAVHeader.encode(frame, to: view[WAVHeader.writtenBytes..<view.count]) == 60)
      #expect(!WAVHeader.write(dataBytes: 60, to: view[0..<43]))
    }
    let (header, samples) = try Self.read(Array(bytes.prefix(WAVHeader.writtenBytes + 60)))
    #expect(header.encoding == .signed16 && header.channels == 1 && header.sampleRate == 48_000)
    #expect(header.dataOffset == 44 && header.dataBytes == 60)
    #expect(samples == (0..<30).map { Int16($0 * 2000 - 30_000) })
  }
}
