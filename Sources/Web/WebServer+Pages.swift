// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a person looks at: the page, the trust page, the state.

import Access
import Core

extension WebServer {
  /// `GET /`: the page where it may work, else the page that leads there.
  func frontPage(_ request: HTTPRequest, _ index: Int) -> HTTPResponse {
    let mayWork =
      slots[index].transport == .secure || slots[index].client.isLoopback || doorkeeper.mode == .open
    if mayWork, let page = files.response(.page, to: request.fields) { return page }
    return trustPage
  }

  /// A file of the page, or what the trust page leads to; nil: there is none called `name`.
  func file(_ request: HTTPRequest, _ name: String) -> HTTPResponse? {
    if let file = PageFiles.Name(name) { return files.response(file, to: request.fields) }
    if name.hasBytes(of: "trust") { return trustPage }
    guard name.hasBytes(of: "ca.crt"), facts.trust.hasAuthority else { return nil }
    return HTTPResponse(.ok, mediaType: TrustPage.certificateType, body: facts.trust.certificate)
      .with("Content-Disposition", "attachment; filename=\"intercom-ca.crt\"").with("Cache-Control", "no-store")
  }

  private var trustPage: HTTPResponse {
    HTTPResponse(.ok, mediaType: MediaType.html, body: TrustPage.html(facts.trust))
      .with("Content-Security-Policy", TrustPage.contentSecurityPolicy).with("Cache-Control", "no-store")
      .with("Referrer-Policy", "no-referrer")
  }

  /// The state as JSON or as a page.
  static func status(_ report: StatusReport, _ wait: Wait) -> HTTPResponse {
    if wait == .statusJSON {
      return HTTPResponse(.ok, mediaType: MediaType.json, body: report.json()).with("Cache-Control", "no-store")
    }
    let page = StatusPage.html(report, refreshes: wait == .refreshingPage)
    return HTTPResponse(.ok, mediaType: MediaType.html, body: page)
      .with("Content-Security-Policy", StatusPage.contentSecurityPolicy).with("Cache-Control", "no-store")
  }
}
