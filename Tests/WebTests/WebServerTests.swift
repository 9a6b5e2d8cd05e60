// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The web server: access, status, many connections.

import Core
import Testing
import Web

@Suite("Web server")
struct WebServerTests {
  private static let lan = IPAddress.v4(192, 168, 1, 5)

  private func get(_ path: String, host: String = "localhost", _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n"
  }

  @Test("only our own names are served: a page that rebinds its name to this address is refused")
  func hosts() {
    let rows: [(String, Int)] = [
      ("localhost", 204), ("LOCALHOST:8080", 204), ("127.0.0.1:8080", 204), ("127.9.9.9", 204), ("[::1]:8080", 204),
      ("192.168.1.5:8080", 204), ("[::ffff:192.168.1.5]", 204), ("panel.example", 204), ("192.168.1.6", 403),
      ("evil.example:8080", 403), ("localhost.evil.example", 403), ("0.0.0.0:8080", 403), ("[::]", 403),
      ("127.0.0.1.evil.example", 403), ("a b", 400), ("", 400), ("localhost:x", 400),
    ]
    for (host, status) in rows {
      var hall = Hall(access: WebAccess(hosts: ["Panel.Example"]))
      let response = hall.exchange(get("/call", host: host), to: Self.lan)
      #expect(response.status == status, "\(host)")
      #expect(hall.server.counters.foreignHosts == (status == 403 ? 1 : 0))
    }
    var hall = Hall()
    #expect(hall.exchange("GET /call HTTP/1.0\r\n\r\n").status == 204)
    #expect(hall.exchange("GET http://evil.example/call HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 403)
  }

