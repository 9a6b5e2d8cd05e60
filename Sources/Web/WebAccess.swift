// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The checks that keep pages from elsewhere, open in a browser of this network, from using that browser's way in here.
//
// A browser can be used on behalf of any page: by a plain cross-origin request (its Origin field tells, or Sec-Fetch-Site), or
// by a name that first resolves to the page's server and then to this address (DNS rebinding; its Host field tells, since it is
// not a name of ours). Who somebody is, Access finds out afterwards.

public import Core

/// Which hosts and origins are accepted.
public struct WebAccess: Sendable {
  /// Names accepted in the Host field beside `localhost`, loopback addresses and the address that was connected to.
  public var hosts: [String]
  /// Origins, such as "http://panel.example:9000", whose pages may place calls beside pages of the same host.
  public var origins: [String]

  /// Access by these further names and origins.
  public init(hosts: [String] = [], origins: [String] = []) {
    self.hosts = hosts
    self.origins = origins
  }

  /// What becomes of a request.
  public enum Verdict: Equatable, Sendable {
    /// It is served; a page of `origin` may read the response.
    case allowed(origin: String?)
    /// 403: the Host field names somebody else.
    case foreignHost
    /// 403: a page of another origin would change something here, or look at what is not for it.
    case foreignOrigin
  }

  /// Judges a request that came to the address `local`.
  public func verdict(
    on request: HTTPRequest, to local: IPAddress, over transport: Transport = .plain
  ) -> Verdict {
    if let authority = request.authority, !isOurs(authority, local) { return .foreignHost }
    let written = request.fields.all("Origin")
    if let origin = written.first, written.count == 1,
      isSameHost(origin, request.authority, transport) || origins.contains(where: { $0.hasBytes(of: origin) })
    {
      return .allowed(origin: origin)
    }
    let isForeign = !written.isEmpty
    switch request.method {
    case .options: return .allowed(origin: nil)
    case .get, .head:
      // A foreign page cannot read the answer; that it should not hold an event stream open either, browsers say themselves.
      return isSentFromElsewhere(request) && request.target.utf8.starts(with: "/api/".utf8)
        ? .foreignOrigin : .allowed(origin: nil)
    default: return isForeign || isSentFromElsewhere(request) ? .foreignOrigin : .allowed(origin: nil)
    }
  }

  /// Whether the browser says that a page of another origin sent it (Fetch Metadata). Programs say nothing.
  private func isSentFromElsewhere(_ request: HTTPRequest) -> Bool {
    for site in request.fields.all("Sec-Fetch-Site")
    where !site.hasBytes(of: "same-origin") && !site.hasBytes(of: "none") { return true }
    return false
  }

  private func isOurs(_ authority: HTTPAuthority, _ local: IPAddress) -> Bool {
    if let address = authority.address?.unmapped { return address.isLoopback || address == local.unmapped }
    if authority.host.hasBytes(of: "localhost") { return true }
    return hosts.contains { $0.hasBytesIgnoringCase(of: authority.host) }
  }

  /// Whether a page of `origin` comes from here. In the clear its scheme may be https: a proxy in front of us took TLS off. Over
  /// TLS it may not be http, for anybody on the way may have changed such a page.
  private func isSameHost(_ origin: String, _ authority: HTTPAuthority?, _ transport: Transport) -> Bool {
    let bytes = Array(origin.utf8)
    guard let authority, let colon = bytes.firstIndex(of: ASCII.colon), bytes[colon...].starts(with: "://".utf8),
      let other = HTTPAuthority(String(bytes: bytes[(colon + 3)...]))
    else { return false }
    let isSecure = bytes[..<colon].elementsEqual("https".utf8)
    guard isSecure || (transport == .plain && bytes[..<colon].elementsEqual("http".utf8)) else { return false }
    let usual: UInt16 = isSecure ? 443 : 80
    return other.host.hasBytes(of: authority.host) && (other.port ?? usual) == (authority.port ?? usual)
  }
}
