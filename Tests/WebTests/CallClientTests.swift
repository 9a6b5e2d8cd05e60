// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Placing a call: against the server in memory, and against scripted far sides.

import Core
import Testing
import Web

/// A caller and a hall without sockets: one connection at a time, to a scripted or a real server.
private struct Caller {
  var client: CallClient
  var hall = Hall()
  var connection: WebConnectionID?
  var actions: [CallClientAction] = []
  var events: [CallClientEvent] = []
  var wire: [String] = []

  init(_ url: String = "http://127.0.0.1:8080/call") throws { client = CallClient(to: try HTTPURL(url)) }

  /// Carries bytes both ways until nothing moves.
  mutating func run() {
    var moves = true
    while moves {
      moves = false
      while let event = client.pollEvent() { events.append(event) }
      while let action = client.pollAction() {
        moves = true
        actions.append(action)
        if let connection {
          hall.server.handleFailure(on: connection, at: hall.now)
          hall.drain()
        }
        connection = nil
        if case .connect = action {
          connection = hall.open()
          client.handleConnected(at: hall.now)
        }
      }
      guard let connection else { continue }
      let sent = output()
      if !sent.isEmpty {
        moves = true
        hall.send(sent, on: connection)
      }
      let answer = hall.take(connection)
      if !answer.isEmpty {
        moves = true
        answer.bytes.withByteView { client.handle($0, at: hall.now) }
      }
      if hall.closed.contains(connection) {
        moves = true
        self.connection = nil
        client.handleEnd(at: hall.now)
      }
    }
  }

  /// Takes what the client sends.
  mutating func output() -> String {
    var bytes: [UInt8] = []
    client.pollOutput { view in
      bytes += view.array()
      return view.count
    }
    if !bytes.isEmpty { wire.append(text(bytes)) }
    return text(bytes)
  }

  /// Answers the client by hand.
  mutating func reply(_ wire: String) {
    wire.bytes.withByteView { client.handle($0, at: hall.now) }
    drain()
  }

  mutating func drain() {
    while let action = client.pollAction() { actions.append(action) }
    while let event = client.pollEvent() { events.append(event) }
  }

  /// Places the call and takes its POST.
  mutating func place() {
    client.place(offer: "v=0 offer".bytes, fragmentHead: "a=ice-ufrag:u\r\n", at: hall.now)
    drain()
    client.handleConnected(at: hall.now)
    _ = output()
  }
}

private let created = """
  HTTP/1.1 201 Created\r
  Content-Type: application/sdp\r
  Location: /call/1\r
  ETag: "t"\r
  Content-Length: 3\r
  \r
  v=0
  """

@Suite("Call client")
struct CallClientTests {
  @Test("a call is placed, its kept candidates go in one fragment, more follow, and it is ended: client against server")
  func roundTrip() throws {
    var caller = try Caller()
    caller.client.place(
      offer: "v=0 offer".bytes, fragmentHead: "a=ice-ufrag:u\r\nm=audio 9 X 0\r\na=mid:0\r\n", at: .zero)
    caller.client.addCandidate("candidate:1", at: .zero)
    caller.client.addCandidate("candidate:2", at: .zero)
    caller.run()
    #expect(caller.events == [.answered("v=0 answer".bytes)])
    let id = CallSessionID(1)
    let fragment = "a=ice-ufrag:u\r\nm=audio 9 X 0\r\na=mid:0\r\na=candidate:1\r\na=candidate:2\r\n"
    #expect(caller.hall.events == [.call(.offer(id, "v=0 offer".bytes)), .call(.trickle(id, fragment.bytes))])
    caller.client.addCandidate("candidate:3", at: .zero)
    caller.client.endCandidates(at: .zero)
    caller.run()
    guard case .call(.trickle(_, let bytes))? = caller.hall.events.last else {
      Issue.record("no second fragment")
      return
    }
    #expect(text(bytes).hasPrefix("a=ice-ufrag:u\r\n"))
    // The third candidate left at once; the end of candidates went with the fragment after it.
    #expect(text(bytes).hasSuffix("a=end-of-candidates\r\n"))
    #expect(caller.wire.joined().contains("a=candidate:3\r\n"))
    caller.client.hangUp(at: .zero)
    caller.run()
    #expect(caller.events.last == .ended)
    #expect(caller.hall.events.last == .call(.ended(id, .deleted)))
    #expect(caller.client.isDone)
    #expect(caller.hall.server.sessionCount == 0)
    // One connection served the whole call.
    #expect(caller.actions.count == 2)
    #expect(caller.actions.last == .close)
  }

  @Test("a handshake that fails ends the call with its own sentence")
  func insecure() throws {
    var client = CallClient(to: try HTTPURL("https://door.local/call"))
    client.place(offer: Array("v=0".utf8), fragmentHead: "", at: .zero)
    let action = client.pollAction()
    #expect(action == .connect(try HTTPURL("https://door.local/call")))
    client.handleInsecurity("It is for another name.", at: .zero)
    let event = client.pollEvent()
    #expect(event == .failed(.connection(.insecure("It is for another name."))))
    #expect(client.isDone)
  }

