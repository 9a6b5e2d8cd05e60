// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole files: read, written so that a power cut leaves the old or the new one, appended to.

import CLinux
public import Core

/// Whole files. Loop thread, and not while it has sound to move: a disk can hold it up.
public enum Files {
  /// Who may use a file or directory.
  public enum Access: Sendable, BitwiseCopyable {
    /// The owner alone (0600, directories 0700): keys and state.
    case ownerOnly
    /// Everybody may read (0644, directories 0755).
    case everybodyReads

    fileprivate var fileMode: UInt32 { self == .ownerOnly ? 0o600 : 0o644 }
    fileprivate var directoryMode: UInt32 { self == .ownerOnly ? 0o700 : 0o755 }
  }

  /// The bytes of the file at `path`; one with more than `limitBytes` throws `LinuxError.tooLarge`.
  public static func read(_ path: String, limitBytes: Int) throws(LinuxError) -> [UInt8] {
    var file = try FileStream(reading: path)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(limitBytes + 1, 65_536))
    while true {
      let count = try chunk.withMutableByteView { (view) throws(LinuxError) in try file.read(into: view) }
      if count == 0 { return bytes }
      guard bytes.count + count <= limitBytes else { throw LinuxError(call: "read", errno: LinuxError.tooLarge) }
      bytes.append(contentsOf: chunk[0..<count])
    }
  }

  /// Replaces the file at `path` by `bytes`: a file beside it is written, put on the disk and renamed, so that whoever
  /// reads, now or after a power cut, finds the old bytes or the new ones.
  public static func writeAtomically(_ bytes: ByteView, to path: String, access: Access) throws(LinuxError) {
    let temporary = path + ".new"
    _ = clinux_remove(path: temporary)
    var file = try FileStream(opening: temporary, CLINUX_OPEN_NEW, mode: access.fileMode)
    do throws(LinuxError) {
      try file.write(bytes)
      try file.synchronize()
      let result = temporary.withCString { from in path.withCString { clinux_rename(from, $0) } }
      _ = try check(result, "rename")
    } catch {
      _ = clinux_remove(path: temporary)
      throw error
    }
    // The new name is on the disk once its directory is.
    let directory = try FileStream(opening: parent(of: path), CLINUX_OPEN_DIRECTORY, mode: 0)
    try directory.synchronize()
  }

  /// Adds `bytes` to the end of the file at `path`, which is made when it is missing.
  public static func append(_ bytes: ByteView, to path: String, access: Access) throws(LinuxError) {
    var file = try FileStream(opening: path, CLINUX_OPEN_APPEND, mode: access.fileMode)
    try file.write(bytes)
  }

  /// Makes the directory at `path` and those above it that are missing; one that is there is left as it is.
  public static func makeDirectory(_ path: String, access: Access) throws(LinuxError) {
    let result = path.withCString { clinux_make_directory($0, access.directoryMode) }
    guard result == -LinuxError.notFound, parent(of: path) != path else {
      _ = try check(result, "mkdir")
      return
    }
    try makeDirectory(parent(of: path), access: access)
    _ = try check(path.withCString { clinux_make_directory($0, access.directoryMode) }, "mkdir")
  }

  /// Removes the file or the empty directory at `path`.
  public static func remove(_ path: String) throws(LinuxError) { _ = try check(clinux_remove(path: path), "remove") }

  /// The permission bits of what is at `path`, as 0o600.
  public static func permissions(_ path: String) throws(LinuxError) -> Int {
    Int(try check(path.withCString { clinux_permissions($0) }, "stat"))
  }

  /// The directory that `path` lies in.
  static func parent(of path: String) -> String {
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == 0x2F { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: 0x2F) else { return "." }
    return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }
}

private func clinux_remove(path: String) -> Int32 { path.withCString { CLinux.clinux_remove($0) } }

extension Array where Element == UInt8 {
  /// Calls `body` with a writable window on the bytes, valid for the call.
  mutating func withMutableByteView(
    _ body: (MutableByteView) throws(LinuxError) -> Int
  ) throws(LinuxError) -> Int {
    // withUnsafeMutableBytes rethrows untyped: the error is carried out by hand.
    let result: Result<Int, LinuxError> = withUnsafeMutableBytes { bytes in
      do throws(LinuxError) { return .success(try body(MutableByteView(bytes))) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
