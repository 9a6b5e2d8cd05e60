// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How many requests each client may make: one token bucket an address, in a bounded table.

public import Core

/// Token buckets by client address; an IPv6 client is its /64 network, since it may pick any address there.
public struct RateLimiter: Sendable {
  private struct Bucket {
    var client: IPAddress
    var thousandths: Int
    var updated: Instant
  }

  private var buckets: [Bucket] = []

  /// A limiter that has seen nobody.
  public init() {}

  /// How many clients are remembered, 0 ... Limits.callRateClientsMax.
  public var clientCount: Int { buckets.count }

  /// Takes one token of `address`: 0 when there was one, else after how many whole seconds there will be.
  public mutating func waitSeconds(for address: IPAddress, at now: Instant) -> Int {
    let index = bucketIndex(Self.client(address), at: now)
    refill(index, at: now)
    guard buckets[index].thousandths < 1000 else {
      buckets[index].thousandths -= 1000
      return 0
    }
    let missing = 1000 - buckets[index].thousandths
    return max(1, (missing + Limits.callRatePerSecond * 1000 - 1) / (Limits.callRatePerSecond * 1000))
  }

  private static func client(_ address: IPAddress) -> IPAddress {
    let plain = address.unmapped
    return plain.family == .v4 || plain.isLoopback ? plain : IPAddress(v6High: plain.high, low: 0)
  }

  private mutating func bucketIndex(_ client: IPAddress, at now: Instant) -> Int {
    for index in buckets.indices where buckets[index].client == client { return index }
    let fresh = Bucket(client: client, thousandths: Limits.callRateBurst * 1000, updated: now)
    if buckets.count < Limits.callRateClientsMax {
      buckets.append(fresh)
      return buckets.count - 1
    }
    // Forgetting the fullest bucket gives away the least.
    var fullest = 0
    for index in buckets.indices {
      refill(index, at: now)
      if buckets[index].thousandths > buckets[fullest].thousandths { fullest = index }
    }
    buckets[fullest] = fresh
    return fullest
  }

  private mutating func refill(_ index: Int, at now: Instant) {
    let elapsed = min((now - buckets[index].updated).milliseconds, 1000 * Limits.callRateBurst)
    guard elapsed > 0 else { return }
    let full = Limits.callRateBurst * 1000
    buckets[index].thousandths = min(full, buckets[index].thousandths + elapsed * Limits.callRatePerSecond)
    buckets[index].updated = now
  }
}
