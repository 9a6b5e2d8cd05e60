// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When a request is sent again and when it is given up (RFC 8489 section 6.2.1).

import Core

/// The clock of one request over UDP: sent at 0, then after RTO, twice that, and so on; `sendCountMax` (Rc) times in
/// all, and given up 16 (Rm) × RTO after the last. With RTO 500 ms and 7 sendings: at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5
/// s, over at 39.5 s.
struct STUNTransaction: BitwiseCopyable {
  /// What is due.
  enum Due {
    case nothing
    case retransmission
    case end
  }

  var id = TransactionID.none
  /// When it was first sent. A round trip is measured from here: after a retransmission too long, never too short.
  private(set) var beganAt = Instant.zero
  /// When it was last sent.
  private(set) var sentAt = Instant.zero
  /// How often it was sent.
  private(set) var sendCount = 0
  /// When something is due; `.never` when it is not under way.
  private(set) var deadline = Instant.never
  private var interval = Instant.Span.zero
  private var timeout = Instant.Span.zero
  private var sendCountMax = 7

  init() {}

  /// A request sent now.
  init(id: TransactionID, timeout: Instant.Span, sendCountMax: Int = 7, at now: Instant) {
    self.id = id
    self.timeout = timeout
    self.sendCountMax = sendCountMax
    interval = timeout
    beganAt = now
    sentAt = now
    sendCount = 1
    deadline = now + (sendCountMax == 1 ? timeout * 16 : timeout)
  }

  func due(at now: Instant) -> Due {
    guard now >= deadline else { return .nothing }
    return sendCount < sendCountMax ? .retransmission : .end
  }

  /// Notes that it was sent again.
  mutating func retransmitted(at now: Instant) {
    sendCount += 1
    sentAt = now
    interval = interval * 2
    deadline = now + (sendCount < sendCountMax ? interval : timeout * 16)
  }

  /// Notes that it was sent once more, beside its timetable.
  mutating func repeated(at now: Instant) { sentAt = now }

  /// No more sendings; an answer may still come.
  mutating func stop() { deadline = .never }
}
