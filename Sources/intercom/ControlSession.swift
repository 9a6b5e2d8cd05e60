// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One connection to the control socket of a running service, for one request or many.

import Core
import Linux
import Web

/// A connection to the running service.
struct ControlSession: ~Copyable {
  private var connection: UnixConnection
  private var cutter = LineCutter(limitBytes: Limits.jsonBytesMax)
  private let path: String

  /// Connects to the service at `path`.
  init(path: String) throws(ControlCommand.Failure) {
    self.path = path
    do throws(LinuxError) { connection = try UnixConnection(connectingTo: path) } catch {
      throw Self.failure(error, path)
    }
  }

  /// Sends a request and waits for the line that answers it.
  mutating func ask(_ request: ControlRequest) throws(ControlCommand.Failure) -> [UInt8] {
    do throws(LinuxError) { return try exchange(request) } catch { throw Self.failure(error, path) }
  }

  private mutating func exchange(_ request: ControlRequest) throws(LinuxError) -> [UInt8] {
    let deadline = Clock.now() + .milliseconds(Limits.controlReplyMilliseconds)
    let line = request.line()
    // A request is far smaller than a socket's buffer: it goes at once, or there is no service.
    let sent = line.withByteView { connection.write($0) }
    guard case .bytes(line.count) = sent else { throw LinuxError(call: "send", errno: LinuxError.connectionReset) }
    while try connection.waitReadable(until: deadline) {
      switch read() {
      case .bytes: break
      case .wouldBlock: continue
      case .endOfStream, .reset: throw LinuxError(call: "recv", errno: LinuxError.connectionReset)
      case .failed(let error): throw error
      }
      switch cutter.poll() {
      case .line(let line)?: return line
      case .tooLong?: throw LinuxError(call: "recv", errno: LinuxError.tooLarge)
      case nil: continue
      }
    }
    throw LinuxError(call: "recv", errno: LinuxError.timedOut)
  }

  private mutating func read() -> StreamResult {
    var bytes = [UInt8](repeating: 0, count: Limits.httpReadBytesMax)
    let result = bytes.withUnsafeMutableBytes { connection.read(into: MutableByteView($0)) }
    if case .bytes(let count) = result { bytes.withByteView { cutter.handle($0.prefix(count)) } }
    return result
  }

  private static func failure(_ error: LinuxError, _ path: String) -> ControlCommand.Failure {
    switch error.errno {
    case LinuxError.notFound, LinuxError.connectionRefused: .noService(path: path, error)
    case LinuxError.accessDenied:
      .broken(path: path, "\(error.text); be root, or a member of the group in [control] group")
    case LinuxError.connectionReset: .broken(path: path, "the service has ended the connection")
    case LinuxError.timedOut: .broken(path: path, "the service does not answer")
    default: .broken(path: path, error.text)
    }
  }
}