  @Test("a connection the server tired of is opened again for the next step")
  func reconnects() throws {
    var caller = try Caller()
    caller.client.place(offer: "v=0 offer".bytes, fragmentHead: "", at: .zero)
    caller.run()
    caller.hall.advance(to: ms(100_000))
    caller.run()
    #expect(caller.connection == nil)
    caller.client.hangUp(at: caller.hall.now)
    caller.run()
    #expect(caller.events.last == .ended)
    #expect(caller.hall.events.last == .call(.ended(CallSessionID(1), .deleted)))
  }

  @Test("a step that meets a connection closed meanwhile is tried once more")
  func retries() throws {
    var caller = try Caller()
    caller.place()
    caller.reply(created)
    caller.client.addCandidate("candidate:1", at: .zero)
    #expect(caller.output().hasPrefix("PATCH /call/1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"))
    caller.client.handleEnd(at: .zero)
    caller.drain()
    #expect(caller.actions.count == 3)
    caller.client.handleConnected(at: .zero)
    #expect(caller.output().hasSuffix("a=ice-ufrag:u\r\na=candidate:1\r\n"))
    caller.client.handleEnd(at: .zero)
    caller.drain()
    #expect(caller.events.last == .trickleFailed(.connection(.closed)))
  }

  @Test("refusals are named, with the far side's own words and when to try again")
  func refusals() throws {
    for (status, retry) in [
      (400, nil), (403, nil), (404, nil), (406, nil), (413, nil), (415, nil), (422, nil), (429, 1), (503, 7),
    ]
      as [(Int, Int?)]
    {
      var caller = try Caller()
      caller.place()
      var response = HTTPResponse.problem(HTTPStatus(status), "Not now.")
      if let retry { response.fields.add("Retry-After", "\(retry)") }
      var bytes: [UInt8] = []
      response.write(into: &bytes)
      caller.reply(text(bytes))
      guard case .failed(.refused(let refused))? = caller.events.last else {
        Issue.record("status \(status) was not refused")
        continue
      }
      #expect(refused.status.code == status)
      #expect(refused.detail == "Not now.")
      #expect(refused.retryAfterSeconds == retry)
      #expect(CallClientError.refused(refused).text.hasPrefix("The far side refused (\(status)): Not now."))
      #expect(caller.actions.last == .close)
      #expect(caller.client.isDone)
    }
  }

