// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The words everybody uses, inside the product: numbers as text, bytes, time, chance, rings.

import Core

extension SelfTest {
  static var coreCases: [SelfTestCase] {
    [
      SelfTestCase("numbers and text are printed as they are") { check in
        check.expect("\(UInt16.max) \(Int64.min) \(-7)" == "65535 -9223372036854775808 -7", "integers print wrongly")
        check.expect(String(0xBEEF, radix: 16) == "beef", "hexadecimal prints wrongly")
      },
      SelfTestCase("ChaCha20 gives the block of RFC 8439 section 2.3.2") { check in
        var state = InlineArray<16, UInt32>(repeating: 0)
        let words: [UInt32] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]
        for index in 0..<4 { state[index] = words[index] }
        for index in 0..<8 {
          let first = UInt32(index * 4)
          state[4 + index] = first | (first + 1) << 8 | (first + 2) << 16 | (first + 3) << 24
        }
        state[12] = 1
        state[13] = 0x0900_0000
        state[14] = 0x4a00_0000
        let block = Randomness.chacha20(state)
        check.equal(block[0], 0xe4e7_f110, "word 0")
        check.equal(block[7], 0x4e6c_d4c3, "word 7")
        check.equal(block[15], 0x4e3c_50a2, "word 15")
      },
      SelfTestCase("bytes are written and read big-endian, and a short read is refused") { check in
        var datagram = Datagram()
        datagram.write { writer in
          writer.uint16(0x1234)
          writer.uint24(0x56789A)
          writer.uint32(0xDEAD_BEEF)
          writer.uint64(0x0102_0304_0506_0708)
        }
        check.equal(datagram.count, 17, "size")
        var reader = ByteReader(datagram.bytes)
        do throws(ByteError) {
          check.equal(try reader.uint16(), 0x1234, "two bytes")
          check.equal(try reader.uint24(), 0x56789A, "three bytes")
          check.equal(try reader.uint32(), 0xDEAD_BEEF, "four bytes")
          check.equal(try reader.uint64(), 0x0102_0304_0506_0708, "eight bytes")
          _ = try reader.uint8()
          check.expect(false, "a read past the end was not refused")
        } catch {
          check.equal(reader.remaining, 0, "bytes left")
        }
      },
      SelfTestCase("addresses are read and written as RFC 5952 wants them") { check in
        let rows = [
          ("192.0.2.7", "192.0.2.7"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"),
          ("0:0:0:0:0:0:0:1", "::1"), ("2001:0DB8::00FF", "2001:db8::ff"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ]
        for (input, output) in rows {
          check.expect(IPAddress(input)?.text == output, "\(input) is not read and written as \(output)")
        }
        for input in ["1.2.3", "1.2.3.256", "01.2.3.4", ":::", "1::2::3", "12345::", "", "1:2:3:4:5:6:7:8:9"] {
          check.expect(IPAddress(input) == nil, "'\(input)' is not refused")
        }
        check.expect(Endpoint("[2001:db8::1]:443")?.text == "[2001:db8::1]:443", "an IPv6 endpoint")
        check.expect(Endpoint("1.2.3.4:65536") == nil, "a port of 65536 is not refused")
      },
      SelfTestCase("a ring keeps order, refuses when full and lets only the consumer skip") { check in
        let ring = Ring<UInt32>(capacity: 8)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        for value in 0..<8 as Range<UInt32> { check.expect(producer.push(value), "\(value) was refused") }
        check.expect(!producer.push(8), "a ninth value was taken")
        check.expect(consumer.pop() == 0, "the first value is wrong")
        check.equal(consumer.skip(keeping: 2), 5, "skipped")
        check.expect(consumer.pop() == 6 && consumer.pop() == 7 && consumer.pop() == nil, "the last values are wrong")
      },
      SelfTestCase("time adds up, and never comes stays never") { check in
        let moment = Instant.zero + .milliseconds(1_500)
        check.equal((moment - .zero).microseconds, 1_500_000, "microseconds")
        check.equal(Instant.Span.milliseconds(20).samples, 960, "samples in 20 ms")
        check.equal(Instant.Span.samples(480).microseconds, 10_000, "480 samples")
        check.expect(Instant.never + .seconds(1) == .never, "never passed")
        let wall = NTPTime(unixSeconds: 0, nanoseconds: 500_000_000)
        check.equal(wall.value, 2_208_988_800 << 32 | 0x8000_0000, "NTP time of 1970")
        check.equal(wall.advanced(by: .milliseconds(1_500)).value, 2_208_988_802 << 32, "NTP time 1.5 s later")
      },
      SelfTestCase("sequence numbers and timestamps wrap") { check in
        check.equal(SequenceNumber(2).distance(from: SequenceNumber(65_534)), 4, "over the wrap")
        check.equal(SequenceNumber(65_534).distance(from: SequenceNumber(2)), -4, "back over the wrap")
        check.equal(RTPTimestamp(100).distance(from: RTPTimestamp(0xFFFF_FF9C)), 200, "timestamps")
      },
    ]
  }
}
