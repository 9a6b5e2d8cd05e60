// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A file that is read or written piece by piece, as sound is.

import CLinux
public import Core

/// An open file with a position. Owned by the loop thread; reading and writing allocate nothing.
public struct FileStream: ~Copyable {
  private let descriptor: FileDescriptor

  init(opening path: String, _ how: Int, mode: UInt32) throws(LinuxError) {
    let result = path.withCString { clinux_open($0, Int32(how), mode) }
    descriptor = FileDescriptor(owning: try check(result, "open"))
  }

  /// Opens the file at `path` for reading, at its beginning.
  public init(reading path: String) throws(LinuxError) {
    try self.init(opening: path, CLINUX_OPEN_READ, mode: 0)
  }

  /// Makes or empties the file at `path`, for writing.
  public init(replacing path: String) throws(LinuxError) {
    try self.init(opening: path, CLINUX_OPEN_REPLACE, mode: 0o644)
  }

  /// The size in bytes; what is no regular file has none and throws.
  public func size() throws(LinuxError) -> Int { Int(try check(clinux_size(descriptor.number), "fstat")) }

  /// Reads at most `bytes.count` bytes; fewer only at the end, 0 past it.
  public mutating func read(into bytes: MutableByteView) throws(LinuxError) -> Int {
    var done = 0
    while done < bytes.count {
      let rest = bytes[done..<bytes.count]
      let count = clinux_read(descriptor.number, rest.base, Int64(rest.count))
      if count == -Int64(LinuxError.interrupted) { continue }
      if try check(count, "read") == 0 { break }
      done += Int(count)
    }
    return done
  }

  /// Writes all of `bytes` at the position.
  public mutating func write(_ bytes: ByteView) throws(LinuxError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = clinux_write(descriptor.number, rest.base, Int64(rest.count))
      if count == -Int64(LinuxError.interrupted) { continue }
      rest = rest.dropFirst(Int(try check(count, "write")))
    }
  }

  /// Writes all of `bytes` at `offset` and leaves the position alone, as for the sizes in a WAV header.
  public mutating func write(_ bytes: ByteView, at offset: Int) throws(LinuxError) {
    var done = 0
    while done < bytes.count {
      let rest = bytes.dropFirst(done)
      let count = clinux_write_at(descriptor.number, rest.base, Int64(rest.count), Int64(offset + done))
      if count == -Int64(LinuxError.interrupted) { continue }
      done += Int(try check(count, "pwrite"))
    }
  }

  /// Moves the position to `offset` bytes from the beginning.
  public mutating func seek(to offset: Int) throws(LinuxError) {
    _ = try check(clinux_seek(descriptor.number, Int64(offset)), "lseek")
  }

  /// Waits until what was written is on the disk.
  public func synchronize() throws(LinuxError) { _ = try check(clinux_synchronize(descriptor.number), "fsync") }
}