  @Test("307 is followed with the same offer, a few times; other redirects are refused")
  func redirects() throws {
    var caller = try Caller()
    caller.place()
    caller.reply("HTTP/1.1 307 Moved\r\nLocation: http://192.0.2.9/there\r\nContent-Length: 0\r\n\r\n")
    #expect(caller.actions.last == .connect(try HTTPURL("http://192.0.2.9/there")))
    caller.client.handleConnected(at: .zero)
    let second = caller.output()
    #expect(second.hasPrefix("POST /there HTTP/1.1\r\nHost: 192.0.2.9\r\n"))
    #expect(second.hasSuffix("\r\n\r\nv=0 offer"))
    for _ in 0..<3 {
      caller.reply("HTTP/1.1 307 Moved\r\nLocation: again\r\nContent-Length: 0\r\n\r\n")
      _ = caller.output()
    }
    #expect(caller.events == [.failed(.malformedRedirect)])
    for location in ["ftp://192.0.2.9/", "", "http://a b/"] {
      caller = try Caller()
      caller.place()
      let field = location.isEmpty ? "" : "Location: \(location)\r\n"
      caller.reply("HTTP/1.1 307 Moved\r\n\(field)Content-Length: 0\r\n\r\n")
      #expect(caller.events == [.failed(.malformedRedirect)])
    }
    // What began with https does not go on without it.
    for field in ["Location: http://192.0.2.9/", "Location: //192.0.2.9/call"] {
      caller = try Caller("https://127.0.0.1:8443/call")
      caller.place()
      caller.reply("HTTP/1.1 307 Moved\r\n\(field)\r\nContent-Length: 0\r\n\r\n")
      #expect(caller.events.isEmpty == field.hasSuffix("/call"), "\(field)")
    }
    caller = try Caller()
    caller.place()
    caller.reply("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
    guard case .failed(.refused(let refused))? = caller.events.last else {
      Issue.record("302 was followed")
      return
    }
    #expect(refused.status.code == 302)
  }

  @Test("Location may be relative, absolute, or elsewhere")
  func locations() throws {
    for (location, session) in [
      ("/call/1", "http://127.0.0.1:8080/call/1"), ("call/1", "http://127.0.0.1:8080/call/1"),
      ("http://127.0.0.1:8080/s", "http://127.0.0.1:8080/s"), ("http://[::1]:9/s", "http://[::1]:9/s"),
    ] {
      var caller = try Caller()
      caller.place()
      caller.reply(created.split(separator: "/call/1").joined(separator: location))
      #expect(caller.client.session?.text == session)
      caller.client.hangUp(at: .zero)
      caller.drain()
      if session.contains("[::1]") { #expect(caller.actions.last == .connect(try HTTPURL(session))) }
    }
  }

  @Test("201 without Location, type or answer is malformed; without ETag nothing is trickled")
  func malformedAnswers() throws {
    for part in ["Location: /call/1\r\n", "Content-Type: application/sdp\r\n"] {
      var caller = try Caller()
      caller.place()
      caller.reply(created.split(separator: part).joined())
      #expect(caller.events == [.failed(.malformedAnswer)])
    }
    var caller = try Caller()
    caller.place()
    caller.client.addCandidate("candidate:1", at: .zero)
    caller.reply(created.split(separator: "ETag: \"t\"\r\n").joined())
    #expect(caller.events == [.answered("v=0".bytes)])
    #expect(caller.output() == "")
    let isKept = caller.client.addCandidate("candidate:2", at: .zero)
    #expect(isKept == false)
  }

  @Test("a refused fragment leaves the call alone")
  func trickleRefused() throws {
    var caller = try Caller()
    caller.place()
    caller.client.addCandidate("candidate:1", at: .zero)
    caller.reply(created)
    #expect(caller.output().contains("If-Match: \"t\"\r\n"))
    caller.reply("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
    guard case .trickleFailed(.refused(let refused))? = caller.events.last else {
      Issue.record("the refusal was not told")
      return
    }
    #expect(refused.status.code == 405)
    #expect(!caller.client.isDone)
    let isKept = caller.client.addCandidate("candidate:2", at: .zero)
    #expect(isKept == false)
    caller.client.hangUp(at: .zero)
    #expect(caller.output().hasPrefix("DELETE /call/1 "))
  }

  @Test("candidates kept are bounded")
  func bounded() throws {
    var caller = try Caller()
    caller.place()
    var kept = 0
    for number in 0..<100 where caller.client.addCandidate("candidate:\(number)", at: .zero) { kept += 1 }
    #expect(kept == Limits.callCandidatesMax)
  }

  @Test("a far side that is not there, does not answer, breaks off or talks nonsense is named")
  func failures() throws {
    var caller = try Caller()
    caller.client.place(offer: [1], fragmentHead: "", at: .zero)
    caller.client.handleFailure(at: .zero)
    caller.drain()
    #expect(caller.events == [.failed(.connection(.cannotConnect))])
    caller = try Caller()
    caller.client.place(offer: [1], fragmentHead: "", at: .zero)
    #expect(caller.client.pollTimeout() == ms(Limits.httpConnectMilliseconds))
    caller.client.handleTimeout(at: ms(Limits.httpConnectMilliseconds))
    caller.drain()
    #expect(caller.events == [.failed(.connection(.connectTimedOut))])
    caller = try Caller()
    caller.place()
    caller.client.handleTimeout(at: caller.client.pollTimeout())
    caller.drain()
    #expect(caller.events == [.failed(.connection(.responseTimedOut))])
    caller = try Caller()
    caller.place()
    caller.client.handleEnd(at: .zero)
    caller.drain()
    #expect(caller.events == [.failed(.connection(.closed))])
    caller = try Caller()
    caller.place()
    caller.reply("SSH-2.0-server\r\n\r\n")
    #expect(caller.events == [.failed(.connection(.malformed(.malformedStartLine)))])
  }

  @Test("hanging up ends the call at every moment, in bounded time")
  func hangUp() throws {
    // Before it is connected.
    var caller = try Caller()
    caller.client.place(offer: [1], fragmentHead: "", at: .zero)
    caller.client.hangUp(at: .zero)
    caller.drain()
    #expect(caller.events == [.ended])
    #expect(caller.actions.last == .close)
    // While the answer is awaited: the session it creates is deleted.
    caller = try Caller()
    caller.place()
    caller.client.hangUp(at: .zero)
    caller.reply(created)
    #expect(caller.events.isEmpty)
    #expect(caller.output().hasPrefix("DELETE /call/1 "))
    caller.reply("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    #expect(caller.events == [.ended])
    // The far side says nothing.
    caller = try Caller()
    caller.place()
    caller.reply(created)
    caller.client.hangUp(at: .zero)
    #expect(caller.client.pollTimeout() == ms(Limits.callHangUpMilliseconds))
    caller.client.handleTimeout(at: ms(Limits.callHangUpMilliseconds))
    caller.drain()
    #expect(caller.events.last == .ended)
    #expect(caller.client.pollTimeout() == .never)
  }
}
