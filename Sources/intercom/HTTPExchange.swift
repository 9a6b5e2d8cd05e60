// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One request and its response, waited for: for commands that do nothing else, never for the loop thread.

import Core
import Linux
import Security
import Web

/// Whom a request goes to.
struct HTTPTarget {
  /// A name, or an address without brackets.
  var host: String
  var port: UInt16
  /// What is believed over TLS; nil: in the clear.
  var trust: TLSTrust?

  /// Host and port as the Host field writes them.
  var authority: HTTPAuthority? {
    HTTPAuthority(IPAddress(host)?.family == .v6 ? "[\(host)]:\(port)" : "\(host):\(port)")
  }
}

/// Exchanges a request for a response.
struct HTTPExchange: ~Copyable {
  /// Why there is no response, as a sentence.
  struct Failure: Error {
    let text: String
  }

  private var poller: Poller
  private let deadline: Instant
  private var reader = HTTPResponseReader()
  private let buffer = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))

  /// The response to the request that `make` builds, which is told the address that we have on the way there.
  static func send(_ target: HTTPTarget, _ make: (IPAddress) -> HTTPRequest) -> Result<HTTPResponse, Failure> {
    do throws(LinuxError) {
      var exchange = try HTTPExchange()
      return try exchange.run(target, make)
    } catch { return .failure(Failure(text: "\(target.host) cannot be reached: \(error.text).")) }
  }

  private init() throws(LinuxError) {
    poller = try Poller()
    deadline = Clock.now() + .milliseconds(Limits.httpResponseMilliseconds)
  }

  deinit { buffer.base?.deallocate() }

  private mutating func run(
    _ target: HTTPTarget, _ make: (IPAddress) -> HTTPRequest
  ) throws(LinuxError) -> Result<HTTPResponse, Failure> {
    for address in try addresses(target.host) {
      var connection = try TCPConnection(connectingTo: Endpoint(address, port: target.port))
      try poller.add(connection.number, for: .writable, token: 1)
      try wait()
      guard case .connected = connection.connectResult() else { continue }
      var request = make(try connection.local().address)
      request.authority = target.authority
      request.fields.add("Connection", "close")
      reader.expect(request.method)
      var bytes: [UInt8] = []
      request.write(into: &bytes)
      guard let trust = target.trust else { return try plain(&connection, bytes) }
      return try secure(&connection, bytes, target.host, trust)
    }
    return .failure(Failure(text: "\(target.host) cannot be reached."))
  }

  private mutating func addresses(_ host: String) throws(LinuxError) -> [IPAddress] {
    if let address = IPAddress(host) { return [address] }
    var resolver = try Resolver()
    try poller.add(resolver.number, for: .readable, token: 0)
    guard try resolver.resolve(host, token: 0) else { return [] }
    while true {
      if let lookup = resolver.next() {
        var found: [IPAddress] = []
        for index in lookup.addresses.indices { found.append(lookup.addresses[index]) }
        try poller.remove(resolver.number)
        return found
      }
      try wait()
    }
  }

  /// Waits for the socket, or throws once the time is over.
  private mutating func wait() throws(LinuxError) {
    while true {
      let now = Clock.now()
      guard now < deadline else { throw LinuxError(call: "wait", errno: LinuxError.timedOut) }
      if try poller.wait(until: deadline, at: now) > 0 { return }
    }
  }

  private mutating func plain(
    _ connection: inout TCPConnection, _ bytes: [UInt8]
  ) throws(LinuxError) -> Result<HTTPResponse, Failure> {
    var sent = 0
    while true {
      if sent < bytes.count {
        let result = bytes.withByteView { connection.write($0.dropFirst(sent)) }
        switch result {
        case .bytes(let count): sent += count
        case .wouldBlock: break
        default: return .failure(Self.cutOff)
        }
      }
      try poller.modify(connection.number, for: sent < bytes.count ? .writable : .readable, token: 1)
      try wait()
      guard sent == bytes.count else { continue }
      switch connection.read(into: buffer) {
      case .bytes(let count): if let response = take(buffer.readOnly.prefix(count)) { return response }
      case .wouldBlock: continue
      case .endOfStream: return end()
      default: return .failure(Self.cutOff)
      }
    }
  }

  private mutating func secure(
    _ connection: inout TCPConnection, _ bytes: [UInt8], _ host: String, _ trust: TLSTrust
  ) throws(LinuxError) -> Result<HTTPResponse, Failure> {
    let plaintext = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
    defer { plaintext.base?.deallocate() }
    var channel: TLSChannel
    do throws(TLSError) { channel = try TLSChannel(client: host, trust: trust) } catch {
      return .failure(Failure(text: error.text))
    }
    var sent = 0
    var (waiting, hasEnded): ([UInt8], Bool) = ([], false)
    while true {
      channel.step()
      if sent < bytes.count { sent += bytes.withByteView { channel.write($0.dropFirst(sent)) } }
      while true {
        let count = channel.read(into: plaintext)
        if count == 0 { break }
        if let response = take(plaintext.readOnly.prefix(count)) { return response }
      }
      var isBroken = false
      channel.pollOutput { output in
        switch connection.write(output) {
        case .bytes(let count): return count
        case .wouldBlock: return 0
        default:
          isBroken = true
          return 0
        }
      }
      switch channel.state {
      case .failed(let error): return .failure(Failure(text: error.text))
      case .closedByPeer, .finished: return end()
      default: break
      }
      if isBroken || hasEnded { return .failure(Self.cutOff) }
      if !waiting.isEmpty {
        let taken = waiting.withByteView { channel.put($0) }
        waiting.removeFirst(taken)
        if taken > 0 { continue }
      }
      if channel.state == .established, sent < bytes.count, !channel.hasOutput { continue }
      try poller.modify(connection.number, for: channel.hasOutput ? [.readable, .writable] : .readable, token: 1)
      try wait()
      switch connection.read(into: buffer) {
      case .bytes(let count): waiting += buffer.readOnly.prefix(count).array()
      case .wouldBlock: continue
      default:
        channel.putEnd()
        hasEnded = waiting.isEmpty
      }
    }
  }

  private mutating func take(_ bytes: ByteView) -> Result<HTTPResponse, Failure>? {
    var offset = 0
    do throws(HTTPError) {
      return try reader.read(bytes, from: &offset).map { .success($0) }
    } catch { return .failure(Failure(text: "The answer is not understood. \(error.text)")) }
  }

  private mutating func end() -> Result<HTTPResponse, Failure> {
    do throws(HTTPError) {
      guard let response = try reader.end() else { return .failure(Self.cutOff) }
      return .success(response)
    } catch { return .failure(Failure(text: "The answer is not understood. \(error.text)")) }
  }

  private static var cutOff: Failure { Failure(text: "The connection was cut off before an answer.") }
}
