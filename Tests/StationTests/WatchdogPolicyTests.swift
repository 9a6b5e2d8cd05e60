// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When the watchdog is fed, in virtual time: no test waits, and no wall clock is there that could jump.

import Core
import Station
import Testing
import Web

@Suite("Watchdog policy") struct WatchdogPolicyTests {
  private static let interval = Instant.Span.seconds(10)

  /// Runs a policy over `seconds` of a loop that wakes when it is asked to and late by `late`; `progress` tells the cycles
  /// of the audio thread at a moment, or that no sound is meant to run. Answers when it was fed.
  private static func feedings(
    seconds: Int, late: Instant.Span = .zero, from beginning: Instant = .zero, progress: (Instant) -> UInt64?
  ) -> [Instant] {
    var policy = WatchdogPolicy(interval: interval, at: beginning)
    var fed: [Instant] = []
    while policy.pollTimeout() + late < beginning + .seconds(seconds) {
      let now = policy.pollTimeout() + late
      if policy.handleTimeout(progress: progress(now), at: now) { fed.append(now) }
      guard policy.pollTimeout() > now else {
        Issue.record("it asks to come back at once")
        return fed
      }
    }
    return fed
  }

  /// The longest time between two signs of life, the beginning being one.
  private static func longestGap(_ fed: [Instant], from beginning: Instant = .zero) -> Instant.Span {
    var longest = Instant.Span.zero
    var last = beginning
    for instant in fed {
      longest = max(longest, instant - last)
      last = instant
    }
    return longest
  }

  @Test("a moving audio thread is fed about every half of the interval", arguments: [5, 10, 20])
  func healthy(periodMilliseconds: Int) {
    let fed = Self.feedings(seconds: 3600) { UInt64($0.nanoseconds / 1_000_000) / UInt64(periodMilliseconds) }
    #expect(fed.count > 600)
    #expect(Self.longestGap(fed) <= .seconds(5) + .milliseconds(2 * Limits.watchdogLookMilliseconds))
  }

  @Test("without sound the loop thread's turns feed it")
  func noSound() {
    let fed = Self.feedings(seconds: 100) { _ in nil }
    #expect(fed.count == 19)
    #expect(Self.longestGap(fed) == .seconds(5))
  }

  @Test("feeding stops within one look of the freeze, whenever that comes")
  func frozen() {
    for tenth in 0..<200 {
      let freeze = Instant.zero + .seconds(60) + .milliseconds(100 * tenth)
      let fed = Self.feedings(seconds: 120) { UInt64(min($0, freeze).nanoseconds / 10_000_000) }
      let last = fed.last ?? .zero
      #expect(last - freeze <= .milliseconds(Limits.watchdogLookMilliseconds), "frozen after \(tenth) tenths")
      #expect(last >= freeze - .seconds(6), "frozen after \(tenth) tenths")
    }
  }

  @Test("a thread that was only late is fed again as soon as it moves")
  func late() {
    let pause = Instant.zero + .seconds(7)..<Instant.zero + .seconds(12)
    let fed = Self.feedings(seconds: 60) { now in
      UInt64((pause.contains(now) ? pause.lowerBound : now).nanoseconds / 10_000_000)
    }
    #expect(Self.longestGap(fed) < Self.interval)
    let again = fed.first { $0 >= pause.upperBound } ?? .never
    #expect(again - pause.upperBound <= .milliseconds(2 * Limits.watchdogLookMilliseconds))
  }

  @Test("a loop thread that is late keeps a healthy service alive")
  func lateLoop() {
    let fed = Self.feedings(seconds: 600, late: .milliseconds(900)) { UInt64($0.nanoseconds / 10_000_000) }
    #expect(Self.longestGap(fed) < Self.interval)
  }

  @Test("sound that starts and stops is never taken for frozen")
  func startsAndStops() {
    // On for seven seconds, off for three, the count beginning anew each time.
    let fed = Self.feedings(seconds: 600) { now in
      let inTurn = now.nanoseconds % 10_000_000_000
      return inTurn < 7_000_000_000 ? UInt64(inTurn / 10_000_000) : nil
    }
    #expect(Self.longestGap(fed) < Self.interval)
  }

  @Test("it says when the thread stands still, and when no longer")
  func still() {
    var policy = WatchdogPolicy(interval: Self.interval, at: .zero)
    var progress: UInt64 = 0
    for _ in 0..<3 { _ = policy.handleTimeout(progress: progress, at: policy.pollTimeout()) }
    #expect(policy.isStill)
    progress += 1
    let now = policy.pollTimeout()
    let isFed = policy.handleTimeout(progress: progress, at: now)
    #expect(isFed)
    #expect(!policy.isStill)
    let isFedAgain = policy.handleTimeout(progress: progress, at: now)
    #expect(!isFedAgain)
  }

  @Test("every request of the control socket but the status is a command of the station")
  func commands() {
    #expect(StationCommand(.status) == nil)
    #expect(StationCommand(.setMuted(true)) == .setMuted(true))
    #expect(StationCommand(.toggleMute) == .toggleMute)
    #expect(StationCommand(.call(["kitchen"])) == .call(["kitchen"]))
    #expect(StationCommand(.answer) == .answer)
    #expect(StationCommand(.hangUp) == .hangUp)
    #expect(StationCommand(.setVolume(70)) == .setVolume(70))
    #expect(StationCommand(.changeVolume(steps: -1)) == .changeVolume(steps: -1))
    #expect(StationCommand(.setDoNotDisturb(true)) == .setDoNotDisturb(true))
    #expect(StationCommand(.setTalking(false)) == .setTalking(false))
  }
}
