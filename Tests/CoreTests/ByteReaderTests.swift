// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading and writing wire bytes.

import Core
import Testing

@Suite("Wire bytes") struct ByteReaderTests {
  @Test("fields are big-endian and in order")
  func fields() throws {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
    var datagram = Datagram()
    bytes.withByteView { _ = datagram.assign($0) }
    var reader = ByteReader(datagram.bytes)
    #expect(try reader.uint8() == 0x01)
    #expect(try reader.uint16() == 0x0203)
    #expect(try reader.uint24() == 0x04_0506)
    #expect(try reader.uint32() == 0x0708_090A)
    #expect(try reader.uint64() == 0x0B0C_0D0E_0F10_1112)
    #expect(reader.remaining == 0)
  }

  @Test("a field past the end is refused, and a whole field that is cut reads as truncated", arguments: 0..<8)
  func truncation(count: Int) {
    [UInt8](repeating: 7, count: count).withByteView { view in
      #expect(throws: ByteError.truncated) {
        var reader = ByteReader(view)
        _ = try reader.uint64()
      }
      #expect(throws: ByteError.truncated) {
        var reader = ByteReader(view)
        _ = try reader.view(count + 1)
      }
      #expect(throws: ByteError.truncated) {
        var reader = ByteReader(view)
        try reader.skip(-1)
      }
    }
  }

  @Test("what is written is what is read")
  func roundTrip() throws {
    var datagram = Datagram()
    let fits = datagram.write { writer in
      writer.uint8(0x80)
      writer.uint16(0xBEEF)
      writer.uint24(0xFF01_0203)
      writer.uint32(0xDEAD_BEEF)
      writer.uint64(0x0102_0304_0506_0708)
      writer.text("voice")
      writer.fill(0x20, count: 3)
      writer.replace(uint16: 0xCAFE, at: 1)
    }
    #expect(fits)
    var reader = ByteReader(datagram.bytes)
    #expect(try reader.uint8() == 0x80)
    #expect(try reader.uint16() == 0xCAFE)
    #expect(try reader.uint24() == 0x01_0203)
    #expect(try reader.uint32() == 0xDEAD_BEEF)
    #expect(try reader.uint64() == 0x0102_0304_0506_0708)
    let text = try reader.view(8)
    #expect(text.elementsEqual("voice   "))
    #expect(reader.remaining == 0)
  }

  @Test("a write that does not fit writes nothing and is remembered")
  func overflow() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 5, alignment: 1)
    defer { memory.deallocate() }
    var writer = ByteWriter(MutableByteView(memory))
    writer.uint32(1)
    #expect(!writer.overflowed)
    writer.uint16(2)
    #expect(writer.overflowed)
    #expect(writer.count == 4)
    writer.uint8(9)
    #expect(writer.overflowed)
    var second = ByteWriter(MutableByteView(memory))
    second.replace(uint16: 1, at: 0)
    #expect(second.overflowed)
  }

  @Test("windows cut, compare and copy")
  func views() {
    let bytes: [UInt8] = [0x61, 0x62, 0x63, 0x64]
    bytes.withByteView { view in
      #expect(view[1..<3].elementsEqual("bc"))
      #expect(view.prefix(9).count == 4)
      #expect(view.dropFirst(9).isEmpty)
      #expect(view.dropFirst(2).text() == "cd")
      #expect(!view.elementsEqual("abcx"))
      #expect(!view.elementsEqual("abc"))
      #expect(view.array() == bytes)
      #expect(ByteView(nil, count: 3).count == 0)
      #expect(ByteView.empty.array() == [])
    }
  }
}
