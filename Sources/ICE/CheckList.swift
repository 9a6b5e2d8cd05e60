// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The check list: every pair, and which one is checked next (RFC 8445 sections 6.1.2 and 6.1.4).

import Core

/// All pairs of an agent, in places that never move, so that transactions may name them; order is found by looking,
/// which for at most a hundred pairs costs less than keeping them sorted.
struct CheckList: BitwiseCopyable {
  private var pairs = CandidatePairTable<CandidatePair>(filler: CandidatePair())
  private var triggers: UInt32 = 0
  private var groups = 0

  var indices: Range<Int> { pairs.indices }

  subscript(index: Int) -> CandidatePair {
    get { pairs[index] }
    set { pairs[index] = newValue }
  }

  /// The place of the pair of two candidates.
  func index(local: Int, remote: Int) -> Int? {
    for index in pairs.indices where pairs[index].local == local && pairs[index].remote == remote {
      return index
    }
    return nil
  }

  /// A group number not used before.
  mutating func newGroup() -> Int {
    groups += 1
    return groups
  }

  /// Adds a pair in the state that its group asks for (RFC 8445 section 6.1.2.6, RFC 8838 section 12); when the list is
  /// full, the lowest pair that is not under way makes room. Nil when there is no lower one. `displaced` says whether
  /// one made room.
  mutating func add(_ pair: CandidatePair, displaced: inout Bool) -> Int? {
    var pair = pair
    pair.state = .waiting
    for index in pairs.indices where pairs[index].group == pair.group {
      if pairs[index].state == .succeeded {
        pair.state = .waiting
        break
      }
      if pairs[index].state == .waiting || pairs[index].state == .inProgress {
        pair.state = .frozen
      }
    }
    if pairs.append(pair) { return pairs.count - 1 }
    var lowest: Int?
    for index in pairs.indices {
      let other = pairs[index]
      guard !other.isValid, other.state != .inProgress, other.triggerOrder == 0 else { continue }
      // A failed pair makes room before any other.
      if other.state == .failed {
        lowest = index
        break
      }
      if other.priority < pair.priority, lowest.map({ other.priority < pairs[$0].priority }) ?? true {
        lowest = index
      }
    }
    guard let lowest else { return nil }
    displaced = true
    pairs[lowest] = pair
    return lowest
  }

  /// Puts a pair at the end of the triggered-check queue, unless it is in it.
  mutating func trigger(_ index: Int) {
    guard pairs[index].triggerOrder == 0 else { return }
    triggers &+= 1
    pairs[index].triggerOrder = triggers
  }

  /// The pair to check next: triggered ones first; when `ordinary`, then the best waiting one, then the best frozen one
  /// whose group has none waiting or under way (RFC 8445 section 6.1.4.2).
  func next(ordinary: Bool) -> Int? {
    var best: Int?
    for index in pairs.indices where pairs[index].triggerOrder != 0 {
      if best.map({ pairs[index].triggerOrder < pairs[$0].triggerOrder }) ?? true { best = index }
    }
    if best != nil || !ordinary { return best }
    for index in pairs.indices where pairs[index].state == .waiting {
      if best.map({ pairs[index].priority > pairs[$0].priority }) ?? true { best = index }
    }
    if best != nil { return best }
    for index in pairs.indices where pairs[index].state == .frozen {
      guard !isGroupBusy(pairs[index].group) else { continue }
      if best.map({ pairs[index].priority > pairs[$0].priority }) ?? true { best = index }
    }
    return best
  }

  private func isGroupBusy(_ group: Int) -> Bool {
    for index in pairs.indices where pairs[index].group == group {
      if pairs[index].state == .waiting || pairs[index].state == .inProgress { return true }
    }
    return false
  }

  /// Lets the frozen pairs of a group be checked.
  mutating func unfreeze(group: Int) {
    for index in pairs.indices where pairs[index].group == group && pairs[index].state == .frozen {
      pairs[index].state = .waiting
    }
  }

  /// The pair to send on: the best valid one, nominated ones before all others.
  func best() -> Int? {
    var best: Int?
    for index in pairs.indices where pairs[index].isValid {
      guard let other = best else {
        best = index
        continue
      }
      let (pair, rival) = (pairs[index], pairs[other])
      if pair.isNominated != rival.isNominated ? pair.isNominated : pair.priority > rival.priority {
        best = index
      }
    }
    return best
  }

  /// Whether a pair with more than `priority` may still become valid.
  func hasPending(above priority: UInt64) -> Bool {
    for index in pairs.indices where pairs[index].isPending && pairs[index].priority > priority {
      return true
    }
    return false
  }

  /// Whether any pair's outcome is open.
  var hasPending: Bool {
    for index in pairs.indices where pairs[index].isPending { return true }
    return false
  }

  /// How many pairs are waiting or under way, for the RTO (RFC 8445 section 14.3).
  var activeCount: Int {
    var count = 0
    for index in pairs.indices
    where pairs[index].state == .waiting || pairs[index].state == .inProgress { count += 1 }
    return count
  }

  /// The pair whose check has this transaction.
  func index(transaction: TransactionID) -> Int? {
    guard transaction != .none else { return nil }
    for index in pairs.indices where pairs[index].check.id == transaction { return index }
    return nil
  }
}
