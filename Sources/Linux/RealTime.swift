// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the audio thread asks of the kernel so that it is never late, and what it was granted.
//
// DESIGN. Asking is free and refusal is no error: the call goes on, and the log says what to change. Memory is locked
// page by page as it is touched (MCL_ONFAULT), so unused stack costs nothing; where RLIMIT_MEMLOCK applies, memory to
// come is left unlocked, because past the limit it could not be had at all. Then at least the stack is locked.

import CLinux

/// What the kernel granted to a real-time thread, for the log.
public struct RealTimeGrant: Sendable, BitwiseCopyable {
  /// How much memory is locked.
  public enum Memory: Sendable, BitwiseCopyable {
    /// Nothing was asked.
    case notAsked
    /// All of it, that to come too.
    case all
    /// All that was mapped when it was asked.
    case present
    /// The thread's touched stack only; all of it was denied for the reason `errno`.
    case stackOnly(errno: Int32)
    /// Nothing, for the reason `errno`.
    case denied(errno: Int32)
  }

  /// The SCHED_FIFO priority that was asked, 1 ... 99; 0 when none was.
  public var priorityAsked: Int32 = 0
  /// The priority granted; 0 when it was denied.
  public var priority: Int32 = 0
  /// Why the priority was denied; 0 when it was not.
  public var priorityErrno: Int32 = 0
  /// The processor the thread was to be kept on; nil: none in particular.
  public var processorAsked: Int?
  /// Why it could not be kept there; 0 when it could.
  public var processorErrno: Int32 = 0
  /// How much memory is locked.
  public var memory = Memory.notAsked
  /// RLIMIT_MEMLOCK in bytes; nil when there is no limit.
  public var memoryLimitBytes: Int64?

  /// Nothing asked.
  public init() {}

  /// Whether all that was asked is granted.
  public var isComplete: Bool {
    guard priority == priorityAsked, processorErrno == 0 else { return false }
    switch memory {
    case .notAsked, .all, .present: return true
    case .stackOnly, .denied: return false
    }
  }

  /// The grant as one line, with what to change where something was denied. Allocates.
  public var text: String {
    var text = ""
    if priorityAsked == 0 {
      text += "real-time priority not asked"
    } else if priority == 0 {
      text += "real-time priority \(priorityAsked) denied (\(Self.why(priorityErrno)); raise LimitRTPRIO)"
    } else if priority < priorityAsked {
      text += "real-time priority \(priority) instead of \(priorityAsked) (raise LimitRTPRIO)"
    } else {
      text += "real-time priority \(priority)"
    }
    if let processorAsked {
      text += processorErrno == 0 ? ", on processor \(processorAsked)" : ", not on processor \(processorAsked)"
      if processorErrno != 0 { text += " (\(Self.why(processorErrno)); there may be no such processor)" }
    }
    let limit = memoryLimitBytes.map { "limit \($0 / 1024) KiB" } ?? "no limit"
    switch memory {
    case .notAsked: text += ", memory lock not asked"
    case .all: text += ", memory locked"
    case .present: text += ", present memory locked"
    case .stackOnly(let errno):
      text += ", only the stack locked (\(Self.why(errno)), \(limit); raise LimitMEMLOCK)"
    case .denied(let errno): text += ", memory not locked (\(Self.why(errno)), \(limit); raise LimitMEMLOCK)"
    }
    return text
  }

  private static func why(_ errno: Int32) -> String {
    textFrom(atMost: 128) { clinux_error_text(errno, $0, $1) }
  }
}

/// Asking for real-time treatment.
public enum RealTime {
  /// Asks, for the calling thread, SCHED_FIFO at `priority` (1 ... 99, nil: no), to be kept on `processor` (from 0, nil:
  /// any), and that its memory stays in RAM when `lockingMemory`; then touches `stackBytes` of its stack. Call it first
  /// thing on the thread, which has at least 32 KiB more of stack.
  public static func request(
    priority: Int32?, processor: Int? = nil, lockingMemory: Bool, stackBytes: Int = 131_072
  ) -> RealTimeGrant {
    var grant = RealTimeGrant()
    if let processor {
      grant.processorAsked = processor
      do throws(LinuxError) { try Thread.bind(toProcessor: processor) } catch { grant.processorErrno = error.errno }
    }
    if let priority {
      grant.priorityAsked = priority
      let result = clinux_realtime_request(priority)
      if result > 0 { grant.priority = result } else { grant.priorityErrno = -result }
    }
    guard lockingMemory else {
      _ = clinux_stack_touch(Int64(stackBytes), 0)
      return grant
    }
    let limit = clinux_memory_lock_limit()
    if limit >= 0 { grant.memoryLimitBytes = limit }
    let result = clinux_memory_lock()
    let stack = clinux_stack_touch(Int64(stackBytes), result < 0 ? 1 : 0)
    switch result {
    case 2: grant.memory = .all
    case 1: grant.memory = .present
    default: grant.memory = stack < 0 ? .denied(errno: -result) : .stackOnly(errno: -result)
    }
    return grant
  }

  /// What `request` would be granted here and now, found out on a thread that ends at once; for a look at a machine before
  /// a call. Locked memory stays locked: for a short-lived process such as `intercom doctor`.
  public static func probe(
    priority: Int32?, processor: Int? = nil, lockingMemory: Bool = true
  ) throws(LinuxError) -> RealTimeGrant {
    let probe = RealTimeProbe(priority: priority, processor: processor, lockingMemory: lockingMemory)
    let thread = try Thread(name: "probe", entry: runProbe, context: Unmanaged.passUnretained(probe).toOpaque())
    thread.join()
    return probe.grant
  }
}

/// What the probing thread works on; a class so that a pointer to it can be handed over.
private final class RealTimeProbe {
  let priority: Int32?
  let processor: Int?
  let lockingMemory: Bool
  var grant = RealTimeGrant()

  init(priority: Int32?, processor: Int?, lockingMemory: Bool) {
    self.priority = priority
    self.processor = processor
    self.lockingMemory = lockingMemory
  }
}

private func runProbe(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  let probe = Unmanaged<RealTimeProbe>.fromOpaque(context).takeUnretainedValue()
  probe.grant = RealTime.request(
    priority: probe.priority, processor: probe.processor, lockingMemory: probe.lockingMemory)
}
