// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The trust page: what a browser sees before it trusts this device. Plain HTML made from facts, without a script and without anything
// from elsewhere, so that it works in every browser and before anything is trusted.
//
// The code that `intercom trust` shows carries the fingerprint as the address's fragment. An element of that name is what the browser
// then scrolls to and `:target` marks, so whoever scanned the code sees without a script whether the page names the same one. It is no
// proof, since a forged page can mark what it likes: the page says what to compare, and where.

import Core

/// The page that explains the one step, and leads through it.
public enum TrustPage {
  /// What the page may do: its own style, known by its digest, and forms to this device.
  public static let contentSecurityPolicy =
    "default-src 'none'; style-src 'sha256-WkTnHjWWDYDsDVPAzFRzA+TzNvq4u3SYFIcg/jXEnsY='; base-uri 'none'; "
    + "form-action 'self'; frame-ancestors 'none'"

  /// The media type of `GET /ca.crt`: what makes phones offer to install it.
  public static let certificateType = "application/x-x509-ca-cert"

  /// The page's bytes, UTF-8.
  public static func html(_ facts: TrustFacts) -> [UInt8] {
    var page = TrustMarkup()
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
    page.text(facts.name)
    page.raw(" – intercom</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>")
    page.raw(style)
    page.raw("</style>\n</head>\n<body>\n<main>\n<h1>")
    page.text(facts.name)
    page.raw("</h1>\n")
    if let url = facts.httpsURL {
      if facts.hasAuthority { page.explain(facts, url: url) } else { page.lead(to: url) }
    } else {
      page.raw(
        "<p>This intercom does not speak HTTPS, and without it a browser gives no page the microphone. Set "
          + "<code>[web] https</code> in its configuration.</p>\n")
    }
    page.raw(
      "<h2>Only ring</h2>\n<form method=\"post\" action=\"/bell\"><button>Ring the bell</button></form>\n"
        + "<p class=\"note\">That needs no trust. The bell rings there; nothing changes here.</p>\n</main>\n</body>\n</html>\n"
    )
    return page.bytes
  }

  static let style = """
    :root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}body{margin:0}\
    main{max-width:38rem;margin:0 auto;padding:1rem}h1{margin:.5rem 0;overflow-wrap:anywhere}h2{margin:1.5rem 0 .5rem}\
    p,ol{margin:.5rem 0}li{margin:.25rem 0}.note{opacity:.8}\
    .digits{font:600 1.05rem/1.7 ui-monospace,monospace;overflow-wrap:anywhere;padding:.75rem;border:2px solid;border-radius:.5rem}\
    .digits:target{outline:4px solid #1a7f37;outline-offset:2px}.same{display:none}.digits:target+.same{display:block}\
    .go,button{display:inline-block;box-sizing:border-box;min-height:3rem;padding:.7rem 1.2rem;border:0;border-radius:.5rem;\
    font:inherit;font-weight:600;text-decoration:none;color:#fff;background:#0b57d0;cursor:pointer}\
    .go:focus-visible,button:focus-visible,summary:focus-visible{outline:3px solid;outline-offset:2px}\
    details{border-top:1px solid #8888;padding:.25rem 0}summary{padding:.6rem 0;font-weight:600;cursor:pointer}\
    svg{display:block;width:15rem;max-width:100%;height:auto}
    """
}

/// HTML under construction; `text` escapes, `raw` does not.
private struct TrustMarkup {
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

  /// A link that looks like a button.
  mutating func button(_ address: String, _ label: String) {
    raw("<p><a class=\"go\" href=\"")
    text(address)
    raw("\">")
    text(label)
    raw("</a></p>\n")
  }

  /// The certificate is an operator's: nothing to be trusted here.
  mutating func lead(to url: String) {
    raw("<p>Talking needs a connection that nobody can listen to. It is ready:</p>\n")
    button(url, "Open the intercom")
  }

  mutating func explain(_ facts: TrustFacts, url: String) {
    raw(
      """
      <p>Before you can talk, this phone or computer has to trust the intercom, once: then the browser knows that it talks to it and to \
      nobody else, and lets it use the microphone. It takes three steps and about a minute. What you trust can vouch for this intercom's \
      own names and for private addresses, and for nothing on the internet.</p>
      <h2>1. Compare the fingerprint</h2>
      <p class="digits" id="
      """)
    text(facts.fingerprint)
    raw("\">")
    text(facts.fingerprint)
    raw(
      """
      </p>
      <p class="same"><strong>The code that you scanned names this fingerprint.</strong></p>
      <p>It is the certificate's name in digits. <code>intercom trust</code> on the device prints it: are both the same, then the \
      certificate below is this intercom's. Do not go on when they differ: somebody stands in between.</p>
      <h2>2. Trust the certificate</h2>

      """)
    button("/ca.crt", "Download the certificate")
    raw(Self.steps)
    raw("<h2>3. Open the intercom</h2>\n")
    button(url, "Open the intercom")
    raw(
      "<p>You should see a page with this intercom's name and no warning. Is there a warning, step 2 is not finished: ")
    raw("close it, and look there again.</p>\n")
    if facts.qr.size > 0 {
      raw("<h2>On another phone</h2>\n<p>Its camera opens this page from here:</p>\n")
      bytes += QRPicture.svg(facts.qr, label: "QR code with the address of this page and the fingerprint")
      raw("\n")
    }
  }

  private static let steps = """
    <details><summary>iPhone and iPad</summary><ol>
    <li>In Safari tap the button above and then <b>Allow</b>.</li>
    <li>Open <b>Settings</b>, tap <b>Profile Downloaded</b> at the top (or General, VPN &amp; Device Management), then \
    <b>Install</b>.</li>
    <li>In <b>Settings, General, About, Certificate Trust Settings</b> switch this intercom on.</li></ol></details>
    <details><summary>Android</summary><ol>
    <li>Tap the button above; keep the file if you are asked.</li>
    <li>Open <b>Settings</b> and search for <b>CA certificate</b> (Security, Encryption &amp; credentials, Install a certificate).</li>
    <li>Tap <b>Install anyway</b>, and choose <b>ca.crt</b> in Downloads. Use Chrome; Firefox needs one more \
    switch: Settings, About Firefox, tap the logo seven times, then Settings, Secret Settings, Use third party CA \
    certificates.</li></ol></details>
    <details><summary>Mac</summary><ol>
    <li>Open the downloaded file; Keychain Access asks where to: <b>login</b>.</li>
    <li>Double-click the certificate there, open <b>Trust</b>, and choose <b>Always Trust</b>.</li></ol></details>
    <details><summary>Windows</summary><ol>
    <li>Open the downloaded file, then <b>Install Certificate</b>, <b>Current User</b>.</li>
    <li>Choose <b>Place all certificates in the following store</b>, <b>Trusted Root Certification Authorities</b>, and confirm. To \
    compare first: <code>certutil -hashfile ca.crt SHA256</code> prints the fingerprint.</li></ol></details>
    <details><summary>Linux</summary><ol>
    <li>To compare first: <code>sha256sum ca.crt</code> prints the fingerprint.</li>
    <li>Chrome or Chromium: open <b>chrome://certificate-manager</b>, Custom, Installed by you, Trusted certificates, \
    <b>Import</b>.</li>
    <li>Firefox: <b>Settings, Privacy &amp; Security, View Certificates, Authorities, Import</b>, and tick <b>Trust this CA to \
    identify websites</b>.</li></ol></details>

    """
}
