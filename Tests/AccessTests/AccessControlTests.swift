// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The doorkeeper: which request is served, and to whom.

import Access
import Core
import Testing

@Suite("The doorkeeper")
struct AccessControlTests {
  @Test("whoever shows nothing is somebody only where access is open")
  func strangers() {
    #expect(door(.open).stranger.role == .admin)
    #expect(door(.paired).stranger.role == nil)
    #expect(door(.token).stranger.role == nil)
  }

  @Test("every route that needs a role refuses a stranger, over TLS as in the clear; every other serves")
  func everyRoute() {
    for rule in RouteRule.all {
      let path = rule.pattern.replacing("ID", with: "7")
      for transport in [Transport.plain, .secure] {
        for mode in [AccessMode.paired, .token] {
          var control = door(mode)
          let verdict = control.ask(rule.method, path, transport, from: stranger)
          let isClear = transport == .plain && rule.transport != .none
          if isClear {
            #expect(verdict == .denied(.needsTLS, rule), "\(rule.method) \(path)")
          } else if rule.role != nil {
            #expect(verdict == .denied(.stranger, rule), "\(rule.method) \(path)")
          } else {
            #expect(verdict == .allowed(rule, .anonymous), "\(rule.method) \(path)")
          }
        }
      }
      var open = door(.open)
      let verdict = open.ask(rule.method, path, .plain, from: stranger)
      #expect(verdict == (rule.transport == .always ? .denied(.needsTLS, rule) : .allowed(rule, .everybody)))
      var local = door(.open)
      #expect(local.ask(rule.method, path, .plain, from: .loopbackV4) == .allowed(rule, .everybody))
    }
  }

  @Test("no two routes are the same, and every role-bound one wants TLS beyond this machine")
  func table() {
    for (index, rule) in RouteRule.all.enumerated() {
      for other in RouteRule.all[..<index] { #expect(other.method != rule.method || other.pattern != rule.pattern) }
      if rule.role != nil { #expect(rule.transport != .none, "\(rule.pattern)") }
      if rule.method != .get { #expect(rule.rate != .reading, "\(rule.pattern)") }
    }
  }

  @Test("talk may call and not let others in; admin may both")
  func roles() throws {
    var control = door()
    let talk = Credentials(cookie: try control.letIn("phone"))
    let admin = Credentials(cookie: try control.letIn("tablet", .admin))
    func isAllowed(_ verdict: AccessVerdict) -> Bool {
      if case .allowed = verdict { return true }
      return false
    }
    #expect(isAllowed(control.ask(.post, "/call", as: talk)))
    #expect(isAllowed(control.ask(.post, "/call", as: admin)))
    let refused = control.ask(.get, "/api/paired", as: talk)
    guard case .denied(.needsAdmin, _) = refused else { return #expect(Bool(false), "talk sees the list") }
    #expect(isAllowed(control.ask(.get, "/api/paired", as: admin)))
    #expect(control.counters.denied == 1)
  }

  @Test("a token that was shown in the clear counts for nothing")
  func clear() throws {
    var control = door()
    let shown = Credentials(bearer: try control.letIn("phone"))
    guard case .denied(.needsTLS, _) = control.ask(.get, "/api/status", .plain, as: shown) else {
      return #expect(Bool(false), "served in the clear")
    }
    guard case .allowed(_, .anonymous) = control.ask(.get, "/api/me", .plain, as: shown) else {
      return #expect(Bool(false), "known in the clear")
    }
    guard case .allowed(_, .paired) = control.ask(.get, "/api/me", .plain, from: .loopbackV4, as: shown) else {
      return #expect(Bool(false), "not known on this machine")
    }
  }

  @Test("unknown paths, other methods and OPTIONS are told apart")
  func others() {
    var control = door()
    #expect(control.ask(.get, "/nothing") == .noRoute)
    #expect(control.ask(.get, "/call/7/8") == .noRoute)
    #expect(control.ask(.get, "/api") == .noRoute)
    #expect(control.ask(.delete, "/call") == .otherMethods([.get, .post]))
    guard case .allowed(_, .anonymous) = control.ask(.options, "/call/7", .plain) else {
      return #expect(Bool(false), "OPTIONS is refused")
    }
  }

  @Test("an address that asks too often waits; another does not; the bell has its own rate")
  func rates() {
    var control = door()
    for _ in 0..<3 {
      guard case .allowed = control.ask(.post, "/bell", .plain) else { return #expect(Bool(false), "no bell") }
    }
    #expect(control.ask(.post, "/bell", .plain) == .tooMany(waitSeconds: 10))
    #expect(control.ask(.post, "/bell", .plain, at: ms(9_000)) == .tooMany(waitSeconds: 1))
    guard case .allowed = control.ask(.post, "/bell", .plain, at: ms(10_001)) else {
      return #expect(Bool(false), "the bell stays silent")
    }
    guard case .allowed = control.ask(.post, "/bell", .plain, from: stranger) else {
      return #expect(Bool(false), "another address is refused")
    }
    guard case .allowed = control.ask(.get, "/", .plain) else { return #expect(Bool(false), "the page is refused") }
    #expect(control.counters.rateLimited == 2)
  }

  @Test("guessing tokens is counted; a cookie of another name, and two Authorization fields, let nobody in")
  func fields() throws {
    var control = door()
    let token = try control.letIn("phone")
    let good = Credentials(cookies: ["a=b; intercom=\(token); c=d"], authorizations: [])
    #expect(good.token == token && control.who(good).role == .talk)
    let bearer = Credentials(cookies: [], authorizations: ["bEARER  \(token)"])
    #expect(bearer.token == token)
    for wrong in [
      Credentials(cookies: ["xintercom=\(token)"], authorizations: []),
      Credentials(cookies: ["intercom=\(token)x"], authorizations: []),
      Credentials(cookies: ["intercom=\(token)"], authorizations: ["Basic abc"]),
      Credentials(cookies: [], authorizations: ["Bearer \(token)", "Bearer \(token)"]),
      Credentials(cookies: [], authorizations: ["Bearer"]),
      Credentials(cookies: ["intercom="], authorizations: []),
    ] {
      #expect(control.who(wrong).role == nil)
    }
    #expect(control.counters.badTokens == 5)
    #expect(Credentials.setCookie("T").hasPrefix("intercom=T; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age="))
  }

  @Test("another mode holds at once, and whoever was paired stays so")
  func configure() throws {
    var control = door()
    let shown = Credentials(cookie: try control.letIn("phone"))
    control.configure(.open, token: nil)
    #expect(control.who(Credentials()) == .everybody)
    control.configure(.paired, token: nil)
    #expect(control.who(Credentials()) == .anonymous)
    #expect(control.who(shown).role == .talk)
  }
}
