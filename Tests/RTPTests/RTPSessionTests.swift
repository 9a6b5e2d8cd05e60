// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two sessions over a link in virtual time: reports, round trip, loss, goodbye; and the pace of reports.

import Core
import RTP
import Testing

struct RTPSessionTests {
  @Test("reports come at a random pace around the mean, the first one early", arguments: [1, 2, 3] as [UInt64])
  func pace(_ seed: UInt64) {
    var randomness = Randomness(seed: seed)
    var schedule = ReportSchedule(randomness: &randomness, at: .zero)
    let first = (schedule.due - .zero).milliseconds
    #expect(first >= 250 && first <= 750, "seed \(seed)")
    #expect(!schedule.isDue(at: schedule.due - .milliseconds(1)))
    var last = schedule.due
    var intervals: [Int] = []
    for _ in 0..<500 {
      #expect(schedule.isDue(at: last))
      schedule.advance(at: last)
      intervals.append((schedule.due - last).milliseconds)
      last = schedule.due
    }
    #expect(intervals.allSatisfy { $0 >= 1250 && $0 <= 3750 }, "seed \(seed)")
    let mean = intervals.reduce(0, +) / intervals.count
    #expect(abs(mean - Limits.rtcpIntervalMilliseconds) < 150, "seed \(seed), mean \(mean)")
    #expect(Set(intervals).count > 200, "seed \(seed)")
  }

  @Test("two sessions learn round trip, loss and jitter of both directions")
  func bothWays() {
    let delay = Instant.Span.milliseconds(30)
    var randomness = Randomness(seed: 5)
    var left = session(ssrc: 1, &randomness, wallClock: NTPTime(unixSeconds: 1_800_000_000, nanoseconds: 0))
    // The far side's wall clock is years off: round trips must not care.
    var right = session(ssrc: 2, &randomness, wallClock: NTPTime(unixSeconds: 86_400, nanoseconds: 0))
    var wire: [(at: Instant, toRight: Bool, isControl: Bool, bytes: [UInt8])] = []
    var reports = 0
    for step in 0..<10_000 {
      let now = Instant.zero + .milliseconds(step)
      while let item = wire.first, item.at <= now {
        wire.removeFirst()
        switch (item.toRight, item.isControl) {
        case (true, true): #expect(right.takeControl(item.bytes, at: now) == .handled)
        case (false, true): #expect(left.takeControl(item.bytes, at: now) == .handled)
        case (true, false): _ = right.takeMedia(item.bytes, at: now)
        case (false, false): _ = left.takeMedia(item.bytes, at: now)
        }
      }
      if step % 20 == 0 {
        let frame = voiceFrame(timestamp: UInt32(step) * 48, at: now)
        let rightward = left.packet(frame) ?? []
        if step % 200 != 100 { wire.append((now + delay, true, false, rightward)) }
        wire.append((now + delay, false, false, right.packet(frame) ?? []))
      }
      if left.pollTimeout().map({ $0 <= now }) == true {
        left.handleTimeout(at: now)
        while let report = left.report() {
          reports += 1
          wire.append((now + delay, true, true, report))
        }
      }
      if right.pollTimeout().map({ $0 <= now }) == true {
        right.handleTimeout(at: now)
        while let report = right.report() { wire.append((now + delay, false, true, report)) }
      }
    }
    #expect(reports >= 3 && reports <= 9)
    #expect(left.statistics.reportsSent == UInt64(reports))
    for statistics in [left.statistics, right.statistics] {
      let roundTrip = statistics.roundTrip?.milliseconds ?? -1
      #expect(roundTrip >= 59 && roundTrip <= 61, "\(roundTrip)")
      #expect(statistics.jitter == .zero)
      #expect(statistics.packetsSent == 500)
      #expect(statistics.octetsSent == 500 * 40)
      #expect(statistics.controlRefused == 0)
    }
    #expect(left.statistics.packetsLost == 0)
    #expect(right.statistics.packetsLost == 50)
    #expect((8...12).contains(right.statistics.percentLost))
    #expect((8...12).contains(left.statistics.remotePercentLost ?? 0))
    #expect((left.statistics.remotePacketsLost) > 20)
    #expect(right.statistics.remoteFractionLost == 0)
    #expect(left.statistics.remoteJitter == .zero)
    #expect(left.remoteSSRC == 2)
  }

