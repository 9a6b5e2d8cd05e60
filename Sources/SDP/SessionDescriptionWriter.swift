// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Writing a description, in the order that RFC 9429 section 5.2.1 uses. Lines end in CRLF.

extension SessionDescription {
  /// The description as text. What stands in a section is written into that section; nothing is said for the session but the
  /// bundle, ICE lite and mixed extensions.
  public var text: String {
    var lines = SDPText()
    lines.add("v=0")
    lines.add("o=- \(sessionID) \(sessionVersion) IN IP4 127.0.0.1")
    lines.add("s=-")
    lines.add("t=0 0")
    if !bundle.isEmpty { lines.add("a=group:BUNDLE", words: bundle) }
    if isICELite { lines.add("a=ice-lite") }
    if allowsMixedExtensions { lines.add("a=extmap-allow-mixed") }
    lines.add("a=msid-semantic: WMS *")
    for section in sections { section.write(to: &lines) }
    return lines.text
  }
}

extension MediaSection {
  func write(to lines: inout SDPText) {
    lines.add("m=\(kind) \(Int(port)) \(transportProtocol)", words: formats.isEmpty ? ["0"] : formats)
    lines.add("c=IN IP4 0.0.0.0")
    guard !isRejected else {
      lines.add("a=inactive")
      if let mid { lines.add("a=mid:\(mid)") }
      return
    }
    lines.add("a=rtcp:9 IN IP4 0.0.0.0")
    if let usernameFragment { lines.add("a=ice-ufrag:\(usernameFragment)") }
    if let password { lines.add("a=ice-pwd:\(password)") }
    if let first = iceOptions.first { lines.add("a=ice-options:\(first)", words: Array(iceOptions.dropFirst())) }
    for fingerprint in fingerprints { lines.add("a=fingerprint:\(fingerprint.text)") }
    if let setup { lines.add("a=setup:\(setup.text)") }
    if let mid { lines.add("a=mid:\(mid)") }
    if isBundleOnly { lines.add("a=bundle-only") }
    if allowsMixedExtensions { lines.add("a=extmap-allow-mixed") }
    for item in extensions {
      let suffix = item.direction == .sendReceive ? "" : "/\(item.direction.text)"
      lines.add("a=extmap:\(Int(item.identifier))\(suffix) \(item.uri)")
    }
    lines.add("a=\(direction.text)")
    if let mediaStream {
      lines.add("a=msid:\(mediaStream.stream)", words: mediaStream.track.isEmpty ? [] : [mediaStream.track])
    }
    if hasRTCPMux { lines.add("a=rtcp-mux") }
    if hasRTCPMuxOnly { lines.add("a=rtcp-mux-only") }
    if hasReducedSizeRTCP { lines.add("a=rtcp-rsize") }
    for format in payloadFormats {
      let type = Int(format.payloadType)
      let channels = format.channels == 1 ? "" : "/\(format.channels)"
      lines.add("a=rtpmap:\(type) \(format.name)/\(format.clockRate)\(channels)")
      if !format.parameters.isEmpty { lines.add("a=fmtp:\(type) \(format.parameters)") }
    }
    if let packetTimeMilliseconds { lines.add("a=ptime:\(packetTimeMilliseconds)") }
    if let maxPacketTimeMilliseconds { lines.add("a=maxptime:\(maxPacketTimeMilliseconds)") }
    for source in sources {
      let number = UInt64(source.ssrc)
      lines.add(source.cname.isEmpty ? "a=ssrc:\(number)" : "a=ssrc:\(number) cname:\(source.cname)")
    }
    for candidate in candidates { lines.add("a=\(candidate)") }
    if hasAllCandidates { lines.add("a=end-of-candidates") }
  }
}

/// Lines being written.
struct SDPText {
  private(set) var text = ""

  mutating func add(_ line: String, words: [String] = []) {
    text += line
    for word in words { text += " " + word }
    text += "\r\n"
  }
}
