// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Access
import Core
import Testing

private let day: Int64 = 86_400
/// A day in 2027.
private let today: Int64 = 1_800_000_000

/// A device whose certificate follows the plan.
private struct Device {
  var plan = CertificatePlan()
  var wanted = CertificateNames(names: ["a.local"], addresses: [.loopbackV4])
  var kept: CertificateFacts?
  var wall = today
  var now = Instant.zero
  var isBusy = false

  /// Looks once, makes what the plan wants, and lets a poll's time pass.
  mutating func look() -> CertificateReason? {
    let reason = plan.handle(wanted: wanted, kept: kept, wallSeconds: wall, isBusy: isBusy, at: now)
    if reason != nil { make() }
    wall += Int64(Limits.certificatePollMilliseconds / 1000)
    now = now + .milliseconds(Limits.certificatePollMilliseconds)
    return reason
  }

  mutating func make() {
    kept = CertificateFacts(names: wanted, validity: CertificatePlan.validity(wallSeconds: wall), isOurs: true)
  }
}

@Suite("The plan for certificates")
struct CertificatePlanTests {
  @Test("what is missing is made at once, and then left alone")
  func missing() {
    var device = Device()
    device.isBusy = true
    #expect(device.look() == .missing)
    for _ in 0..<100 { #expect(device.look() == nil) }
  }

  @Test("a certificate of another authority is made anew at once")
  func otherAuthority() {
    var device = Device()
    device.kept = CertificateFacts(
      names: device.wanted, validity: CertificatePlan.validity(wallSeconds: today), isOurs: false)
    #expect(device.look() == .otherAuthority)
    #expect(device.look() == nil)
  }

  @Test("new addresses wait until two looks agree")
  func addresses() {
    var device = Device()
    device.make()
    device.wanted = CertificateNames(names: ["a.local"], addresses: [.loopbackV4, .v4(10, 0, 0, 1)])
    #expect(device.look() == nil)
    #expect(device.look() == .addresses)
    #expect(device.look() == nil)
  }

  @Test("addresses that never stay the same make no certificate")
  func flapping() {
    var device = Device()
    device.make()
    for index in 0..<50 {
      device.wanted = CertificateNames(names: ["a.local"], addresses: [.v4(10, 0, 0, UInt8(index))])
      #expect(device.look() == nil)
    }
  }

  @Test("an address that comes back in time makes no certificate, and one that went away makes none either")
  func wentAway() {
    var device = Device()
    let (small, large) = (
      device.wanted, CertificateNames(names: ["a.local"], addresses: [.loopbackV4, .v4(10, 0, 0, 1)])
    )
    device.make()
    device.wanted = large
    #expect(device.look() == nil)
    device.wanted = small
    #expect(device.look() == nil)
    device.wanted = large
    #expect(device.look() == nil)
    #expect(device.look() == .addresses)
    device.wanted = small
    for _ in 0..<10 { #expect(device.look() == nil) }
  }

  @Test("a new name of the device is told apart")
  func names() {
    var device = Device()
    device.make()
    device.wanted = CertificateNames(names: ["b.local"], addresses: [.loopbackV4])
    #expect(device.look() == nil)
    #expect(device.look() == .names)
  }

  @Test("while a call runs, new addresses and a near end wait, and an end within a day does not")
  func busy() {
    var device = Device()
    device.make()
    device.isBusy = true
    device.wanted = CertificateNames(names: ["a.local"], addresses: [.v4(10, 0, 0, 1)])
    for _ in 0..<10 { #expect(device.look() == nil) }
    device.isBusy = false
    #expect(device.look() == .addresses)
    device.isBusy = true
    let end = device.kept?.validity.upperBound ?? 0
    device.wall = end - 29 * day
    #expect(device.look() == nil)
    #expect(!CertificatePlan.isUrgent(today...end, wallSeconds: device.wall))
    device.wall = end - day / 2
    #expect(CertificatePlan.isUrgent(today...end, wallSeconds: device.wall))
    #expect(device.look() == .expiring)
  }

  @Test("thirty days before the end a certificate is made anew")
  func expiring() {
    var device = Device()
    device.make()
    let end = device.kept?.validity.upperBound ?? 0
    device.wall = end - 31 * day
    #expect(device.look() == nil)
    device.wall = end - 29 * day
    #expect(device.look() == .expiring)
    #expect(device.look() == nil)
    #expect((device.kept?.validity.upperBound ?? 0) > end)
  }

  @Test("phones take it: at most 825 days, begun a while ago", arguments: [0, today, 2_390_000_000, Int64.max / 2])
  func validity(wall: Int64) {
    let validity = CertificatePlan.validity(wallSeconds: wall)
    #expect(validity.upperBound - validity.lowerBound < 825 * day)
    #expect(validity.lowerBound <= max(wall, Limits.clockPlausibleSecondsMin) - 7 * day)
    // The authority ends with the year 2049.
    #expect(validity.upperBound < 2_524_608_000)
  }

  @Test("a board without a clock makes a good certificate, and keeps it when the clock jumps to the present")
  func noClock() {
    var device = Device()
    device.wall = 0
    #expect(device.look() == .missing)
    #expect(device.kept?.validity.contains(Limits.clockPlausibleSecondsMin + 100 * day) == true)
    for _ in 0..<10 { #expect(device.look() == nil) }
    device.wall = Limits.clockPlausibleSecondsMin + 100 * day
    #expect(device.look() == nil)
  }

  @Test("when the clock jumps past the end of what was made without it, the next look makes another")
  func jumpForward() {
    var device = Device()
    device.wall = 12
    #expect(device.look() == .missing)
    device.wall = Limits.clockPlausibleSecondsMin + 2000 * day
    #expect(device.look() == .expiring)
    #expect(device.kept?.validity.contains(device.wall) == true)
    #expect(device.look() == nil)
  }

  @Test("a clock that was years ahead and is set back makes another, since the first is not valid yet")
  func jumpBack() {
    var device = Device()
    device.wall = today + 4000 * day
    #expect(device.look() == .missing)
    device.wall = today
    #expect(device.look() == .notYetValid)
    #expect(device.kept?.validity.contains(device.wall) == true)
    #expect(device.look() == nil)
  }

  @Test("a clock that loses the time after a power cut changes nothing", arguments: [0, -5, 1_600_000_000, Int64.max])
  func lostClock(wall: Int64) {
    var device = Device()
    device.make()
    let kept = device.kept
    device.wall = wall == .max ? .max / 2 : wall
    for _ in 0..<10 { #expect(device.look() == nil) }
    #expect(device.kept == kept)
  }
}
