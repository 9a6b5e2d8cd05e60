// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The control socket: lines of JSON between the poller and whoever decides.
//
// ORDER OF CALLS. In every turn `handle(at:)`, then `nextRequest()` until nil, each answered by `reply` at once. A
// client's next line is read once its reply has been taken, so what a client can make wait is one reply.

import Core
import Host
import Linux
import Web

/// The control socket and its clients.
final class ControlServer {
  /// A client, as long as it is there.
  struct ClientID: Equatable {
    fileprivate let index: Int
    fileprivate let generation: UInt64
  }

  private final class Client {
    let generation: UInt64
    var connection: UnixConnection
    var lines = LineCutter(limitBytes: Limits.controlLineBytesMax)
    var output: [UInt8] = []
    var written = 0
    /// When it last took or sent a byte.
    var activity: Instant
    var hasEnded = false
    /// Whether a request of its was handed out and not answered.
    var isAsking = false

    init(_ connection: consuming UnixConnection, generation: UInt64, at now: Instant) {
      self.connection = connection
      self.generation = generation
      activity = now
    }

    var isWriting: Bool { written < output.count }
  }

  private let host: ServiceHost
  private var listener: UnixListener
  private var clients = [Client?](repeating: nil, count: Limits.controlClientsMax)
  private var generations: UInt64 = 0
  private let buffer = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
  /// When accepting goes on after the kernel refused; nil: it goes on.
  private var pausedUntil: Instant?

  private static let listenerToken = ServiceHost.foreignToken + 500
  private static let clientToken = ServiceHost.foreignToken + 501

  /// Listens at `path`; the members of `group`, a name or a number, may use it too.
  init(listeningAt path: String, group: String?, host: ServiceHost) throws(ControlSocketError) {
    self.host = host
    var number: UInt32?
    if let group {
      number = Machine.group(named: group)
      guard number != nil else { throw .noGroup(group) }
    }
    do throws(LinuxError) {
      listener = try UnixListener(listeningAt: path, group: number)
      try host.poller.add(listener.number, for: .readable, token: Self.listenerToken)
    } catch { throw .socket(path: path, group: group, error) }
  }

  deinit { buffer.base?.deallocate() }

  /// When the loop has to come back.
  func pollTimeout() -> Instant {
    var next = pausedUntil ?? .never
    for client in clients {
      if let client, client.isWriting { next = min(next, client.activity + Self.writePatience) }
    }
    return next
  }

  /// Takes in what the poller saw, and the time.
  func handle(at now: Instant) {
    if let paused = pausedUntil, paused <= now { watchListener(.readable, until: nil) }
    for index in host.foreign.indices {
      let event = host.foreign[index]
      if event.token == Self.listenerToken { accept(at: now) }
      if event.token >= Self.clientToken, event.token < Self.clientToken + UInt64(Limits.controlClientsMax) {
        handle(event.readiness, Int(event.token - Self.clientToken), at: now)
      }
    }
    for index in clients.indices {
      guard let client = clients[index], client.isWriting, now >= client.activity + Self.writePatience else { continue }
      clients[index] = nil
    }
  }

  /// The next request that waits for its `reply`, or nil. Lines that are none are answered here.
  func nextRequest() -> (client: ClientID, request: ControlRequest)? {
    for index in clients.indices {
      guard let client = clients[index] else { continue }
      let id = ClientID(index: index, generation: client.generation)
      while clients[index] != nil, !client.isWriting, !client.isAsking, let line = client.lines.poll() {
        client.isAsking = true
        do throws(ControlProblem) { return (id, try Self.parse(line)) } catch { reply(.refused(error.text), to: id) }
      }
      if client.hasEnded, !client.isWriting, !client.isAsking { clients[index] = nil }
    }
    return nil
  }

  /// Answers the request that `client` waits for; one that has gone is passed over.
  func reply(_ reply: ControlReply, to client: ClientID) {
    guard let found = clients[client.index], found.generation == client.generation else { return }
    found.isAsking = false
    found.output = reply.line()
    found.written = 0
    found.activity = host.now
    write(client.index)
  }

  /// Ends, and takes the path away.
  func finish() {
    for index in clients.indices { clients[index] = nil }
    listener.remove()
  }

  private static let writePatience = Instant.Span.milliseconds(Limits.controlWriteMilliseconds)

