// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// GET /api/events: what goes on, as server-sent events (HTML Living Standard section 9.2).
//
//   retry: 2000
//                          status, levels      a state: whoever reads slowly gets the newest, and no levels
//   event: NAME            log, ring, ring_over, bell      what happened: kept for whoever reads slowly, up to a bound
//   data: JSON             : (a comment)       every 15 seconds
//
// JSON of ours has no line ends, so one `data` line holds it.

import Access
public import Core

extension WebServer {
  // MARK: Commands

  /// Something happened that the open pages may want to know; they are told if it changes what they see.
  public mutating func noteChange() { pages.noteChange() }

  /// Tells the open pages the levels, when `levelsWanted` asked for them; nil: no call is up any more.
  public mutating func provide(_ levels: PageLevels?, at now: Instant) {
    guard let levels else { return pages.follow(false, at: now) }
    for index in slots.indices where isStream(index) {
      // Levels are of the moment: whoever does not read misses them.
      guard slots[index].connection.backlogBytes == 0 else {
        counters.skippedLevels += 1
        continue
      }
      slots[index].connection.writeStream(at: now) { Self.write(levels, into: &$0) }
      noteDirty(index)
    }
  }

  /// Tells the open pages a line of the log: no secrets. `weight` is warning, notice or information.
  public mutating func log(_ text: String, weight: String, at now: Instant) {
    guard pages.count > 0 else { return }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("text", text)
    writer.member("weight", weight)
    writer.endObject()
    tell("log", at: now) { $0 += writer.bytes }
  }

  /// Calls the open pages: they ring until one of them places a call with `Intercom-Ring: NAME`, or `endRing`. Answers how many
  /// there are.
  @discardableResult
  public mutating func ringPages(_ name: String, from: String, at now: Instant) -> Int {
    pages.ring = (name, from)
    tell("ring", at: now) { Self.write(ring: name, from: from, into: &$0) }
    pages.noteChange()
    return pages.count
  }

  /// The ring of that name is over, whoever answered it.
  public mutating func endRing(_ name: String, at now: Instant) {
    guard let ring = pages.ring, sameBytes(ring.name, name) else { return }
    pages.ring = nil
    tell("ring_over", at: now) { Self.write(ring: name, from: nil, into: &$0) }
    pages.noteChange()
  }

  /// Tells the open pages that somebody has rung the bell.
  public mutating func tellBell(at now: Instant) { tell("bell", at: now) { $0.append(text: "{}") } }

  /// The ring that open pages are told of, nil: none.
  public var pageRing: String? { pages.ring?.name }

  // MARK: Streams

  func isStream(_ index: Int) -> Bool { slots[index].isUsed && slots[index].connection.isStreaming }

  mutating func openStream(_ index: Int, at now: Instant) {
    guard pages.count < Limits.eventStreamsMax else {
      counters.refusedStreams += 1
      let refusal = HTTPResponse.problem(.serviceUnavailable, "As many pages are open as can be.")
      return respond(index, refusal.with("Retry-After", "10"), at: now)
    }
    let head = HTTPResponse(.ok).with("Content-Type", MediaType.events).with("Cache-Control", "no-store")
    slots[index].wait = .nothing
    slots[index].connection.beginStream(dressed(head, index), at: now)
    noteDirty(index)
    guard isStream(index) else { return }
    slots[index].connection.writeStream(at: now) { bytes in
      bytes.append(text: "retry: \(Limits.eventRetryMilliseconds)\n\n")
    }
    if let ring = pages.ring {
      write("ring", to: index, at: now) { Self.write(ring: ring.name, from: ring.from, into: &$0) }
    }
    slots[index].owesStatus = true
    countPages(at: now)
    statusWanted = true
  }

  /// Counts the pages anew, after one came or went.
  mutating func countPages(at now: Instant) {
    var count = 0
    for index in slots.indices where isStream(index) { count += 1 }
    if count != pages.count { pages.setCount(count, at: now) }
  }

  /// Ends the streams of somebody who was locked out.
  mutating func endStreams(of id: PairedID) {
    for index in slots.indices where isStream(index) {
      guard case .paired(let owner, _) = slots[index].principal, owner == id else { continue }
      slots[index].connection.close()
      slots[index].closeNoted = true
      noteDirty(index)
    }
    countPages(at: .zero)
  }

  // MARK: Telling

  /// Does what the clock of the events has due.
  mutating func tellPages(at now: Instant) {
    let duties = pages.takeDuties(at: now)
    if duties.status { statusWanted = true }
    guard duties.keepAlive else { return }
    for index in slots.indices where isStream(index) && slots[index].connection.backlogBytes == 0 {
      slots[index].connection.writeStream(at: now) { $0.append(text: ":\n\n") }
      noteDirty(index)
    }
  }

  /// Tells the state to whoever does not have it.
  mutating func tellStatus(_ report: StatusReport, at now: Instant) {
    guard pages.count > 0 else { return }
    let isNew = pages.take(report, at: now)
    var json: [UInt8] = []
    for index in slots.indices where isStream(index) && (isNew || slots[index].owesStatus) {
      if json.isEmpty { json = report.json() }
      tellStatus(json, to: index, at: now)
    }
  }

  private mutating func tellStatus(_ json: [UInt8], to index: Int, at now: Instant) {
    // A state that a newer one replaces need not be kept: it is told once the page reads. The head of the stream is no reason to wait.
    guard slots[index].connection.backlogBytes <= Limits.httpReadBytesMax else {
      slots[index].owesStatus = true
      return
    }
    slots[index].owesStatus = false
    write("status", to: index, at: now) { $0 += json }
  }

  /// A page that owed us reading has read: it gets the state as it is now.
  mutating func payStatus(_ index: Int, at now: Instant) {
    guard isStream(index) else { return }
    pages.noteChange()
  }

  /// Tells every open page that something happened.
  mutating func tell(_ name: StaticString, at now: Instant, _ data: (inout [UInt8]) -> Void) {
    guard pages.count > 0 else { return }
    for index in slots.indices where isStream(index) {
      guard slots[index].connection.backlogBytes <= Limits.eventBacklogBytesMax else {
        counters.slowReaders += 1
        slots[index].connection.close()
        settle(index, at: now)
        continue
      }
      write(name, to: index, at: now, data)
    }
  }

  private mutating func write(
    _ name: StaticString, to index: Int, at now: Instant, _ data: (inout [UInt8]) -> Void
  ) {
    slots[index].connection.writeStream(at: now) { bytes in
      bytes.append(text: "event: ")
      name.withUTF8Buffer { bytes.append(contentsOf: $0) }
      bytes.append(text: "\ndata: ")
      data(&bytes)
      bytes.append(text: "\n\n")
    }
    counters.events += 1
    noteDirty(index)
  }

  private static func write(ring name: String, from: String?, into bytes: inout [UInt8]) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", name)
    if let from { writer.member("from", from) }
    writer.endObject()
    bytes += writer.bytes
  }

  private static func write(_ levels: PageLevels, into bytes: inout [UInt8]) {
    bytes.append(text: "event: levels\ndata: ")
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("input", Int64(levels.input))
    writer.member("output", Int64(levels.output))
    writer.member("quality", Int64(levels.quality))
    writer.member("limited_by", levels.limitedBy)
    writer.endObject()
    bytes += writer.bytes
    bytes.append(text: "\n\n")
  }
}
