// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom pair URL`: this intercom and another one learn each other's certificates.
//
//   GET  http://OTHER/api/me     where its HTTPS is, and the digest of its authority: trust on first use, shown for comparing
//   POST https://OTHER/api/pair  the code it shows, our name and the digest of our certificate for calls
//
// The first answer may come from anybody in the network; what it says is then pinned, so the second goes to whoever gave the first. A
// person who compares the digest rules everybody else out.

import Config
import Core
import Linux
import Security
import Web

/// `intercom pair URL`.
enum PairDeviceCommand {
  private typealias Failure = HTTPExchange.Failure

  static func run(_ options: Command.PairOptions) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(options.config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    let result: Result<(), Failure>
    do throws(Failure) {
      try pair(options, configuration.settings)
      result = .success(())
    } catch { result = .failure(error) }
    guard case .failure(let failure) = result else { return ExitCode.done }
    Terminal.complain("intercom: \(failure.text)")
    return ExitCode.failed
  }

  private static func pair(_ options: Command.PairOptions, _ settings: Settings) throws(Failure) {
    let own = try ownFingerprint(settings)
    let (target, authority) = try target(options.url ?? "")
    let code: String
    if let given = options.code { code = given } else { code = try askCode() }
    let answer = try object(
      HTTPExchange.send(target) { local in request(code, settings, own, from: local) }.get())
    guard let name = answer["name"]?.string, let written = answer["fingerprint"]?.string,
      let fingerprint = Fingerprint(setting: written)
    else {
      throw Failure(
        text: "The other side paired, but did not name its certificate for calls; is it of the same version?")
    }
    let scheme = target.trust == nil ? "http" : "https"
    var table = PeerTable(
      name: name, url: "\(scheme)://\(target.authority?.text ?? "")/call", fingerprint: fingerprint.text,
      authority: authority?.text ?? "")
    print("Paired with \"\(name)\"; its certificate for calls is \(fingerprint.text)")
    let file = options.config ?? Configuration.standardPath
    guard let why = table.append(to: file, settings) else {
      print("\(file) has a [[peer]] \"\(table.name)\" now; systemctl reload intercom lets the service know it.")
      return
    }
    print("\(why). The table for the configuration is:\n\n\(table.text)")
  }

  // MARK: Ourselves

  private static func ownFingerprint(_ settings: Settings) throws(Failure) -> Fingerprint {
    guard let directory = settings.stateDirectory else {
      throw Failure(text: "there is no state_directory, so this intercom has another certificate at each start")
    }
    let path = directory + "/identity.pem"
    let bytes: [UInt8]
    do throws(LinuxError) { bytes = try Files.read(path, limitBytes: Limits.identityFileBytesMax) } catch {
      throw Failure(text: "\(path): \(error.text); be root or the service's user, and let the service run once before")
    }
    let fingerprint: Fingerprint? = bytes.withByteView { view in
      do throws(IdentityError) { return try DTLSIdentity.restore(view).fingerprint } catch { return nil }
    }
    guard let fingerprint else { throw Failure(text: "\(path) holds no certificate with its key") }
    return fingerprint
  }

  private static func request(
    _ code: String, _ settings: Settings, _ own: Fingerprint, from local: IPAddress
  ) -> HTTPRequest {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("code", code)
    writer.name("device")
    writer.beginObject()
    writer.member("name", settings.name)
    writer.member("fingerprint", own.text)
    if let url = callURL(settings, from: local) { writer.member("url", url) }
    writer.endObject()
    writer.endObject()
    var fields = HTTPFields()
    fields.add("Content-Type", "application/json")
    return HTTPRequest(.post, "/api/pair", fields: fields, body: writer.bytes)
  }

  /// Where this intercom takes calls, seen from the other one; nil: nowhere it could reach.
  private static func callURL(_ settings: Settings, from local: IPAddress) -> String? {
    let host = local.unmapped.family == .v6 ? "[\(local.text)]" : local.unmapped.text
    if let https = settings.web.httpsEndpoint, https.port > 0 { return "https://\(host):\(https.port)/call" }
    let listen = settings.web.listen
    guard listen.port > 0, local.unmapped.isLoopback || !listen.address.unmapped.isLoopback else { return nil }
    return "http://\(host):\(listen.port)/call"
  }

