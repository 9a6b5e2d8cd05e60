// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A network in memory and virtual time: delay, jitter, loss, duplicates and reordering from one seed.

public import Core

/// A network in memory and virtual time. Datagrams go in with their endpoints and come out, some of them, later.
public struct SimulatedNetwork: ~Copyable {
  /// What the network does to datagrams.
  public struct Conditions: Sendable, BitwiseCopyable {
    /// How many of 100 are lost.
    public var lossPercent = 0
    /// How many are lost in a row, in the mean; 1 and less: each by itself. Each far end has its own runs.
    public var lossRunPackets = 1.0
    /// How many of 100 come twice.
    public var duplicatePercent = 0
    /// How many of 100 are held back long enough for later ones to overtake them.
    public var reorderPercent = 0
    /// The least time one takes.
    public var delay = Instant.Span.milliseconds(1)
    /// The most that is added at random.
    public var jitter = Instant.Span.zero

    /// A clean network with a delay of 1 ms.
    public init() {}
  }

  private struct Flying {
    let arrival: Instant
    let order: Int
    let bytes: [UInt8]
    let from: Endpoint
    let to: Endpoint
  }

  /// What the network does; may be changed at any time.
  public var conditions: Conditions
  /// Whether nothing gets through any more.
  public var isCut = false
  /// Datagrams handed in.
  public private(set) var sent = 0
  /// Datagrams lost.
  public private(set) var lost = 0
  private var flying: [Flying] = []
  /// Where a run of losses is under way.
  private var losing: [Endpoint] = []
  private var randomness: Randomness
  private var order = 0

  /// A network that does as `conditions` say, with chance from `randomness`.
  public init(conditions: Conditions, randomness: consuming Randomness) {
    self.conditions = conditions
    self.randomness = randomness
  }

  /// Takes a datagram from its `local` to its `remote` endpoint.
  public mutating func send(_ datagram: borrowing Datagram, at now: Instant) {
    sent += 1
    guard !isCut, !loses(datagram) else {
      lost += 1
      return
    }
    fly(datagram, at: now)
    if randomness.chance(percent: conditions.duplicatePercent) { fly(datagram, at: now) }
  }

  /// With runs: Gilbert's model, in which a run ends with chance 1 / r and begins so often that the share is right.
  private mutating func loses(_ datagram: borrowing Datagram) -> Bool {
    let run = conditions.lossRunPackets
    guard run > 1, conditions.lossPercent > 0, conditions.lossPercent < 100 else {
      return randomness.chance(percent: conditions.lossPercent)
    }
    let share = Double(conditions.lossPercent) / 100
    if let place = losing.firstIndex(of: datagram.remote) {
      guard randomness.unit() < 1 / run else { return true }
      losing.remove(at: place)
      return false
    }
    guard randomness.unit() < share / (run * (1 - share)) else { return false }
    losing.append(datagram.remote)
    return true
  }

  private mutating func fly(_ datagram: borrowing Datagram, at now: Instant) {
    var arrival = now + conditions.delay
    if conditions.jitter > .zero {
      arrival += Instant.Span(nanoseconds: Int64(randomness.unit() * Double(conditions.jitter.nanoseconds)))
    }
    if randomness.chance(percent: conditions.reorderPercent) { arrival += .milliseconds(25) }
    let new = Flying(
      arrival: arrival, order: order, bytes: datagram.bytes.array(), from: datagram.local, to: datagram.remote)
    order += 1
    let place = flying.firstIndex { arrival < $0.arrival } ?? flying.count
    flying.insert(new, at: place)
  }

  /// When the next datagram arrives; `.never` when none is on its way.
  public var nextArrival: Instant { flying.first?.arrival ?? .never }

  /// Takes out the next datagram that has arrived by `now`; false when there is none. `remote` is whom it is from,
  /// `local` whom it is for.
  public mutating func receive(into datagram: inout Datagram, at now: Instant) -> Bool {
    guard let first = flying.first, first.arrival <= now else { return false }
    flying.removeFirst()
    first.bytes.withByteView { _ = datagram.assign($0) }
    datagram.remote = first.from
    datagram.local = first.to
    return true
  }
}
