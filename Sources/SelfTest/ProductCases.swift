// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Text in and out of the product: TOML and its errors word for word, JSON, HTTP, and the lines of standard input.

import Config
import Core
import Web

/// Each mistake of a configuration as `line:column: message`, one a line.
private func mistakes(_ toml: String) -> String {
  toml.withByteView { view in
    do throws(ConfigErrors) {
      _ = try Settings.read(view, file: "t")
      return ""
    } catch {
      var text = ""
      for (index, error) in error.errors.enumerated() {
        text += "\(index == 0 ? "" : "\n")\(error.line):\(error.column): \(error.message)"
      }
      return text
    }
  }
}

/// A TOML document in compact text; floats in JSON's way, with three decimals.
private func rendered(_ toml: String) -> String {
  toml.withByteView { view in
    do throws(ConfigError) {
      let document = try TOMLDocument.read(view, file: "t")
      return inside(document.root, document)
    } catch {
      return error.message
    }
  }
}

private func inside(_ table: TOMLTable, _ document: TOMLDocument) -> String {
  var text = ""
  for entry in table.entries {
    text += "\(text.utf8.isEmpty ? "" : " ")\(entry.key)=\(rendered(entry.node.value, document))"
  }
  return text
}

private func rendered(_ value: TOMLValue, _ document: TOMLDocument) -> String {
  switch value {
  case .string(let text): return "'\(text)'"
  case .integer(let value): return "\(value)"
  case .float(let value): return json(.number(value))
  case .boolean(let value): return value ? "true" : "false"
  case .dateTime(let value):
    var text = ""
    if let date = value.date { text += "\(date.year)/\(date.month)/\(date.day)" }
    if let time = value.time { text += "T\(time.hour):\(time.minute):\(time.second).\(time.nanosecond)" }
    if let offset = value.offsetMinutes { text += "@\(offset)" }
    return text
  case .array(let nodes):
    var text = "["
    for node in nodes { text += "\(rendered(node.value, document));" }
    return text + "]"
  case .table(let index): return "{\(inside(document.tables[index], document))}"
  case .tables(let indices):
    var text = "["
    for index in indices { text += "{\(inside(document.tables[index], document))};" }
    return text + "]"
  }
}

/// The value as JSON text.
private func json(_ value: JSONValue) -> String {
  var writer = JSONWriter()
  writer.value(value)
  return writer.bytes.text
}

/// The JSON text read and written again, or the error's sentence.
private func json(reading text: String) -> String {
  text.withByteView { view in
    do throws(JSONError) { return json(try JSONReader.read(view)) } catch { return error.text }
  }
}

/// Each request in `wire` as method, target and body, or what is wrong with one.
private func requests(_ wire: String) -> (text: String, error: HTTPError?) {
  wire.withByteView { view in
    var reader = HTTPRequestReader()
    var (text, offset) = ("", 0)
    do throws(HTTPError) {
      while let request = try reader.read(view, from: &offset) {
        text += "\(request.method.name) \(request.target) '\(request.body.text)';"
      }
      return (text, nil)
    } catch {
      return (text, error)
    }
  }
}

/// What a web server sends back to `wire`; offers are answered with two lines.
private func exchange(_ wire: String) -> String {
  var server = WebServer(randomness: Randomness(seed: 1))
  guard let id = server.open(from: .loopbackV4, to: .loopbackV4, at: .zero) else { return "no connection" }
  wire.withByteView { server.handle($0, on: id, at: .zero) }
  var sent: [UInt8] = []
  var busy = true
  while busy {
    busy = false
    while let action = server.pollAction() {
      busy = true
      guard case .send(let id) = action else { continue }
      server.pollOutput(on: id, at: .zero) { bytes in
        sent += bytes.array()
        return bytes.count
      }
    }
    while let event = server.pollEvent() {
      busy = true
      switch event {
      case .statusWanted:
        var report = StatusReport()
        report.name = "Door \"1\""
        report.uptimeSeconds = 3723
        report.counters.append(CounterStatus("stun_malformed", .max))
        server.provide(report, at: .zero)
      case .call(.offer(let session, let sdp)): server.answer(session, sdp + [0x0D, 0x0A], at: .zero)
      case .call(.trickle(let session, _)): server.acceptTrickle(session, at: .zero)
      case .call(.ended), .levelsWanted, .command, .bell, .access, .savePaired: break
      }
    }
  }
  return sent.text
}