  // MARK: The other one

  /// Whom to pair with, and its authority when that was learnt just now.
  private static func target(_ text: String) throws(Failure) -> (HTTPTarget, Fingerprint?) {
    let isSecure = text.utf8.starts(with: "https://".utf8)
    let rest = isSecure ? "http://" + String(decoding: Array(text.utf8.dropFirst(8)), as: UTF8.self) : text
    let url: HTTPURL
    do throws(HTTPURLError) { url = try HTTPURL(rest) } catch { throw Failure(text: "\(text): \(error.text)") }
    if isSecure {
      // Without a pin the system's authorities have to stand behind it.
      return (HTTPTarget(host: url.host, port: url.authority.port ?? 443, trust: try systemTrust()), nil)
    }
    let plain = HTTPTarget(host: url.host, port: url.port, trust: nil)
    let me = try object(HTTPExchange.send(plain) { _ in HTTPRequest(.get, "/api/me") }.get())
    print("This is \"\(me["name"]?.string ?? "?")\" at \(url.host).")
    guard let address = me["https_url"]?.string, let port = port(of: address) else {
      guard IPAddress(url.host)?.isLoopback ?? sameBytes(url.host, "localhost") else {
        throw Failure(text: "it has no HTTPS, and a pairing code does not go over the network in the clear")
      }
      return (plain, nil)
    }
    guard let digest = me["fingerprint"]?.string, let authority = Fingerprint(setting: "sha-256 " + digest) else {
      return (HTTPTarget(host: url.host, port: port, trust: try systemTrust()), nil)
    }
    print(
      "Its authority's fingerprint is\n  \(digest)\nwhich 'intercom trust' shows over there: compare before you enter a code."
    )
    return (HTTPTarget(host: url.host, port: port, trust: .authority(authority)), authority)
  }

  /// The port of an https URL.
  private static func port(of text: String) -> UInt16? {
    guard text.utf8.starts(with: "https://".utf8) else { return nil }
    let authority = text.utf8.dropFirst(8).prefix { $0 != ASCII.slash }
    return HTTPAuthority(String(decoding: Array(authority), as: UTF8.self)).map { $0.port ?? 443 }
  }

  private static func systemTrust() throws(Failure) -> TLSTrust {
    let path = "/etc/ssl/certs/ca-certificates.crt"
    let bytes: [UInt8]
    do throws(LinuxError) { bytes = try Files.read(path, limitBytes: Limits.authoritiesFileBytesMax) } catch {
      throw Failure(
        text: "\(path): \(error.text); give the other side's http:// address, so that its authority is learnt")
    }
    let authorities: TLSAuthorities? = bytes.withByteView { view in
      do throws(IdentityError) { return try TLSAuthorities.read(view) } catch { return nil }
    }
    guard let authorities else { throw Failure(text: "\(path) names no authority") }
    return .bundle(authorities)
  }

  /// The object that a response of success carries.
  private static func object(_ response: HTTPResponse) throws(Failure) -> JSONValue {
    let value: JSONValue? = response.body.withByteView { view in
      do throws(JSONError) { return try JSONReader.read(view) } catch { return nil }
    }
    guard response.status.code == 200, let value else {
      let detail = value?["detail"]?.string ?? "the other side answered \(response.status.code)"
      throw Failure(text: "not paired: \(detail)")
    }
    return value
  }

  /// The code that a person reads from the other side.
  private static func askCode() throws(Failure) -> String {
    print("Run 'intercom pair' over there. Its code:")
    var digits: [UInt8] = []
    var byte: [UInt8] = [0]
    do throws(LinuxError) {
      var input = try FileStream(reading: "/dev/stdin")
      while digits.count < 64 {
        let count = byte.withUnsafeMutableBytes { bytes in
          do throws(LinuxError) { return try input.read(into: MutableByteView(bytes)) } catch { return 0 }
        }
        if count == 0 || byte[0] == ASCII.lineFeed { break }
        if ASCII.isDigit(byte[0]) { digits.append(byte[0]) }
      }
    } catch { throw Failure(text: "no code could be read: \(error.text)") }
    guard digits.count == Limits.pairingCodeDigits else { throw Failure(text: "a code has six digits") }
    return String(decoding: digits, as: UTF8.self)
  }
}