  @Test("who sends nothing reports as a receiver, and reports no source it has not heard")
  func receiverReport() {
    var randomness = Randomness(seed: 6)
    var session = session(ssrc: 1, &randomness)
    let due = session.pollTimeout() ?? .never
    session.handleTimeout(at: due - .milliseconds(1))
    #expect(session.report() == nil)
    session.handleTimeout(at: due)
    let first = session.report()
    #expect(first?[0] == 0x80)
    #expect(first?[1] == 201)
    #expect(session.report() == nil)
    _ = session.takeMedia(packet(1), at: due)
    session.handleTimeout(at: session.pollTimeout() ?? .never)
    #expect(session.report()?[0] == 0x81)
    session.handleTimeout(at: session.pollTimeout() ?? .never)
    #expect(session.report()?[0] == 0x80)
  }

  @Test("a sender becomes a receiver two reports after it fell silent")
  func silence() {
    var randomness = Randomness(seed: 6)
    var session = session(ssrc: 1, &randomness)
    #expect(session.packet(voiceFrame()) != nil)
    var types: [UInt8] = []
    for _ in 0..<4 {
      session.handleTimeout(at: session.pollTimeout() ?? .never)
      types.append(session.report()?[1] ?? 0)
    }
    #expect(types == [200, 200, 201, 201])
  }

  @Test("a goodbye ends the stream, compound or alone, and the far side hears it", arguments: [false, true])
  func goodbye(_ reducedSize: Bool) {
    var randomness = Randomness(seed: 6)
    var session = session(ssrc: 1, &randomness, reducedSize: reducedSize)
    var far = self.session(ssrc: 2, &randomness, reducedSize: reducedSize)
    _ = far.takeMedia(session.packet(voiceFrame()) ?? [], at: .zero)
    #expect(far.remoteSSRC == 1)
    let goodbye = session.leave(at: .zero + .seconds(1)) ?? []
    #expect((goodbye.count == 8) == reducedSize)
    #expect(far.takeControl(goodbye, at: .zero + .seconds(1)) == .goodbye)
    #expect(far.remoteSSRC == nil)
    #expect(session.leave(at: .zero + .seconds(1)) == nil)
    #expect(session.packet(voiceFrame()) == nil)
    #expect(session.pollTimeout() == nil)
    session.handleTimeout(at: .zero + .seconds(100))
    #expect(session.report() == nil)
  }

  @Test("a malformed control packet changes nothing but its counter")
  func malformed() {
    var randomness = Randomness(seed: 6)
    var session = session(ssrc: 1, &randomness)
    let block = "00000001 FF000001 00010002 00000007 00000000 00000000"
    #expect(session.takeControl(hex("81C9 0007 00000002" + block + "81CB"), at: .zero) == .malformed)
    #expect(session.statistics.remoteFractionLost == nil)
    #expect(session.statistics.controlRefused == 1)
    #expect(session.takeControl(hex("81C9 0007 00000002" + block), at: .zero) == .handled)
    #expect(session.statistics.remoteFractionLost == 255)
    #expect(session.statistics.remotePercentLost == 100)
    #expect(session.statistics.roundTrip == nil)
  }

  private func session(
    ssrc: UInt32, _ randomness: inout Randomness, wallClock: NTPTime = NTPTime(value: 1 << 62),
    reducedSize: Bool = false
  ) -> RTPSession {
    var parameters = parameters(ssrc: ssrc)
    parameters.reducedSizeRTCP = reducedSize
    parameters.audioLevelExtension = 1
    return RTPSession(parameters: parameters, wallClock: wallClock, randomness: &randomness, at: .zero)
  }
}