  @Test("pages of other origins may not place calls, nor read what they get")
  func origins() {
    let rows: [(String, Int, Bool)] = [
      ("http://127.0.0.1:8080", 201, true), ("http://127.0.0.1", 403, false), ("http://127.0.0.1:8081", 403, false),
      ("http://localhost:8080", 403, false), ("https://127.0.0.1:8080", 201, true), ("null", 403, false),
      ("http://evil.example", 403, false), ("file://", 403, false), ("http://panel.example:9000", 201, true),
      ("http://panel.example:9000\r\nOrigin: http://127.0.0.1:8080", 403, false),
    ]
    for (origin, status, mayRead) in rows {
      var hall = Hall(access: WebAccess(origins: ["http://panel.example:9000"]))
      let wire = offerRequest.split(separator: "\r\n\r\n").joined(separator: "\r\nOrigin: \(origin)\r\n\r\n")
      let response = hall.exchange(wire)
      #expect(response.status == status, "\(origin)")
      #expect((response["Access-Control-Allow-Origin"] != nil) == mayRead)
      if mayRead { #expect(response["Access-Control-Expose-Headers"]?.contains("Location") == true) }
    }
  }

  @Test("a preflight is answered with what is allowed, to allowed origins only")
  func preflight() throws {
    var hall = Hall(access: WebAccess(origins: ["http://panel.example:9000"]))
    let wire = "OPTIONS /call HTTP/1.1\r\nHost: localhost\r\nAccess-Control-Request-Method: POST\r\nOrigin: "
    let allowed = hall.exchange(wire + "http://panel.example:9000\r\n\r\n")
    #expect(allowed.status == 200)
    #expect(allowed["Access-Control-Allow-Methods"] == "POST, OPTIONS, GET, HEAD")
    let fields = try #require(allowed["Access-Control-Allow-Headers"])
    for field in ["Content-Type", "If-Match", "Authorization", "Intercom-Name", "Intercom-Ring", "Intercom-Replaces"] {
      #expect(fields.contains(field))
    }
    #expect(allowed["Vary"] == "Origin")
    let foreign = hall.exchange(wire + "http://evil.example\r\n\r\n")
    #expect(foreign.status == 200)
    #expect(foreign["Access-Control-Allow-Origin"] == nil)
    #expect(foreign["Access-Control-Allow-Methods"] == nil)
  }

  static var report: StatusReport {
    var call = CallStatus()
    call.peer = "<b>Gate</b> & \"co\""
    call.connectionState = "connected"
    call.quality = 97
    call.limitedBy = "delay"
    call.playoutDelayMilliseconds = 41.5
    call.lossPercent = 0.25
    call.voice.level = 31
    call.voice.residualLossPercent = 0.1
    call.voice.latePackets = 2
    call.voice.concealedMilliseconds = 40
    call.voice.recoveredMilliseconds = 60
    call.voice.jitterMilliseconds = 1.5
    call.voice.targetDelayMilliseconds = 40
    call.localCandidate = CandidateStatus(type: "host", address: "192.0.2.1:4000")
    call.remoteCandidate = CandidateStatus(type: "prflx", address: "192.0.2.2:5000")
    var report = StatusReport()
    report.name = "Door"
    report.version = "0.1"
    report.uptimeSeconds = 3723
    report.audioStartedNanoseconds = 12_000_000_345
    report.state = "in call"
    report.inputLevel = 42
    report.microphoneMuted = true
    report.mutedByHardware = true
    report.volumePercent = 70
    report.peers = ["Gate"]
    report.processing.echo = "cancel"
    report.processing.suppressesNoise = true
    report.processing.echoDelayMilliseconds = 12.5
    report.calls = [call]
    report.counters = [CounterStatus("stun_malformed", 3)]
    return report
  }

  @Test("the status is JSON with stable keys")
  func statusJSON() {
    var hall = Hall()
    hall.status = Self.report
    let response = hall.exchange(get("/api/status"))
    #expect(response.status == 200)
    #expect(response["Content-Type"] == "application/json")
    #expect(response["Cache-Control"] == "no-store")
    let expected =
      #"{"name":"Door","version":"0.1","uptime_s":3723,"audio_started_ns":12000000345,"#
      + #""state":"in call","input_level":42,"output_level":0,"#
      + #""microphone_muted":true,"muted_by_hardware":true,"talking":false,"speaker_muted":false,"volume":70,"#
      + #""do_not_disturb":false,"trouble":"","peers":["Gate"],"ring":null,"#
      + #""processing":{"echo":"cancel","noise_suppression":true,"gain_control":false,"echo_delay_ms":12.5,"erle_db":null,"#
      + #""gain_db":0},"waiting":0,"calls":[{"peer":"<b>Gate</b> & \"co\"","#
      + #""connection_state":"connected","quality":97,"limited_by":"delay","playout_delay_ms":41.5,"loss_percent":0.25,"rtt_ms":null,"#
      + #""level":31,"residual_loss_percent":0.1,"late_packets":2,"concealed_ms":40,"recovered_ms":60,"#
      + #""jitter_ms":1.5,"target_delay_ms":40,"#
      + #""selected_pair":{"local":{"type":"host","address":"192.0.2.1:4000"},"#
      + #""remote":{"type":"prflx","address":"192.0.2.2:5000"}}}],"counters":{"stun_malformed":3}}"#
    #expect(response.body == expected)
  }

  @Test("the page shows the status, escaped, and renews itself only when asked to")
  func page() {
    var hall = Hall()
    hall.status = Self.report
    let response = hall.exchange(get("/status"))
    #expect(response.status == 200)
    #expect(response["Content-Type"] == "text/html; charset=utf-8")
    #expect(response["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
    #expect(response.body.contains("Call with &lt;b&gt;Gate&lt;/b&gt; &amp; &quot;co&quot;"))
    #expect(response.body.contains("<dt>Running for</dt><dd>1 h 2 min</dd>"))
    #expect(response.body.contains("<dt>Microphone</dt><dd>muted</dd>"))
    #expect(!response.body.contains("http-equiv"))
    #expect(!response.body.contains("<script"))
    #expect(hall.exchange(get("/status?refresh")).body.contains("<meta http-equiv=\"refresh\" content=\"2\">"))
    #expect(response["Content-Length"] == "\(response.body.utf8.count)")
  }

  @Test("HEAD has the fields of GET and no body")
  func head() {
    var hall = Hall()
    for path in ["/", "/status", "/api/status", "/page.css", "/api/me", "/trust"] {
      let whole = hall.exchange(get(path))
      let head = hall.exchange("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(head.head == whole.head)
      #expect(head.body == "")
    }
  }

  @Test("everybody who waits for the status gets it, and the station is asked once")
  func waiting() {
    var hall = Hall()
    hall.answers = false
    let ids = (0..<5).compactMap { _ in hall.open() }
    for id in ids { id.index % 2 == 0 ? hall.server.handleText(get("/api/status"), on: id) : () }
    hall.drain()
    #expect(hall.events == [.statusWanted])
    hall.server.provide(StatusReport(), at: .zero)
    hall.drain()
    for id in ids { #expect(Response(hall.take(id)).status == (id.index % 2 == 0 ? 200 : 0)) }
  }

  @Test("two hundred connections that say nothing, or half, leave memory bounded and newcomers served")
  func manyConnections() {
    var hall = Hall()
    var memory = 0
    for number in 0..<200 {
      hall.now = ms(number)
      guard let id = hall.open(from: .v4(192, 0, 2, UInt8(number))) else { continue }
      switch number % 3 {
      case 0: break
      case 1: hall.send("POST /call HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 8000), on: id)
      default:
        let head = "POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16384\r\n\r\n"
        hall.send(head + String(repeating: "b", count: 16_000), on: id)
      }
      memory = max(memory, hall.server.memoryBytes)
      #expect(hall.server.connectionCount < Limits.webConnectionsMax)
    }
    #expect(memory > 100_000)
    #expect(memory <= Limits.webConnectionsMax * Limits.webConnectionBytesMax)
    #expect(hall.server.counters.acceptedConnections == 200)
    #expect(hall.server.counters.displacedConnections == 169)
    #expect(hall.closed.count == 169)
    #expect(hall.exchange(get("/api/status")).status == 200)
    // All of them meet their deadlines.
    hall.advance(to: ms(60_000))
    #expect(hall.server.connectionCount == 0)
    #expect(hall.server.pollTimeout() == .never)
    #expect(hall.exchange(get("/api/status")).status == 200)
  }

  @Test("connections that are being served are never displaced; what then finds no room is refused")
  func fullOfServed() {
    var hall = Hall()
    hall.answers = false
    var ids: [WebConnectionID] = []
    while let id = hall.open() {
      ids.append(id)
      hall.send(get("/api/status"), on: id)
    }
    #expect(ids.count == Limits.webConnectionsMax)
    #expect(hall.server.counters.refusedConnections == 1)
    hall.server.provide(StatusReport(), at: .zero)
    hall.drain()
    for id in ids { #expect(Response(hall.take(id)).status == 200) }
  }

  @Test("a connection's name is not valid for the next connection in its place")
  func names() {
    var hall = Hall()
    guard let first = hall.open() else { return }
    hall.server.handleFailure(on: first, at: .zero)
    hall.drain()
    guard let second = hall.open() else { return }
    #expect(first.index == second.index)
    #expect(first != second)
    hall.send("nonsense\r\n", on: first)
    hall.send(get("/call"), on: second)
    #expect(hall.take(first) == "")
    #expect(Response(hall.take(second)).status == 204)
  }

  @Test("limits hold together")
  func limits() {
    #expect(Limits.stdioLineBytesMax <= Limits.jsonBytesMax)
    #expect(Limits.jsonBytesMax >= 2 * Limits.httpBodyBytesMax)
    #expect(Limits.httpResponseMilliseconds > Limits.callAnswerMilliseconds)
    #expect(Limits.callSessionsMax >= Limits.talkersMax)
    #expect(Limits.callSessionsMax < Limits.webConnectionsMax)
    let buffers = Limits.httpStartLineBytesMax + 2 * Limits.httpFieldBytesMax + 2 * Limits.httpBodyBytesMax
    #expect(Limits.webConnectionBytesMax >= buffers + Limits.httpReadBytesMax + Limits.httpBodyBytesMax)
  }
}

extension WebServer {
  /// Hands text over without draining.
  fileprivate mutating func handleText(_ wire: String, on id: WebConnectionID) {
    wire.bytes.withByteView { handle($0, on: id, at: .zero) }
  }
}
