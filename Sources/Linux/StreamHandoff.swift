// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One direction of a sound card on its way between the thread that opens and closes it and the audio thread.
//
//   keeper: offer ─► take :audio          at most one stream is under way, so one place each way is enough
//   keeper: takeReturned ◄─ giveBack :audio
//
// DESIGN. The audio thread may neither wait nor free memory, and opening and closing a card do both. So a stream lives in
// memory of its own, and only its address changes hands, by one atomic exchange each way.

import Synchronization

/// The place where a stream changes hands. Order of calls: `offer`, `take`, `giveBack`, `takeReturned`, `offer`, ...
public final class StreamHandoff: @unchecked Sendable {
  private let offered = Atomic<UInt>(0)
  private let returned = Atomic<UInt>(0)
  private let reason = Atomic<Int32>(0)
  /// Wakes whoever closes and opens.
  private let bell: Doorbell.Button?

  /// A place with nothing in it; `bell` is rung when a stream comes back.
  public init(bell: Doorbell.Button? = nil) { self.bell = bell }

  /// Hands a stream to the audio thread. Keeper; the one before was taken back or withdrawn.
  public func offer(_ stream: consuming ALSAStream) {
    let pointer = UnsafeMutablePointer<ALSAStream>.allocate(capacity: 1)
    pointer.initialize(to: stream)
    let before = offered.exchange(UInt(bitPattern: pointer), ordering: .acquiringAndReleasing)
    precondition(before == 0, "a sound stream is offered while another one is")
  }

  /// Closes a stream that came back, and says why it did; nil when none came. Keeper.
  public func takeReturned() -> Int32? {
    guard let pointer = Self.pointer(returned.exchange(0, ordering: .acquiringAndReleasing)) else { return nil }
    let errno = reason.load(ordering: .relaxed)
    Self.close(pointer)
    return errno
  }

  /// Closes whatever lies here. Once neither thread runs any more.
  public func clear() {
    if let pointer = Self.pointer(offered.exchange(0, ordering: .acquiringAndReleasing)) { Self.close(pointer) }
    _ = takeReturned()
  }

  /// The stream that was offered, or nil. Audio thread; never waits.
  func take() -> UnsafeMutablePointer<ALSAStream>? {
    guard offered.load(ordering: .relaxed) != 0 else { return nil }
    return Self.pointer(offered.exchange(0, ordering: .acquiringAndReleasing))
  }

  /// Hands back a stream that is of no use any more, for the reason `errno`. Audio thread; never waits.
  func giveBack(_ pointer: UnsafeMutablePointer<ALSAStream>, errno: Int32) {
    reason.store(errno, ordering: .relaxed)
    let before = returned.exchange(UInt(bitPattern: pointer), ordering: .acquiringAndReleasing)
    precondition(before == 0, "two sound streams are handed back at once")
    bell?.ring()
  }

  /// Closes a stream; what was played is heard to its end first when `draining`.
  static func close(_ pointer: UnsafeMutablePointer<ALSAStream>, draining: Bool = false) {
    let stream = pointer.move()
    pointer.deallocate()
    if draining { stream.finish() }
  }

  private static func pointer(_ bits: UInt) -> UnsafeMutablePointer<ALSAStream>? { .init(bitPattern: bits) }
}
