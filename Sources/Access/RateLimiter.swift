// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How many requests each client may make: one token bucket an address, in a bounded table.

public import Core

/// Token buckets by client address; an IPv6 client is its /64 network, since it may pick any address there.
public struct RateLimiter: Sendable {
  private struct Bucket {
    var client: IPAddress
    /// In milliseconds: what a request costs is the class's interval.
    var credit: Int
    var updated: Instant
  }

  private let rate: RateClass
  private var buckets: [Bucket] = []

  /// A limiter that has seen nobody.
  public init(_ rate: RateClass = .signaling) { self.rate = rate }

  /// How many clients are remembered, 0 ... Limits.callRateClientsMax.
  public var clientCount: Int { buckets.count }

  /// Takes one token of `address`: 0 when there was one, else after how many whole seconds there will be.
  public mutating func waitSeconds(for address: IPAddress, at now: Instant) -> Int {
    let index = bucketIndex(Self.client(address), at: now)
    let missing = rate.intervalMilliseconds - buckets[index].credit
    guard missing > 0 else {
      buckets[index].credit -= rate.intervalMilliseconds
      return 0
    }
    return max(1, (missing + 999) / 1000)
  }

  /// After how many whole seconds `address` may ask, 0: at once. Takes nothing.
  public func missingSeconds(of address: IPAddress, at now: Instant) -> Int {
    let client = Self.client(address)
    for bucket in buckets where bucket.client == client {
      let missing = rate.intervalMilliseconds - refilled(bucket, at: now).credit
      return missing > 0 ? max(1, (missing + 999) / 1000) : 0
    }
    return 0
  }

  private static func client(_ address: IPAddress) -> IPAddress {
    let plain = address.unmapped
    return plain.family == .v4 || plain.isLoopback ? plain : IPAddress(v6High: plain.high, low: 0)
  }

  private var full: Int { rate.burst * rate.intervalMilliseconds }

  private mutating func bucketIndex(_ client: IPAddress, at now: Instant) -> Int {
    for index in buckets.indices where buckets[index].client == client {
      buckets[index] = refilled(buckets[index], at: now)
      return index
    }
    let fresh = Bucket(client: client, credit: full, updated: now)
    if buckets.count < Limits.callRateClientsMax {
      buckets.append(fresh)
      return buckets.count - 1
    }
    // Forgetting the fullest bucket gives away the least.
    var fullest = 0
    for index in buckets.indices {
      buckets[index] = refilled(buckets[index], at: now)
      if buckets[index].credit > buckets[fullest].credit { fullest = index }
    }
    buckets[fullest] = fresh
    return fullest
  }

  private func refilled(_ bucket: Bucket, at now: Instant) -> Bucket {
    let elapsed = min((now - bucket.updated).milliseconds, full)
    guard elapsed > 0 else { return bucket }
    return Bucket(client: bucket.client, credit: min(full, bucket.credit + elapsed), updated: now)
  }
}
