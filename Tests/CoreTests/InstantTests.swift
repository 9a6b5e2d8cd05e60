// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Monotonic, media and wall time.

import Core
import Testing

@Suite("Time") struct InstantTests {
  @Test("moments and spans add up")
  func arithmetic() {
    let start = Instant(nanoseconds: 5)
    #expect(start + .milliseconds(20) == Instant(nanoseconds: 20_000_005))
    #expect(start - .microseconds(1) == Instant(nanoseconds: -995))
    #expect((start + .seconds(3)) - start == .milliseconds(3000))
    #expect(start < start + .microseconds(1))
    var moved = start
    moved += .seconds(1)
    #expect(moved.nanoseconds == 1_000_000_005)
    #expect(-Instant.Span.seconds(1) == Instant.Span(nanoseconds: -1_000_000_000))
    #expect(Instant.Span.milliseconds(10) * 3 == .milliseconds(30))
    #expect(Instant.Span.seconds(1) / 4 == .milliseconds(250))
  }

  @Test("a moment past the end of time stays at never")
  func saturation() {
    #expect(Instant(nanoseconds: .max - 10) + .seconds(1) == .never)
    #expect(Instant.never + .milliseconds(1) == .never)
  }

  @Test("spans convert to samples at 48 kHz and back", arguments: [(480, 10), (960, 20), (48_000, 1000), (2880, 60)])
  func samples(count: Int, milliseconds: Int) {
    #expect(Instant.Span.samples(count) == .milliseconds(milliseconds))
    #expect(Instant.Span.milliseconds(milliseconds).samples == count)
  }

  @Test("spans round toward zero")
  func rounding() {
    #expect(Instant.Span(nanoseconds: 1_999_999).milliseconds == 1)
    #expect(Instant.Span(nanoseconds: -1_999_999).milliseconds == -1)
    #expect(Instant.Span(nanoseconds: 1999).microseconds == 1)
    #expect(Instant.Span.milliseconds(1500).seconds == 1.5)
  }

  @Test("the NTP era begins in 1900 and a half second is the top fraction bit")
  func ntp() {
    #expect(NTPTime(unixSeconds: 0, nanoseconds: 0).value == UInt64(2_208_988_800) << 32)
    #expect(NTPTime(unixSeconds: 0, nanoseconds: 500_000_000).value == UInt64(2_208_988_800) << 32 | 0x8000_0000)
    // RFC 3550 section 6.4.1, figure 2: 0xb705:2000 are the middle bits of [0xb44db705:0x20000000].
    #expect(NTPTime(value: 0xB44D_B705_2000_0000).middle == 0xB705_2000)
  }

  @Test("wall time moves by a monotonic span, either way")
  func ntpAdvance() {
    let start = NTPTime(value: 100 << 32)
    #expect(start.advanced(by: .milliseconds(1500)).value == UInt64(101) << 32 | 0x8000_0000)
    #expect(start.advanced(by: .milliseconds(-500)).value == UInt64(99) << 32 | 0x8000_0000)
    #expect(start.advanced(by: .seconds(-1)).value == 99 << 32)
  }
}
