// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Settings that are texts with a form: sound devices, STUN URIs, URLs.

import Config
import Testing

@Suite("Values with a form")
struct ValueTests {
  @Test("sound devices are read and written")
  func devices() {
    let rows: [(String, AudioDeviceSetting)] = [
      ("alsa:default", .alsa("default")), ("alsa:hw:CARD=Device,DEV=0", .alsa("hw:CARD=Device,DEV=0")),
      ("file:/tmp/a b.wav", .file("/tmp/a b.wav")), ("tone:20", .tone(hertz: 20)), ("tone:20000", .tone(hertz: 20_000)),
      ("speech", .speech), ("silence", .silence), ("none", .noDevice),
    ]
    for (text, device) in rows {
      #expect(AudioDeviceSetting(text) == device)
      #expect(device.text == text)
    }
    for text in [
      "", "alsa", "alsa:", "file:", "tone:", "tone:19", "tone:20001", "tone:-5", "tone:4 4",
      "tone:99999999999999999999",
      "Speech", "speech ", "default", "file:a\nb", "alsa:\u{7F}",
    ] {
      #expect(AudioDeviceSetting(text) == nil, "\(text)")
    }
    #expect(AudioDeviceSetting.noDevice.isOutput && AudioDeviceSetting.file("x").isOutput)
    #expect(!AudioDeviceSetting.tone(hertz: 440).isOutput && !AudioDeviceSetting.silence.isOutput)
  }

  @Test("STUN URIs are read as RFC 7064 writes them")
  func servers() {
    let rows: [(String, String, UInt16, String)] = [
      ("stun:example.org", "example.org", 3478, "stun:example.org:3478"),
      ("stun:example.org:8000", "example.org", 8000, "stun:example.org:8000"),
      ("STUN:192.0.2.1", "192.0.2.1", 3478, "stun:192.0.2.1:3478"),
      ("stun:[2001:db8::1]:1", "2001:db8::1", 1, "stun:[2001:db8::1]:1"),
    ]
    for (text, host, port, written) in rows {
      let server = ICEServerSetting(text)
      #expect(server == ICEServerSetting(host: host, port: port))
      #expect(server?.text == written)
    }
    for text in [
      "", "stun", "stun:", "stun::3478", "stun://example.org", "stun:example.org:", "stun:example.org:0",
      "stun:example.org:65536", "stun:exa mple", "stun:[::1", "stun:[127.0.0.1]", "stun:::1", "stun:a:1:2", "turn:a",
      "http:a",
      "stun:-a", "stun:.a", "stun:a?transport=udp", "stun:\(String(repeating: "a", count: 254))",
    ] {
      #expect(ICEServerSetting(text) == nil, "\(text)")
    }
  }

  @Test("https URLs are taken apart too")
  func secureURLs() {
    let plain = CallURL("https://door.local")
    #expect(plain == CallURL(host: "door.local", port: 443, path: "/call", isSecure: true))
    #expect(plain?.text == "https://door.local/call" && plain?.authority == "door.local")
    #expect(CallURL("HTTPS://[::1]:8443/x")?.text == "https://[::1]:8443/x")
    #expect(CallURL("https://door:80/")?.text == "https://door:80/call")
    #expect(CallURL("http://door:443/")?.text == "http://door:443/call")
  }

  @Test("http URLs are taken apart, and one without a path means where calls are taken")
  func urls() {
    let rows: [(String, String, UInt16, String, String)] = [
      ("http://door.lan:8080/call", "door.lan", 8080, "/call", "http://door.lan:8080/call"),
      ("http://door", "door", 80, "/call", "http://door/call"),
      ("http://door/", "door", 80, "/call", "http://door/call"),
      ("HTTP://door:80/a/b?x=1", "door", 80, "/a/b?x=1", "http://door/a/b?x=1"),
      ("http://door?x", "door", 80, "/?x", "http://door/?x"),
      ("http://[::1]:81/%20", "::1", 81, "/%20", "http://[::1]:81/%20"),
    ]
    for (text, host, port, path, written) in rows {
      let url = CallURL(text)
      #expect(url == CallURL(host: host, port: port, path: path))
      #expect(url?.text == written)
    }
    #expect(CallURL("http://[::1]:81/")?.authority == "[::1]:81")
    for text in [
      "", "door", "http:", "http://", "http:///call", "https://", "ftp://door", "http://user@door", "http://door:/",
      "http://door:0/",
      "http://door:99999", "http://door/a b", "http://door/#x", "http://door/é", "http://door/\r\nX: y", "http://[::1",
      "http://door/\(String(repeating: "a", count: 1024))",
    ] {
      #expect(CallURL(text) == nil, "\(text)")
    }
  }

  @Test(
    "the card is found in an ALSA name",
    arguments: [
      ("plughw:CARD=Zero,DEV=0", "Zero"), ("hw:DEV=0,CARD=Zero", "Zero"), ("hw:Zero,0", "Zero"), ("hw:1", "1"),
      ("default", nil), ("hw:", nil), ("dmix:DEV=0", nil), ("sysdefault:CARD=Device", "Device"), ("plughw:CARD=", nil),
    ] as [(String, String?)])
  func cardID(name: String, id: String?) { #expect(AudioDeviceSetting.alsa(name).cardID == id) }
}
