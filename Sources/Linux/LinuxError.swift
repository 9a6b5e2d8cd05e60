// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a call into the kernel or the C library can fail with.

import CLinux

/// A call that failed, and the kernel's number for why. Text is made at the edge, by `text`.
public struct LinuxError: Error, Sendable {
  /// The call, as its manual page is named.
  public let call: StaticString
  /// The kernel's number: one of the constants below, or any other.
  public let errno: Int32

  /// The failure `errno` of `call`.
  public init(call: StaticString, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// What failed and why, as `bind: Address already in use`. Allocates.
  public var text: String {
    let why = textFrom(atMost: 128) { clinux_error_text(errno, $0, $1) }
    return "\(call.text): \(why)"
  }

  /// EPERM: not permitted.
  public static let notPermitted: Int32 = 1
  /// ENOENT: no such file.
  public static let notFound: Int32 = 2
  /// EINTR: a signal came first.
  public static let interrupted: Int32 = 4
  /// EIO: the device failed.
  public static let inputOutput: Int32 = 5
  /// EBADF: no such descriptor.
  public static let badDescriptor: Int32 = 9
  /// EAGAIN: it would have to wait.
  public static let wouldBlock: Int32 = 11
  /// ENOMEM: no memory, or a limit on it.
  public static let noMemory: Int32 = 12
  /// EACCES: permission denied.
  public static let accessDenied: Int32 = 13
  /// EBUSY: someone else uses it.
  public static let busy: Int32 = 16
  /// EEXIST: it is there already.
  public static let exists: Int32 = 17
  /// ENODEV: no such device, or it is gone.
  public static let noDevice: Int32 = 19
  /// EINVAL: the argument is wrong.
  public static let invalid: Int32 = 22
  /// EMFILE: too many open descriptors.
  public static let tooManyOpen: Int32 = 24
  /// EFBIG: too large.
  public static let tooLarge: Int32 = 27
  /// ENOSPC: the disk is full.
  public static let noSpace: Int32 = 28
  /// EROFS: the file system is read-only.
  public static let readOnly: Int32 = 30
  /// EPIPE: nobody reads; of a sound device, an underrun or overrun.
  public static let brokenPipe: Int32 = 32
  /// ENAMETOOLONG: the name is too long.
  public static let nameTooLong: Int32 = 36
  /// ESTRPIPE: of a sound device, the machine slept.
  public static let suspended: Int32 = 86
  /// EADDRINUSE: the address is taken.
  public static let addressInUse: Int32 = 98
  /// EADDRNOTAVAIL: the address is not ours.
  public static let addressNotAvailable: Int32 = 99
  /// ENETUNREACH: no route.
  public static let networkUnreachable: Int32 = 101
  /// ECONNABORTED: a connection ended before it was accepted.
  public static let connectionAborted: Int32 = 103
  /// ECONNRESET: the far side ended the connection the hard way.
  public static let connectionReset: Int32 = 104
  /// ETIMEDOUT: no answer.
  public static let timedOut: Int32 = 110
  /// ECONNREFUSED: nobody listens there.
  public static let connectionRefused: Int32 = 111
  /// EHOSTUNREACH: no way to the host.
  public static let hostUnreachable: Int32 = 113
  /// EINPROGRESS: it has begun and not ended.
  public static let inProgress: Int32 = 115
}

extension LinuxError: Equatable {
  /// Whether both are the same failure of the same call.
  public static func == (left: LinuxError, right: LinuxError) -> Bool {
    guard left.errno == right.errno, left.call.utf8CodeUnitCount == right.call.utf8CodeUnitCount else { return false }
    for index in 0..<left.call.utf8CodeUnitCount where left.call.utf8Start[index] != right.call.utf8Start[index] {
      return false
    }
    return true
  }
}

/// Hands a shim's result on, or throws what it failed with. A descriptor that is not open is a broken promise of ours.
func check<Result: FixedWidthInteger>(_ result: Result, _ call: StaticString) throws(LinuxError) -> Result {
  guard result < 0 else { return result }
  throw LinuxError(result, call)
}

extension LinuxError {
  /// The failure that a shim's result below zero names.
  init(_ result: some FixedWidthInteger, _ call: StaticString) {
    self.init(call: call, errno: Int32(truncatingIfNeeded: 0 &- result))
    precondition(errno != LinuxError.badDescriptor, "a descriptor is used that is not open")
  }
}

/// The text that a shim writes into memory of its caller.
func textFrom(atMost capacity: Int, _ fill: (UnsafeMutablePointer<UInt8>, Int32) -> Int32) -> String {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
    buffer.initialize(repeating: 0)
    let count = Int(fill(buffer.baseAddress.unsafelyUnwrapped, Int32(capacity)))
    return String(decoding: UnsafeBufferPointer(rebasing: buffer[0..<min(max(count, 0), capacity)]), as: UTF8.self)
  }
}

extension StaticString {
  /// The text, as a `String`.
  var text: String { String(decoding: UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount), as: UTF8.self) }
}
