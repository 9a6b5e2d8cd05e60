// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The server's side of one TCP connection as a machine: bytes in, requests out; responses in, bytes out.
//
//   reading ──request──▶ responding ──respond──▶ reading ...           every request has the next wait (pipelining)
//      │ error, deadline       │ "Connection: close"
//      ▼                       ▼
//   closing (output leaves) ──▶ lingering (half-closed, input discarded) ──▶ closed
//
// A response may also be a stream (`HTTPServerConnection+Stream.swift`): responding ──▶ streaming ──▶ reading or closing.
//
// DESIGN. One request is under way at a time; what a client sends ahead waits in `pending`, at most one read, and TCP holds back
// the rest. Every wait of the client's making has a deadline; the wait for our answer has none here (`CallResource` has it).
// Left out of RFC 9112: upgrade, transfer codings other than chunked, trailers (dropped).

public import Core

/// One connection of an HTTP/1.1 server. Loop thread only.
///
/// Commands: `respond`. Handle: `handle`, `handleEnd`, `handleTimeout`. Poll: `pollRequest`, `pollOutput`, `pollTimeout`.
/// Questions: `wantsInput`, `hasOutput`, `disposition`. After every change: poll the request, the output, the questions.
public struct HTTPServerConnection: Sendable {
  /// What the owner of the socket is to do with it.
  public enum Disposition: Equatable, Sendable {
    /// Nothing.
    case open
    /// Shut it down for writing, once, and go on reading.
    case halfClosed
    /// Close it.
    case closed
  }

  enum Phase: Equatable {
    case reading, responding, streaming, closing, lingering, closed
  }

  private enum Stage: Equatable {
    case idle, head, body
  }

  private enum Outcome {
    case needMore
    case request(HTTPRequest)
    case error(HTTPError)
  }

  private var reader = HTTPRequestReader()
  private var pending: [UInt8] = []
  var output: [UInt8] = []
  var sent = 0
  var phase = Phase.reading
  private var stage = Stage.idle
  private var deadline: Instant
  private var writeDeadline = Instant.never
  private var request: HTTPRequest?
  private(set) var answersHead = false
  var keepsAlive = true
  private(set) var minorVersion = 1
  private var farSideEnded = false
  private var failures = 0

  /// A connection just accepted.
  public init(at now: Instant) { deadline = now + .milliseconds(Limits.httpHeadMilliseconds) }

  /// Begins again with a connection just accepted; buffers are kept.
  public mutating func reopen(at now: Instant) {
    reader.reset()
    pending.removeAll(keepingCapacity: true)
    dropOutput()
    (phase, stage) = (.reading, .idle)
    deadline = now + .milliseconds(Limits.httpHeadMilliseconds)
    request = nil
    (answersHead, keepsAlive, minorVersion, farSideEnded) = (false, true, 1, false)
  }

  // MARK: Handle

  /// Takes what was read from the socket, at most `Limits.httpReadBytesMax` bytes, only while `wantsInput`.
  public mutating func handle(_ bytes: ByteView, at now: Instant) {
    precondition(bytes.count <= Limits.httpReadBytesMax, "an HTTP connection is given more than one read")
    guard phase == .reading || phase == .responding || phase == .streaming, !farSideEnded else { return }
    precondition(pending.isEmpty, "an HTTP connection is given input it did not want")
    var offset = 0
    if phase == .reading { offset = advance(bytes, at: now) }
    guard phase == .reading || phase == .responding || phase == .streaming else { return }
    for index in offset..<bytes.count { pending.append(bytes[index]) }
  }

  /// The far side will send no more (end of file); what it asked for is still answered, but for a stream, whose reader is gone.
  public mutating func handleEnd(at now: Instant) {
    farSideEnded = true
    if phase == .lingering || phase == .streaming { return close() }
    settle(at: now)
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    if hasOutput, now >= writeDeadline { return close() }
    guard now >= waitDeadline else { return }
    switch (phase, stage) {
    case (.reading, .head), (.reading, .body):
      fail(.problem(.requestTimeout, "The request did not come whole in time."), at: now)
    default: close()
    }
  }

  // MARK: Commands

  /// Answers the request that `pollRequest` gave. Nothing happens when the connection is gone meanwhile.
  public mutating func respond(_ response: HTTPResponse, at now: Instant) {
    guard phase == .responding else { return }
    precondition(request == nil, "an HTTP request is answered before it was polled")
    startOutput(at: now)
    response.write(into: &output, toHead: answersHead, keepAlive: keepsAlive, minorVersion: minorVersion)
    finishResponse(at: now)
  }

  /// The response is whole: the next request, or the end.
  mutating func finishResponse(at now: Instant) {
    if keepsAlive {
      (phase, stage) = (.reading, .idle)
      deadline = now + .milliseconds(Limits.httpIdleMilliseconds)
    } else {
      startClosing()
    }
  }

