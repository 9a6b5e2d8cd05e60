// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Writing a description, in the order that RFC 9429 section 5.2.1 uses. Lines end in CRLF.

import Core

extension SessionDescription {
  /// The description as text. What stands in a section is written into that section; nothing is said for the session
  /// but the bundle, ICE lite and mixed extensions.
  public var text: String {
    var lines = SDPText()
    lines.line("v=0")
    lines.put("o=- ")
    lines.put(max(0, sessionID))
    lines.put(" ")
    lines.put(max(0, sessionVersion))
    lines.line(" IN IP4 127.0.0.1")
    lines.line("s=-")
    lines.line("t=0 0")
    if !bundle.isEmpty { lines.line("a=group:BUNDLE", words: bundle) }
    if isICELite { lines.line("a=ice-lite") }
    if allowsMixedExtensions { lines.line("a=extmap-allow-mixed") }
    lines.line("a=msid-semantic: WMS *")
    for section in sections { section.write(to: &lines) }
    return lines.text
  }
}

extension MediaSection {
  func write(to lines: inout SDPText) {
    lines.put("m=")
    lines.put(kind)
    lines.put(" ")
    lines.put(Int64(port))
    lines.line(" ", transportProtocol, words: formats.isEmpty ? ["0"] : formats)
    lines.line("c=IN IP4 0.0.0.0")
    guard !isRejected else {
      lines.line("a=inactive")
      if let mid { lines.line("a=mid:", mid) }
      return
    }
    lines.line("a=rtcp:9 IN IP4 0.0.0.0")
    writeTransport(to: &lines)
    if let mid { lines.line("a=mid:", mid) }
    if isBundleOnly { lines.line("a=bundle-only") }
    if allowsMixedExtensions { lines.line("a=extmap-allow-mixed") }
    for item in extensions {
      lines.put("a=extmap:")
      lines.put(Int64(item.identifier))
      if item.direction != .sendReceive {
        lines.put("/")
        lines.put(item.direction.text)
      }
      lines.line(" ", item.uri)
    }
    lines.line("a=", direction.text)
    if let mediaStream {
      lines.line("a=msid:", mediaStream.stream, words: mediaStream.track.isEmpty ? [] : [mediaStream.track])
    }
    if hasRTCPMux { lines.line("a=rtcp-mux") }
    if hasRTCPMuxOnly { lines.line("a=rtcp-mux-only") }
    if hasReducedSizeRTCP { lines.line("a=rtcp-rsize") }
    if hasVoIPMetrics { lines.line("a=rtcp-xr:voip-metrics") }
    for format in payloadFormats { format.write(to: &lines) }
    if let packetTimeMilliseconds { lines.line("a=ptime:", number: Int64(packetTimeMilliseconds)) }
    if let maxPacketTimeMilliseconds { lines.line("a=maxptime:", number: Int64(maxPacketTimeMilliseconds)) }
    for source in sources {
      lines.put("a=ssrc:")
      lines.put(Int64(source.ssrc))
      if !source.cname.isEmpty {
        lines.put(" cname:")
        lines.put(source.cname)
      }
      lines.end()
    }
    for candidate in candidates { lines.line("a=", candidate) }
    if hasAllCandidates { lines.line("a=end-of-candidates") }
  }

  private func writeTransport(to lines: inout SDPText) {
    if let usernameFragment { lines.line("a=ice-ufrag:", usernameFragment) }
    if let password { lines.line("a=ice-pwd:", password) }
    if !iceOptions.isEmpty { lines.list("a=ice-options:", iceOptions) }
    for fingerprint in fingerprints { lines.line("a=fingerprint:", fingerprint.text) }
    if let setup { lines.line("a=setup:", setup.text) }
  }
}

extension PayloadFormat {
  func write(to lines: inout SDPText) {
    lines.put("a=rtpmap:")
    lines.put(Int64(payloadType))
    lines.put(" ")
    lines.put(name)
    lines.put("/")
    lines.put(Int64(clockRate))
    if channels != 1 {
      lines.put("/")
      lines.put(Int64(channels))
    }
    lines.end()
    guard !parameters.isEmpty else { return }
    lines.put("a=fmtp:")
    lines.put(Int64(payloadType))
    lines.line(" ", parameters)
  }
}
