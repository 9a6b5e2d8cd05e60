// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The call in progress, as a file in the state directory, so that it comes back after a crash or a power cut.

import Core
import Linux
import Station

/// The file that remembers the call in progress.
final class CallMemory {
  private let path: String?

  /// A memory in `directory`; nil: nothing is remembered.
  init(directory: String?) { path = directory.map { $0 + "/call" } }

  /// What was remembered; nil when there is nothing, or nothing of use.
  func read() -> RememberedCall? {
    guard let path, let bytes = try? Files.read(path, limitBytes: Limits.rememberedCallBytesMax) else { return nil }
    return RememberedCall(bytes)
  }

  /// Remembers `call`; answers a sentence when it could not.
  func write(_ call: RememberedCall) -> String? {
    guard let path else { return nil }
    let failure: LinuxError? = call.bytes.withByteView { view in
      do throws(LinuxError) {
        try Files.writeAtomically(view, to: path, access: .ownerOnly)
        return nil
      } catch { return error }
    }
    return failure.map { "the call would not come back after a restart: \(path): \(DiskRemedy.sentence($0))" }
  }

  /// Remembers nothing; answers a sentence when it could not.
  func clear() -> String? {
    guard let path else { return nil }
    do throws(LinuxError) {
      try Files.remove(path)
      return nil
    } catch {
      if error.errno == LinuxError.notFound { return nil }
      return "a call that is over may be placed again after a restart: \(path): \(DiskRemedy.sentence(error))"
    }
  }
}