  /// Drops everything and asks for the socket to be closed.
  public mutating func close() {
    phase = .closed
    reader.reset()
    pending.removeAll(keepingCapacity: true)
    dropOutput()
    request = nil
  }

  // MARK: Poll

  /// The request to be answered, once.
  public mutating func pollRequest() -> HTTPRequest? {
    defer { request = nil }
    return request
  }

  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(at now: Instant, _ send: (ByteView) -> Int) {
    guard hasOutput else { return }
    let count = output.withByteView { send($0.dropFirst(sent)) }
    guard count > 0 else { return }
    sent = min(sent + count, output.count)
    writeDeadline = now + .milliseconds(Limits.httpWriteMilliseconds)
    guard sent == output.count else { return }
    dropOutput()
    if phase == .reading, stage == .idle { deadline = now + .milliseconds(Limits.httpIdleMilliseconds) }
    settle(at: now)
  }

  /// How many requests were refused here, malformed or late, since the last time this was asked.
  public mutating func pollFailures() -> Int {
    defer { failures = 0 }
    return failures
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant { hasOutput ? min(writeDeadline, waitDeadline) : waitDeadline }

  // MARK: Questions

  /// Whether to read from the socket.
  public var wantsInput: Bool { !farSideEnded && phase != .closed && pending.isEmpty }
  /// Whether there are bytes to be sent.
  public var hasOutput: Bool { sent < output.count }
  /// What to do with the socket.
  public var disposition: Disposition {
    switch phase {
    case .lingering: .halfClosed
    case .closed: .closed
    default: .open
    }
  }
  /// Whether the far side is waited for, not we: such a connection may make room for a newcomer.
  public var isWaitingForFarSide: Bool { phase != .responding && phase != .streaming }
  /// Memory held, in bytes.
  public var memoryBytes: Int { reader.memoryBytes + pending.capacity + output.capacity }

  // MARK: Private

  private var waitDeadline: Instant {
    switch phase {
    case .reading: hasOutput && stage == .idle ? .never : deadline
    case .lingering: deadline
    case .responding, .streaming, .closing, .closed: .never
    }
  }

  /// Reads requests from `bytes` as far as may be; answers how many bytes were used.
  private mutating func advance(_ bytes: ByteView, at now: Instant) -> Int {
    var offset = 0
    // The next request is not begun before the last response has left: one response is all that is ever held.
    guard !(reader.isIdle && hasOutput) else { return 0 }
    switch read(bytes, &offset) {
    case .needMore:
      if reader.wantsContinue {
        reader.clearContinue()
        startOutput(at: now)
        output.append(text: "HTTP/1.1 100 Continue\r\n\r\n")
      }
      enter(reader.isInBody ? .body : reader.isIdle ? .idle : .head, at: now)
    case .request(let finished):
      request = finished
      (answersHead, keepsAlive, minorVersion) = (finished.method == .head, finished.keepsAlive, finished.minorVersion)
      phase = .responding
    case .error(let error):
      fail(.problem(error.status, error.text), at: now)
    }
    return offset
  }

  private mutating func read(_ bytes: ByteView, _ offset: inout Int) -> Outcome {
    do throws(HTTPError) {
      guard let finished = try reader.read(bytes, from: &offset) else { return .needMore }
      return .request(finished)
    } catch {
      return .error(error)
    }
  }

  private mutating func enter(_ next: Stage, at now: Instant) {
    guard next != stage else { return }
    stage = next
    switch next {
    case .idle: break
    case .head: deadline = now + .milliseconds(Limits.httpHeadMilliseconds)
    case .body: deadline = now + .milliseconds(Limits.httpBodyMilliseconds)
    }
  }

  /// Goes on after output has left or the far side has ended.
  private mutating func settle(at now: Instant) {
    if phase == .reading, !pending.isEmpty {
      var waiting: [UInt8] = []
      swap(&waiting, &pending)
      let used = waiting.withByteView { advance($0, at: now) }
      if phase == .reading || phase == .responding {
        waiting.removeFirst(used)
        swap(&waiting, &pending)
      }
    }
    if phase == .reading, farSideEnded, pending.isEmpty, !hasOutput { close() }
    guard phase == .closing, !hasOutput else { return }
    if farSideEnded { return close() }
    phase = .lingering
    deadline = now + .milliseconds(Limits.httpLingerMilliseconds)
  }

  private mutating func fail(_ response: HTTPResponse, at now: Instant) {
    failures += 1
    startOutput(at: now)
    response.write(into: &output, keepAlive: false)
    startClosing()
  }

  private mutating func startClosing() {
    phase = .closing
    reader.reset()
    pending.removeAll(keepingCapacity: true)
  }

  mutating func startOutput(at now: Instant) {
    if !hasOutput { writeDeadline = now + .milliseconds(Limits.httpWriteMilliseconds) }
  }

  private mutating func dropOutput() {
    output.removeAll(keepingCapacity: output.capacity <= Limits.httpBodyBytesMax)
    sent = 0
  }
}