  private static func parse(_ line: CutLine) throws(ControlProblem) -> ControlRequest {
    guard case .line(let bytes) = line else { throw .tooLong }
    let result: Result<ControlRequest, ControlProblem> = bytes.withByteView { view in
      do throws(ControlProblem) { return .success(try ControlRequest.parse(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  // MARK: Connections

  private func accept(at now: Instant) {
    do throws(LinuxError) {
      while let connection = try listener.accept() {
        let index = roomForClient()
        generations += 1
        try host.poller.add(connection.number, for: .readable, token: Self.clientToken + UInt64(index))
        clients[index] = Client(connection, generation: generations, at: now)
      }
    } catch {
      // Out of descriptors or memory: it stays in the queue; looking at it at every turn would spin.
      watchListener([], until: now + .milliseconds(100))
    }
  }

  /// A free place; when there is none, the client that has been quiet longest makes room.
  private func roomForClient() -> Int {
    var oldest = 0
    for index in clients.indices {
      guard let client = clients[index] else { return index }
      if let other = clients[oldest], client.activity < other.activity { oldest = index }
    }
    clients[oldest] = nil
    return oldest
  }

  private func watchListener(_ interest: Readiness, until pause: Instant?) {
    pausedUntil = pause
    // The listener was added at the beginning; changing its watch cannot fail then.
    try? host.poller.modify(listener.number, for: interest, token: Self.listenerToken)
  }

  private func handle(_ readiness: Readiness, _ index: Int, at now: Instant) {
    guard let client = clients[index] else { return }
    if client.isWriting {
      if readiness.contains(.hangUp) { return clients[index] = nil }
      client.activity = readiness.contains(.writable) ? now : client.activity
      return write(index)
    }
    switch client.connection.read(into: buffer) {
    case .bytes(let count):
      client.activity = now
      client.lines.handle(buffer.readOnly[0..<count])
    case .wouldBlock: break
    case .endOfStream:
      // What it asked before is answered yet, for clients such as `nc -N`; what never ends in a line is not.
      client.hasEnded = true
      watch(index)
    case .reset, .failed: clients[index] = nil
    }
  }

  private func write(_ index: Int) {
    guard let client = clients[index] else { return }
    while client.isWriting {
      let result = client.output.withByteView { client.connection.write($0.dropFirst(client.written)) }
      guard case .bytes(let count) = result else {
        guard case .wouldBlock = result else { return clients[index] = nil }
        break
      }
      client.written += count
    }
    if !client.isWriting {
      client.output = []
      client.written = 0
    }
    watch(index)
  }

  private func watch(_ index: Int) {
    guard let client = clients[index] else { return }
    // While a reply waits nothing more is read; after the end of input there is nothing more to read.
    let interest: Readiness = client.isWriting ? .writable : (client.hasEnded ? [] : .readable)
    // A failure shows at the next read or write.
    try? host.poller.modify(client.connection.number, for: interest, token: Self.clientToken + UInt64(index))
  }
}

/// Why there is no control socket.
enum ControlSocketError: Error {
  /// [control] group names none of this machine.
  case noGroup(String)
  /// The socket could not be made at `path`, for members of `group`.
  case socket(path: String, group: String?, LinuxError)

  /// What is wrong, and what helps.
  var text: String {
    switch self {
    case .noGroup(let group): "no control socket: there is no group \(group); groupadd --system \(group)"
    case .socket(let path, let group, let error):
      switch error.errno {
      case LinuxError.addressInUse:
        "no control socket: another intercom listens at \(path); stop it, or set [control] socket to another path"
      case LinuxError.exists:
        "no control socket: \(path) is there and is no socket; remove it, or set [control] socket to another path"
      case LinuxError.notFound: "no control socket: the folder of \(path) is not there"
      case LinuxError.notPermitted:
        "no control socket: \(path) cannot be given to the group \(group ?? "") unless the service's user is a member"
      case LinuxError.accessDenied: "no control socket: \(path): \(error.text); the folder has to be the service's own"
      default: "no control socket: \(path): \(error.text)"
      }
    }
  }
}

/// Where the control socket is.
enum ControlPath {
  /// Where a command looks for the service when nobody says otherwise: where the unit puts it.
  static let standard = "/run/intercom/control"

  /// Where `run` listens: `setting`, else in the folder that the service manager gave for running; nil: nowhere.
  static func ofService(setting: String?) -> String? {
    if let setting { return setting }
    guard let folders = Program.environment("RUNTIME_DIRECTORY"), !folders.utf8.isEmpty else { return nil }
    // More than one are separated by colons (systemd.exec(5)); the first is the service's own.
    return String(decoding: folders.utf8.prefix { $0 != 0x3A }, as: UTF8.self) + "/control"
  }
}