extension SelfTest {
  static var productCases: [SelfTestCase] { configurationCases + jsonCases + webCases + stdioCases }

  private static var configurationCases: [SelfTestCase] {
    [
      SelfTestCase("TOML values of every kind say what TOML 1.0 says they say") { check in
        let rows = [
          (#"a = "b\\c \u00E9 \U0001F600""#, #"a='b\c é 😀'"#), ("a = \"\"\"one \\\n\n   two\"\"\"", "a='one two'"),
          (#"a = '''no \escape'''"#, #"a='no \escape'"#), ("\"quoted key\" = 1\n'a\"b' = 2", "quoted key=1 a\"b=2"),
          ("a.b.c = 1\na.b.d = 2\na . e = 3", "a={b={c=1 d=2} e=3}"),
          ("a = 0xDEADbeef\nb = 0b1101_0110", "a=3735928559 b=214"),
          ("a = 9223372036854775807\nb = -9223372036854775808", "a=9223372036854775807 b=-9223372036854775808"),
          ("a = +3.1415\nb = -2E-2\nc = 224_617.445_9\nd = 1_0e1_0", "a=3.142 b=-0.02 c=224617.446 d=100000000000"),
          ("a = inf\nb = nan\nc = 1e-400", "a=null b=null c=0"), ("a = true\nb = false", "a=true b=false"),
          ("a = 1979-05-27t00:32:00.999999-07:30", "a=1979/5/27T0:32:0.999999000@-450"),
          ("a = 23:59:60", "a=T23:59:60.0"),
          ("a = [ # one\n  1, ['x', { y = 2 }] # two\n , ]", "a=[1;['x';{y=2};];]"),
          ("[[a]]\n[a.b]\nc = 1\n[[a.d]]\n[[a]]\nb = 3", "a=[{b={c=1} d=[{};]};{b=3};]"),
        ]
        for (toml, wanted) in rows { check.same(rendered(toml), wanted) }
      },
      SelfTestCase("a broken document is refused at its line and column, in words") { check in
        let rows = [
          ("a = 1 b = 2", "1:7: syntax: found 'b'; expected the end of the line"),
          ("é = 1", "1:1: syntax: found 'é'; expected a key, or a table's name in brackets"),
          ("[a]\nb = 1\nb = 2", "3:1: a.b: duplicate key; see line 2"),
          ("a = 1\n[a]", "2:1: a: cannot be extended: found an integer; see line 1"),
          ("\na = \"\"\"b\n\"\"", "2:5: a: no end: found \"\"\"; expected \"\"\" before the end of the file"),
          (
            #"a = "\uD800""#,
            #"1:6: a: no such escape: found \uD800; expected 4 hexadecimal digits that name a character "#
              + "(up to 10FFFF, not D800 to DFFF)"
          ),
          ("a = 012", "1:5: a: not a number: found 012; expected no zero in front"),
          (
            "a = 9223372036854775808",
            "1:5: a: number too large: found 9223372036854775808; expected a signed number of 64 bits"
          ),
          ("a = 1e999", "1:5: a: number too large: found 1e999; expected at most 1.7976931348623157e308"),
          ("a = [1 2]", "1:8: a: syntax: found '2'; expected , or ] after a value"),
          (
            "a = 'x\u{0}y'",
            "1:7: a control character: found byte 0x00; expected printable text, tabs, and lines that end in LF or CR LF"
          ),
        ]
        for (toml, wanted) in rows { check.same(mistakes(toml), wanted) }
      },
      SelfTestCase("a wrong setting is named with its place, what was found and what is allowed") { check in
        let rows = [
          (
            "name = 'x'\nnmae = 'y'",
            "2:1: nmae: unknown key; expected name, state_directory, board; did you mean name?"
          ),
          (
            "name = 'x'\nlisten = 'y'",
            "2:1: listen: unknown key; expected name, state_directory, board; did you mean listen in [web]?"
          ),
          (
            "name = 'x'\naudio.period_ms = 10.0",
            "2:19: audio.period_ms: wrong type: found 10.0, a float; expected an integer: 5, 10 or 20"
          ),
          (
            "name = 'x'\n[audio]\ninput = 'speach'",
            "3:9: audio.input: not allowed: found 'speach'; expected \"alsa:NAME\", \"file:PATH\", \"tone:HERTZ\" "
              + "(20 to 20000), \"speech\", \"silence\" or \"none\"; did you mean \"speech\"?"
          ),
          (
            "name = 'x'\n[audio]\nperiod_ms = 15\nframe_ms = -1",
            "3:13: audio.period_ms: not allowed: found 15; expected 5, 10 or 20\n"
              + "4:12: audio.frame_ms: not allowed: found -1; expected 10 or 20"
          ),
          (
            "name = 'x'\n[audio]\nframe_ms = 10\nperiod_ms = 20",
            "4:13: audio.period_ms: conflict: found 20; see line 3; expected at most frame_ms, 10"
          ),
          ("name = 'x'\n[peer]", "2:2: peer: wrong type: found a table; expected [[peer]] with two brackets"),
          (
            "name = 'x'\n[[button]]\nline = 'GPIO25'\nrole = 'mute'\n[[light]]\nrole = 'lnk'\nline = 'PIN22'",
            "6:8: light.role: not allowed: found 'lnk'; expected \"link\", \"talk\", \"mute\" or \"power\"; "
              + "did you mean \"link\"?\n7:8: light.line: conflict: found \"PIN22\", which is GPIO25; see line 3; "
              + "expected a line that no button has"
          ),
          (
            "name = 'x'\n[[button]]\nline = 'a'\nrole = 'answer'\n[[button]]\nline = 'a'\nrole = 'mute'\n"
              + "press = 'long'\nactive = 'high'",
            "9:10: button.active: conflict: found high; see line 3; expected low, as the other button on this line"
          ),
        ]
        for (toml, wanted) in rows { check.same(mistakes(toml), wanted) }
      },
      SelfTestCase("an error is printed with its line and a caret under the place") { check in
        "name = 'é'\n\tlog.level\t= 'x'\n".withByteView { view in
          do throws(ConfigErrors) {
            _ = try Settings.read(view, file: "door.toml")
            check.fail("it is accepted")
          } catch {
            check.same(
              error.text,
              "door.toml:2:14: log.level: not allowed: found 'x'; "
                + "expected \"error\", \"warning\", \"info\" or \"debug\"\n  \tlog.level\t= 'x'\n  \t         \t  ^")
          }
        }
      },
      SelfTestCase("a good configuration is taken over, the rest by default") { check in
        let toml = """
          name = "Front door"
          audio = { input = "tone:440", output = "file:out.wav", period_ms = 5 }
          [web]
          listen = "[::1]:9000"
          [ice]
          servers = ["stun:a.example", "STUN:[2001:db8::1]:5000"]
          [[peer]]
          name = "kitchen"
          url = "http://192.168.1.20:8080/call"
          """
        toml.withByteView { view in
          do throws(ConfigErrors) {
            let settings = try Settings.read(view, file: "t")
            check.same(settings.name, "Front door")
            check.expect(settings.audio.input == .tone(hertz: 440), "input")
            check.expect(settings.audio.output == .file("out.wav"), "output")
            check.equal(settings.audio.periodMilliseconds, 5, "period")
            check.equal(settings.audio.frameMilliseconds, 20, "frame, by default")
            check.same(settings.web.listen.text, "[::1]:9000")
            check.equal(settings.ice.servers.count, 2, "servers")
            check.same(settings.ice.servers.last?.text ?? "", "stun:[2001:db8::1]:5000")
            check.same(settings.peers.first?.url.text ?? "", "http://192.168.1.20:8080/call")
          } catch { check.same(error.text, "") }
        }
      },
    ]
  }

  private static var jsonCases: [SelfTestCase] {
    [
      SelfTestCase("JSON is read and written again, numbers exactly or with at most three decimals") { check in
        let rows = [
          (" null", "null"), ("[true ,false]", "[true,false]"), ("-0", "0"),
          ("-9223372036854775808", "-9223372036854775808"),
          ("9223372036854775807", "9223372036854775807"), ("1.5", "1.5"), ("-0.25", "-0.25"), ("1E+2", "100"),
          ("25e-2", "0.25"), ("1e-400", "0"), ("0.0625", "0.063"), ("0.9996", "1"), ("-2.9999", "-3"),
          ("12.34", "12.34"),
          ("1e17", "100000000000000000"), ("1e18", "null"), ("10.101", "10.101"), ("-0.0004", "0"),
          (#""\u0041\u00e4\u20AC\ud83d\ude00\/\u0001\n""#, #""Aä€😀/\u0001\n""#),
          (#"{ "a" : [ 1 , [ ] ] , "b\"" : { } }"#, #"{"a":[1,[]],"b\"":{}}"#),
        ]
        for (text, wanted) in rows { check.same(json(reading: text), wanted) }
        for value in [Double.infinity, .nan] { check.same(json(.number(value)), "null") }
      },
      SelfTestCase("what is not JSON is refused, each by its name") { check in
        let rows: [(String, JSONError)] = [
          ("", .truncated), ("nul", .truncated), ("trux", .unexpectedByte), ("[1,]", .unexpectedByte),
          ("{1:2}", .unexpectedByte), ("{\"a\":1,\"\\u0061\":2}", .duplicateName), ("1 2", .trailingBytes),
          ("01", .malformedNumber), ("1e400", .malformedNumber), ("+1", .unexpectedByte), ("NaN", .unexpectedByte),
          ("\"\n\"", .malformedString), (#""\x""#, .malformedString), (#""\ud800""#, .loneSurrogate),
          (String(repeating: "[", count: 17), .tooDeep),
        ]
        for (text, error) in rows { check.same(json(reading: text), error.text) }
      },
    ]
  }

  private static var webCases: [SelfTestCase] {
    [
      SelfTestCase("HTTP requests are read, with bodies of every framing, one behind the other") { check in
        let chunked = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let rows = [
          (
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET http://b:81/2?x HTTP/1.1\r\nhOST:a:80\r\n\r\n",
            "GET /1 '';GET /2?x '';"
          ),
          ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET / HTTP/1.0\r\n\r\n", "POST / 'hi';GET / '';"),
          (chunked + "5\r\nhello\r\n00006;a=\"b\"\r\n world\r\n0\r\nTrailer: x\r\n\r\n", "POST /c 'hello world';"),
          ("OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "OPTIONS * '';"),
        ]
        for (wire, wanted) in rows {
          let found = requests(wire)
          check.same(found.text, wanted)
          check.expect(found.error == nil, "an error", wire)
        }
      },
      SelfTestCase("broken HTTP requests are refused, each by its name") { check in
        let post = "POST / HTTP/1.1\r\nHost: a\r\n"
        let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
        let rows: [(String, HTTPError)] = [
          ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
          ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion), ("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed),
          ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .foldedField), ("GET / HTTP/1.1\r\n\r\n", .malformedHost),
          (post + "Content-Length: +1\r\n\r\n", .malformedLength),
          (post + "Content-Length: 99999999999999999999999\r\n\r\n", .bodyTooLarge),
          (post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingLength),
          (post + "Transfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding),
          (chunked + "0x5\r\n", .malformedChunk), (chunked + "ffffffff\r\n", .bodyTooLarge),
          (post + "X: " + String(repeating: "a", count: 8200) + "\r\n\r\n", .fieldsTooLarge),
        ]
        for (wire, error) in rows {
          check.expect(requests(wire).error == error, "not refused, or by another name", wire)
        }
      },
      SelfTestCase("URLs are read, and references resolved as RFC 3986 section 5.4 has it") { check in
        do throws(HTTPURLError) {
          check.same(
            try HTTPURL("HTTP://[2001:DB8::7]:8080/call?x=1#part").text, "http://[2001:db8::7]:8080/call?x=1")
          let base = try HTTPURL("http://a/b/c/d?q")
          let rows = [
            ("/g", "http://a/g"), ("./g", "http://a/b/c/g"), ("?y", "http://a/b/c/d?y"), ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"), ("g/../h", "http://a/b/c/h"), ("//h:81/x", "http://h:81/x"),
          ]
          for (reference, wanted) in rows { check.same(try base.resolve(reference).text, wanted) }
        } catch { check.same(error.text, "") }
        for text in ["ftp://door/", "http://", "http://door:65536/", "http://[::1/", "http://me@door/"] {
          check.expect((try? HTTPURL(text)) == nil, "not refused", text)
        }
      },
      SelfTestCase("an offer is answered by the mechanics of WHIP, word for word") { check in
        let wire =
          "POST /call HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/sdp\r\n"
          + "Content-Length: 3\r\n\r\nv=0"
        let found = exchange(wire)
        check.expect(found.utf8.starts(with: "HTTP/1.1 201 Created\r\n".utf8), found)
        for part in ["Content-Type: application/sdp\r\n", "Location: /call/", "ETag: \"", "\r\nContent-Length: 5\r\n"] {
          check.expect(contains(found, part), "it lacks", part)
        }
        check.expect(contains(found, "\r\n\r\nv=0\r\n"), "another body", found)
        let refusal = exchange("POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nv=0")
        check.expect(refusal.utf8.starts(with: "HTTP/1.1 415 ".utf8), refusal)
      },
      SelfTestCase("the status is JSON, word for word") { check in
        let found = exchange("GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let wanted =
          #"{"name":"Door \"1\"","version":"","uptime_s":3723,"audio_started_ns":null,"state":"","#
          + #""input_level":0,"output_level":0,"microphone_muted":false,"muted_by_hardware":false,"talking":false,"speaker_muted":false,"#
          + #""volume":100,"do_not_disturb":false,"trouble":"","peers":[],"ring":null,"#
          + #""processing":{"echo":"off","noise_suppression":false,"gain_control":false,"echo_delay_ms":null,"erle_db":null,"#
          + #""gain_db":0},"waiting":0,"calls":[],"#
          + #""counters":{"stun_malformed":9223372036854775807}}"#
        check.expect(contains(found, "\r\n\r\n" + wanted), found)
      },
    ]
  }

  private static var stdioCases: [SelfTestCase] {
    [
      SelfTestCase("messages are written as one line of JSON, and read back") { check in
        let rows: [(StdioMessage, String)] = [
          (.offer("v=0\r\n"), #"{"type":"offer","sdp":"v=0\r\n"}"#),
          (.candidate("candidate:1", mid: "0"), #"{"type":"candidate","candidate":"candidate:1","sdpMid":"0"}"#),
          (.bye(reason: "hung \"up\""), #"{"type":"bye","reason":"hung \"up\""}"#),
        ]
        for (message, wanted) in rows {
          let line = message.line()
          check.same(line.text, wanted + "\n")
          let read = wanted.withByteView { try? StdioMessage.parse($0) }
          check.same(read?.line().text ?? "", wanted + "\n")
        }
      },
      SelfTestCase("errors on standard input are named with their line, and the next line is read") { check in
        let wire = """
          {"type":"bye","reason":"1"}

          {"type":"bye"
          []
          {"type":"hello"}
          {"type":"offer","sdp":""}
          {"type":"candidate","candidate":null,"sdpMid":null}\r

          """
        var reader = StdioReader()
        var found = ""
        wire.withByteView { reader.handle($0) }
        while let input = reader.poll() {
          switch input {
          case .message(let message): found += message.line().text
          case .error(let error): found += error.text + "\n"
          }
        }
        check.same(
          found,
          """
          {"type":"bye","reason":"1"}
          line 3: The JSON text ends too early.
          line 4: The line is not a JSON object.
          line 5: The type is none of offer, answer, candidate, bye, state.
          line 6: The object needs a string called sdp.
          {"type":"candidate","candidate":"","sdpMid":""}

          """)
      },
    ]
  }

  /// Whether `part` stands in `text`.
  private static func contains(_ text: String, _ part: String) -> Bool {
    let (bytes, wanted) = (Array(text.utf8), Array(part.utf8))
    guard bytes.count >= wanted.count else { return false }
    for start in 0...bytes.count - wanted.count where bytes[start..<start + wanted.count].elementsEqual(wanted) {
      return true
    }
    return false
  }
}
