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

@Suite("Lines") struct LineTests {
  private static func text(_ reader: borrowing LineReader) -> String { String(decoding: reader.line, as: UTF8.self) }

  @Test("lines are cut as they come, whatever the pieces")
  func lines() {
    let pipe = Pipe()
    var reader = LineReader(reading: pipe.reading.number)
    #expect(reader.next() == .none)
    pipe.write("one\r\ntwo\nthr")
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "one")
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "two")
    #expect(reader.next() == .none)
    pipe.write("ee\n\n")
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "three")
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "")
    #expect(reader.next() == .none)
  }

  @Test("the last line needs no end, and then nothing more comes")
  func end() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/lines"
    "first\nlast".withByteView { view in
      do throws(LinuxError) { try Files.append(view, to: path, access: .ownerOnly) } catch { Issue.record("no file") }
    }
    let descriptor = try OpenFile(path)
    var reader = LineReader(reading: descriptor.number)
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "first")
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "last")
    #expect(reader.next() == .endOfInput)
    #expect(reader.next() == .endOfInput)
  }

  @Test("a line that is too long is passed over, the next one is whole")
  func tooLong() {
    let pipe = Pipe()
    var reader = LineReader(reading: pipe.reading.number)
    let piece = String(repeating: "x", count: 30_000)
    for _ in 0..<5 {
      pipe.write(piece)
      #expect(reader.next() == .none)
    }
    pipe.write("end\nshort\n")
    #expect(reader.next() == .tooLong)
    #expect(reader.next() == .line)
    #expect(Self.text(reader) == "short")
  }

  @Test("any bytes in any pieces give the lines that are in them")
  func burst() {
    let seed: UInt64 = 7
    var random = Randomness(seed: seed)
    let pipe = Pipe()
    var reader = LineReader(reading: pipe.reading.number)
    var sent: [UInt8] = []
    var heard: [[UInt8]] = []
    for _ in 0..<2000 {
      var piece: [UInt8] = []
      for _ in 0..<random.below(30) { piece.append(random.chance(percent: 10) ? 0x0A : random.uint8()) }
      sent += piece
      pipe.write(piece)
      while case .line = reader.next() { heard.append(reader.line) }
    }
    let expected = sent.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map { line in
      line.last == 0x0D ? Array(line.dropLast()) : Array(line)
    }
    #expect(heard == expected, "seed \(seed)")
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
