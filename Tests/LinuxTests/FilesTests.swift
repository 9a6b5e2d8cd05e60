// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole files, streams, lines.

import Core
import Glibc
import Linux
import Testing

@Suite("Files") struct FilesTests {
  @Test("what is written is read, with the permissions asked")
  func atomicWrite() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/state/deep/key"
    try Files.makeDirectory(directory.path + "/state/deep", access: .ownerOnly)
    try Files.makeDirectory(directory.path + "/state/deep/", access: .everybodyReads)
    #expect(try Files.permissions(directory.path + "/state") == 0o700)
    #expect(try Files.permissions(directory.path + "/state/deep") == 0o700)
    for content in [[1, 2, 3], [UInt8](repeating: 7, count: 200_000), []] as [[UInt8]] {
      try Self.write(content, path, .ownerOnly)
      #expect(try Files.read(path, limitBytes: 200_000) == content)
      #expect(try Files.permissions(path) == 0o600)
    }
    try Self.write([1], path, .everybodyReads)
    #expect(try Files.permissions(path) & 0o700 == 0o600)
    #expect(throws: LinuxError(call: "stat", errno: LinuxError.notFound)) { try Files.permissions(path + ".new") }
    try Files.remove(path)
    #expect(throws: LinuxError(call: "open", errno: LinuxError.notFound)) { try Files.read(path, limitBytes: 1) }
  }

  private static func write(_ bytes: [UInt8], _ path: String, _ access: Files.Access) throws {
    var failure: LinuxError?
    bytes.withByteView { view in
      do throws(LinuxError) { try Files.writeAtomically(view, to: path, access: access) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  @Test("a failed write leaves the old file and nothing else")
  func failedWrite() throws {
    let directory = TemporaryDirectory()
    // The target is a directory with something in it: renaming onto it fails.
    try Files.makeDirectory(directory.path + "/taken/inside", access: .ownerOnly)
    #expect(throws: LinuxError.self) { try Self.write([1], directory.path + "/taken", .ownerOnly) }
    #expect(throws: LinuxError(call: "stat", errno: LinuxError.notFound)) {
      try Files.permissions(directory.path + "/taken.new")
    }
    #expect(throws: LinuxError(call: "open", errno: LinuxError.notFound)) {
      try Self.write([1], directory.path + "/missing/file", .ownerOnly)
    }
  }

  @Test("reading stops at the bound", arguments: [(9, false), (10, true), (11, true)])
  func bound(limit: Int, fits: Bool) throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/ten"
    try Self.write([UInt8](repeating: 1, count: 10), path, .ownerOnly)
    if fits {
      #expect(try Files.read(path, limitBytes: limit).count == 10)
    } else {
      #expect(throws: LinuxError(call: "read", errno: LinuxError.tooLarge)) { try Files.read(path, limitBytes: limit) }
    }
    #expect(throws: LinuxError.self) { try Files.read(directory.path, limitBytes: limit) }
  }

  @Test("appending adds to the end")
  func append() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/log"
    for text in ["one\n", "two\n"] {
      var failure: LinuxError?
      text.withByteView { view in
        do throws(LinuxError) { try Files.append(view, to: path, access: .ownerOnly) } catch { failure = error }
      }
      #expect(failure == nil)
    }
    #expect(try Files.read(path, limitBytes: 100) == Array("one\ntwo\n".utf8))
  }

  @Test("a stream is written on, patched at its head, and read piece by piece")
  func stream() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/sound"
    do {
      var stream = try FileStream(replacing: path)
      let sizes = ByteView(UnsafeRawPointer(StaticString("SIZE").utf8Start), count: 4)
      let body = ByteView(UnsafeRawPointer(StaticString("????body").utf8Start), count: 8)
      try stream.write(body)
      try stream.write(sizes, at: 0)
      try stream.write(sizes)
      #expect(try stream.size() == 12)
    }
    var stream = try FileStream(reading: path)
    var bytes = [UInt8](repeating: 0, count: 8)
    var text = ""
    for _ in 0..<3 {
      try bytes.withUnsafeMutableBytes { buffer in
        let count = try stream.read(into: MutableByteView(buffer))
        text += String(decoding: buffer[0..<count], as: UTF8.self) + "|"
      }
    }
    #expect(text == "SIZEbody|SIZE||")
    try stream.seek(to: 4)
    let again = try bytes.withUnsafeMutableBytes { try stream.read(into: MutableByteView($0)) }
    #expect(again == 8 && bytes == Array("bodySIZE".utf8))
  }
}

@Suite("Standard input and output") struct StandardStreamTests {
  /// What one read gives: the text, or a word for what else it was.
  private func next(_ reader: StreamReader, atMost count: Int = 64) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    return bytes.withUnsafeMutableBytes { buffer in
      switch reader.read(into: MutableByteView(buffer)) {
      case .bytes(let count): String(decoding: buffer[0..<count], as: UTF8.self)
      case .wouldBlock: "<nothing yet>"
      case .endOfStream: "<end>"
      case .reset: "<reset>"
      case .failed(let error): "<\(error.call)>"
      }
    }
  }

  @Test("a reader takes what is there and never waits")
  func reader() {
    let reader: StreamReader
    let copy: FileDescriptor
    do {
      let pipe = Pipe()
      copy = FileDescriptor(owning: dup(pipe.reading.number))
      reader = StreamReader(reading: copy.number)
      #expect(next(reader) == "<nothing yet>")
      pipe.write("one\ntwo")
      #expect(next(reader, atMost: 4) == "one\n")
      #expect(next(reader, atMost: 4) == "two")
      #expect(next(reader) == "<nothing yet>")
      pipe.write("last")
    }
    #expect(next(reader) == "last")
    #expect(next(reader) == "<end>")
    #expect(next(reader) == "<end>")
  }

  @Test("a regular file is read to its end")
  func file() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/lines"
    "first".withByteView { view in
      do throws(LinuxError) { try Files.append(view, to: path, access: .ownerOnly) } catch { Issue.record("no file") }
    }
    let descriptor = try OpenFile(path)
    let reader = StreamReader(reading: descriptor.number)
    #expect(next(reader) == "first")
    #expect(next(reader) == "<end>")
  }

  @Test("a writer never waits: it keeps what the pipe does not take, up to a bound")
  func writer() {
    let pipe = Pipe()
    var writer = LineWriter(writing: pipe.writing.number)
    #expect(writer.write("hello") == true)
    #expect(pipe.read() == "hello\n" && !writer.hasPending)
    let line = String(repeating: "y", count: 9999)
    var accepted = 0
    while writer.write(line) { accepted += 1 }
    #expect(writer.hasPending && writer.droppedLines == 1)
    var heard = 0
    while heard < accepted * 10_000 {
      heard += pipe.read().utf8.count
      writer.flush()
    }
    #expect(heard == accepted * 10_000 && !writer.hasPending)
  }

  @Test("a writer that nobody reads says so")
  func broken() {
    SignalReader.ignoreBrokenPipe()
    let number: Int32
    do {
      let pipe = Pipe()
      number = dup(pipe.writing.number)
    }
    let copy = FileDescriptor(owning: number)
    var writer = LineWriter(writing: copy.number)
    writer.write("anyone?")
    #expect(writer.isBroken && !writer.hasPending)
    #expect(writer.write("no") == false)
    #expect(writer.droppedLines == 1)
  }
}
