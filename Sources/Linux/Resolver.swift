// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Looking names up without ever holding up the loop thread.
//
// DESIGN. getaddrinfo waits for seconds, so it has a thread of its own, started at the first look-up: two rings and two
// eventfds join it with the loop thread. musl knows /etc/hosts and DNS; names ending in .local are not found.
//
// Order of calls: `resolve`; when `number` is readable, `next` until nil. A thread that is in the middle of a look-up
// when the resolver goes ends by itself once that is over.

import CLinux
public import Core
import Synchronization

/// What came of a name.
public struct Lookup: Sendable, BitwiseCopyable {
  /// What `resolve` was given.
  public let token: UInt64
  /// The addresses, the best first; empty when it failed.
  public fileprivate(set) var addresses = LookupAddressList(filler: .anyV4)
  fileprivate var result: Int32 = 0

  fileprivate init(token: UInt64) { self.token = token }

  /// Whether no address came of it.
  public var isFailed: Bool { addresses.isEmpty }

  /// Why it failed, as text. Allocates.
  public var failureText: String {
    if result <= -10_000 { return textFrom(atMost: 96) { clinux_resolve_text(result, $0, $1) } }
    return result < 0 ? LinuxError(call: "getaddrinfo", errno: -result).text : "the name has no address"
  }
}

/// What a resolver has done, as totals.
public struct ResolverCounters: Sendable, BitwiseCopyable {
  /// Names that got an address.
  public var found: UInt64 = 0
  /// Names that did not.
  public var failed: UInt64 = 0
  /// Names that were refused because too many were waiting, or because they cannot be names.
  public var refused: UInt64 = 0

  /// Nothing done yet.
  public init() {}
}

/// Looks host names up on a thread of its own. Owned by the loop thread.
public struct Resolver: ~Copyable {
  private let desk: ResolverDesk
  private var requests: Producer<LookupRequest>
  private var answers: Consumer<Lookup>
  private var isStarted = false
  private var waiting = 0
  /// What it has done.
  public private(set) var counters = ResolverCounters()

  /// A resolver whose thread has not started.
  public init() throws(LinuxError) {
    let requests = Ring<LookupRequest>(capacity: Limits.lookupsMax)
    let answers = Ring<Lookup>(capacity: Limits.lookupsMax)
    self.requests = requests.takeProducer()
    self.answers = answers.takeConsumer()
    desk = try ResolverDesk(requests: requests, answers: answers)
  }

  deinit { desk.close() }

  /// What to watch for `.readable`.
  public var number: Int32 { desk.answered.number }

  /// Begins to look `name` up (an address as text is fine too); the answer carries `token`. False when it is refused:
  /// too many are waiting, or it cannot be a name. Throws when the thread cannot be started.
  public mutating func resolve(_ name: String, token: UInt64) throws(LinuxError) -> Bool {
    var request = LookupRequest(token: token)
    guard waiting < Limits.lookupsMax, name.withByteView({ request.assign($0) }) else {
      counters.refused += 1
      return false
    }
    if !isStarted {
      try desk.start()
      isStarted = true
    }
    guard requests.push(request) else {
      counters.refused += 1
      return false
    }
    waiting += 1
    desk.asked.button.ring()
    return true
  }

  /// The next answer, or nil when there is none (yet).
  public mutating func next() -> Lookup? {
    _ = desk.answered.drain()
    guard let lookup = answers.pop() else { return nil }
    waiting -= 1
    if lookup.isFailed { counters.failed += 1 } else { counters.found += 1 }
    return lookup
  }
}

/// A name on its way to the thread, with a zero behind it.
private struct LookupRequest: BitwiseCopyable {
  let token: UInt64
  var name = HostNameStorage(repeating: 0)

  init(token: UInt64) { self.token = token }

  mutating func assign(_ bytes: ByteView) -> Bool {
    guard !bytes.isEmpty, bytes.count <= Limits.hostNameBytesMax else { return false }
    for index in bytes.indices {
      // What is not printable ASCII is in no host name; a zero would cut it.
      guard bytes[index] > 0x20, bytes[index] < 0x7F else { return false }
      name[index] = bytes[index]
    }
    return true
  }
}

/// What both threads hold: the rings, the bells, and whether it is over.
private final class ResolverDesk: @unchecked Sendable {
  let asked: Doorbell.Waiting
  let answered: Doorbell
  private let requests: Ring<LookupRequest>
  private let answers: Ring<Lookup>
  private let isClosed = Atomic<Bool>(false)

  init(requests: Ring<LookupRequest>, answers: Ring<Lookup>) throws(LinuxError) {
    self.requests = requests
    self.answers = answers
    asked = try Doorbell.Waiting()
    answered = try Doorbell()
  }

  func start() throws(LinuxError) {
    let context = Unmanaged.passRetained(self)
    do throws(LinuxError) {
      try Thread.startDetached(name: "resolver", entry: resolverThread, context: context.toOpaque())
    } catch {
      context.release()
      throw error
    }
  }

  func close() {
    isClosed.store(true, ordering: .releasing)
    asked.button.ring()
  }

  /// The thread's life: wait for a bell, answer what was asked.
  func serve() {
    var requests = requests.takeConsumer()
    var answers = answers.takeProducer()
    while !isClosed.load(ordering: .acquiring) {
      asked.wait()
      while !isClosed.load(ordering: .acquiring), let request = requests.pop() {
        let pushed = answers.push(Self.look(up: request))
        precondition(pushed, "the resolver has more answers than requests")
        answered.button.ring()
      }
    }
  }

  private static func look(up request: LookupRequest) -> Lookup {
    var lookup = Lookup(token: request.token)
    var name = request.name
    withUnsafeTemporaryAllocation(of: clinux_endpoint.self, capacity: Limits.lookupAddressesMax) { buffer in
      buffer.initialize(repeating: clinux_endpoint())
      lookup.result = withUnsafeBytes(of: &name) {
        clinux_resolve(
          $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self), buffer.baseAddress,
          Int32(Limits.lookupAddressesMax))
      }
      for index in 0..<max(0, Int(lookup.result)) { lookup.addresses.append(buffer[index].endpoint.address) }
    }
    return lookup
  }
}

/// The resolver's thread. A free function: an entry written as a closure can trap off the main thread.
private func resolverThread(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<ResolverDesk>.fromOpaque(context).takeRetainedValue().serve()
}
