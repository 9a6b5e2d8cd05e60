// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The status page: plain HTML made from a report, without a script. It renews itself only when asked to, since a page that moves
// by itself is a nuisance to those who have it read aloud (WCAG 2.2 success criterion 2.2.2).

import Core

enum StatusPage {
  /// Seconds between renewals when asked for.
  static let refreshSeconds = 2

  /// What the page may load: nothing but its own style.
  static let contentSecurityPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  static func html(_ report: StatusReport, refreshes: Bool) -> [UInt8] {
    var page = Page()
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
    if refreshes { page.raw("<meta http-equiv=\"refresh\" content=\"\(refreshSeconds)\">\n") }
    page.raw("<title>")
    page.text("\(report.name) – intercom")
    page.raw("</title>\n<style>\(style)</style>\n</head>\n<body>\n<main>\n<h1>")
    page.text(report.name)
    page.raw("</h1>\n<dl>\n")
    page.row("State", report.state)
    page.meter("Input level", report.inputLevel)
    page.meter("Output level", report.outputLevel)
    page.row("Microphone", report.microphoneMuted ? "muted" : "on")
    page.row("Speaker", report.speakerMuted ? "muted" : "on")
    page.row("Running for", duration(report.uptimeSeconds))
    page.row("Version", report.version)
    page.raw("</dl>\n")
    if report.calls.isEmpty { page.raw("<p>No call.</p>\n") }
    for call in report.calls { page.call(call) }
    if !report.counters.isEmpty {
      page.raw("<details>\n<summary>Counters</summary>\n<dl>\n")
      for counter in report.counters { page.row(counter.name, "\(counter.count)") }
      page.raw("</dl>\n</details>\n")
    }
    page.raw("<p>")
    page.raw(
      refreshes
        ? "<a href=\"/status\">Stop renewing</a>"
        : "<a href=\"/status?refresh\">Renew every \(refreshSeconds) seconds</a>")
    page.raw(" · <a href=\"/api/status\">The same as JSON</a></p>\n</main>\n</body>\n</html>\n")
    return page.bytes
  }

  private static let style = """
    :root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}\
    body{margin:0}main{max-width:36rem;margin:0 auto;padding:1rem}\
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem}dt{opacity:.8}dd{margin:0;overflow-wrap:anywhere}\
    meter{width:8rem}a,summary{padding:.25rem 0}
    """

  private static func duration(_ seconds: Int64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600)
    if minutes == 0 { return "\(seconds) s" }
    if hours == 0 { return "\(minutes) min \(seconds % 60) s" }
    return "\(hours) h \(minutes % 60) min"
  }

  /// HTML under construction; `text` escapes, `raw` does not.
  private struct Page {
    var bytes: [UInt8] = []

    mutating func raw(_ html: String) { bytes.append(text: html) }

    mutating func text(_ text: String) {
      for byte in text.utf8 {
        switch byte {
        case 0x26: raw("&amp;")
        case 0x3C: raw("&lt;")
        case 0x3E: raw("&gt;")
        case ASCII.quote: raw("&quot;")
        case 0x27: raw("&#39;")
        default: bytes.append(byte)
        }
      }
    }

    mutating func row(_ label: String, _ value: String) {
      raw("<dt>")
      text(label)
      raw("</dt><dd>")
      text(value)
      raw("</dd>\n")
    }

    mutating func meter(_ label: String, _ value: Int) {
      raw("<dt>\(label)</dt><dd><meter min=\"0\" max=\"100\" value=\"\(value)\" aria-label=\"\(label)\"></meter> ")
      raw("\(value) of 100</dd>\n")
    }

    mutating func row(_ label: String, milliseconds: Double?) {
      row(label, milliseconds.flatMap { DecimalText.fixed($0) }.map { "\($0) ms" } ?? "not known")
    }

    mutating func call(_ call: CallStatus) {
      raw("<h2>Call with ")
      text(call.peer)
      raw("</h2>\n<dl>\n")
      row("Connection", call.connectionState)
      meter("Quality", call.quality)
      if !call.limitedBy.utf8.isEmpty { row("Limited by", call.limitedBy) }
      row("Playout delay", milliseconds: call.playoutDelayMilliseconds)
      row("Round trip", milliseconds: call.roundTripMilliseconds)
      row("Loss", "\(DecimalText.fixed(call.lossPercent) ?? "0") %")
      if let local = call.localCandidate, let remote = call.remoteCandidate {
        row("Path", "\(local.address) (\(local.type)) to \(remote.address) (\(remote.type))")
      }
      raw("</dl>\n")
    }
  }
}
