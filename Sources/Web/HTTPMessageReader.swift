// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Cuts a byte stream into HTTP/1.1 messages (RFC 9112), whatever pieces it comes in.
//
//   start line CRLF | name ":" value CRLF ... | CRLF | body: none, length, chunked, or until close
//                                               ^ `.head`: the owner reads the fields and calls `begin`
//
// Stricter than the RFC asks: a line ends with CRLF only, and no blank before a colon, since two readers that disagree on where
// a message ends is how requests are smuggled. Trailer fields are bounded, checked and dropped (section 7.1.2 allows it).

import Core

struct HTTPMessageReader {
  /// How the end of a body is known.
  enum Framing: Equatable {
    case none
    case length(Int)
    case chunked
    case untilClose
  }

  enum Event {
    /// All bytes are used, the message is not finished.
    case needMore
    /// The start line and the fields are there; `begin` says how the body ends.
    case head
    /// The message is finished; `reset` makes ready for the next.
    case complete
  }

  private enum Step: Equatable {
    case startLine, field, head, chunkLine, chunkEnd, trailer, untilClose, complete
    case length(Int)
    case chunkData(Int)
  }

  private(set) var startLine: [UInt8] = []
  private(set) var fields = HTTPFields()
  var body: [UInt8] = []
  private var step = Step.startLine
  private var line: [UInt8] = []
  private var fieldBytes = 0
  private var fieldCount = 0
  private var emptyLines = 0

  /// Whether nothing of a message has come yet.
  var isIdle: Bool { step == .startLine && line.isEmpty }
  /// Whether the head is complete and the body is not.
  var isInBody: Bool {
    switch step {
    case .startLine, .field, .head, .complete: false
    default: true
    }
  }
  /// Memory held, in bytes, as the capacities of the buffers tell it.
  var memoryBytes: Int {
    startLine.capacity + line.capacity + body.capacity + fieldBytes
      + fields.list.capacity * MemoryLayout<HTTPField>.stride
  }

  /// Reads on from `offset`, which is left behind the last byte used.
  mutating func read(_ bytes: ByteView, from offset: inout Int) throws(HTTPError) -> Event {
    while true {
      switch step {
      case .startLine:
        guard
          try takeLine(bytes, &offset, limit: Limits.httpStartLineBytesMax, tooLong: .startLineTooLong)
        else { return .needMore }
        if line.isEmpty {
          // RFC 9112 section 2.2: empty lines before a request are passed over; a stream of them is not.
          emptyLines += 1
          guard emptyLines <= 2 else { throw .malformedStartLine }
        } else {
          swap(&startLine, &line)
          line.removeAll(keepingCapacity: true)
          step = .field
        }
      case .field:
        guard try takeField(bytes, &offset) else { return .needMore }
        if line.isEmpty {
          step = .head
          return .head
        }
        try addField()
      case .head:
        preconditionFailure("an HTTP head was read and its body never begun")
      case .length(let remaining):
        guard remaining > 0 else {
          step = .complete
          continue
        }
        let count = take(bytes, &offset, atMost: remaining)
        guard count > 0 else { return .needMore }
        step = .length(remaining - count)
      case .chunkLine:
        guard
          try takeLine(bytes, &offset, limit: Limits.httpChunkLineBytesMax, tooLong: .malformedChunk)
        else { return .needMore }
        let size = try chunkSize()
        line.removeAll(keepingCapacity: true)
        fieldBytes = 0
        fieldCount = 0
        step = size == 0 ? .trailer : .chunkData(size)
      case .chunkData(let remaining):
        let count = take(bytes, &offset, atMost: remaining)
        guard count > 0 else { return .needMore }
        step = remaining == count ? .chunkEnd : .chunkData(remaining - count)
      case .chunkEnd:
        guard try takeLine(bytes, &offset, limit: 0, tooLong: .malformedChunk) else { return .needMore }
        step = .chunkLine
      case .trailer:
        guard try takeField(bytes, &offset) else { return .needMore }
        if line.isEmpty {
          step = .complete
        } else {
          _ = try parseField()
          line.removeAll(keepingCapacity: true)
        }
      case .untilClose:
        let count = take(bytes, &offset, atMost: Limits.httpBodyBytesMax - body.count)
        if offset < bytes.count { throw .bodyTooLarge }
        guard count > 0 else { return .needMore }
      case .complete:
        return .complete
      }
    }
  }

  /// Says how the body that follows the head ends.
  mutating func begin(_ framing: Framing) throws(HTTPError) {
    precondition(step == .head, "an HTTP body was begun without a head")
    switch framing {
    case .none: step = .complete
    case .length(let count):
      guard count <= Limits.httpBodyBytesMax else { throw .bodyTooLarge }
      body.reserveCapacity(count)
      step = .length(count)
    case .chunked: step = .chunkLine
    case .untilClose: step = .untilClose
    }
  }

  /// The far side closed: whether that ends a message whole.
  mutating func end() -> Bool {
    guard step == .untilClose else { return false }
    step = .complete
    return true
  }

  /// Makes ready for the next message; buffers are kept.
  mutating func reset() {
    startLine.removeAll(keepingCapacity: true)
    line.removeAll(keepingCapacity: true)
    fields = HTTPFields()
    body = []
    step = .startLine
    (fieldBytes, fieldCount, emptyLines) = (0, 0, 0)
  }

  /// The field of a name that says how the body is framed: Content-Length as one number, or nil when there is none.
  func contentLength() throws(HTTPError) -> Int? {
    var found: Int?
    for value in fields.all("Content-Length") {
      let digits = Array(value.utf8)
      for digit in digits where !ASCII.isDigit(digit) { throw .malformedLength }
      guard !digits.isEmpty else { throw .malformedLength }
      guard let length = ASCII.decimal(digits[...], maximum: 1 << 30) else { throw .bodyTooLarge }
      if let found, found != length { throw .malformedLength }
      found = length
    }
    return found
  }

  /// Whether the body is chunked.
  func isChunked(minorVersion: Int) throws(HTTPError) -> Bool {
    guard fields.contains("Transfer-Encoding") else { return false }
    guard !fields.contains("Content-Length"), minorVersion > 0 else { throw .conflictingLength }
    let codings = fields.members("Transfer-Encoding")
    guard codings.count == 1, codings[0].hasBytesIgnoringCase(of: "chunked") else { throw .unsupportedTransferCoding }
    return true
  }

  // MARK: Lines

  /// Moves bytes into `line` up to a CRLF; true when it is there, and not in `line`.
  private mutating func takeLine(
    _ bytes: ByteView, _ offset: inout Int, limit: Int, tooLong: HTTPError
  ) throws(HTTPError) -> Bool {
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if line.last == ASCII.carriageReturn {
        guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
        line.removeLast()
        return true
      }
      guard byte != ASCII.lineFeed else { throw .bareLineFeed }
      guard line.count < limit || byte == ASCII.carriageReturn else { throw tooLong }
      line.append(byte)
    }
    return false
  }

  private mutating func takeField(_ bytes: ByteView, _ offset: inout Int) throws(HTTPError) -> Bool {
    let limit = Limits.httpFieldBytesMax - fieldBytes
    guard try takeLine(bytes, &offset, limit: limit, tooLong: .fieldsTooLarge) else { return false }
    fieldBytes += line.count
    return true
  }

  private mutating func addField() throws(HTTPError) {
    let field = try parseField()
    fields.add(field.name, field.value)
    line.removeAll(keepingCapacity: true)
  }

  private mutating func parseField() throws(HTTPError) -> HTTPField {
    fieldCount += 1
    guard fieldCount <= Limits.httpFieldsMax else { throw .fieldsTooLarge }
    guard let first = line.first, !ASCII.isBlank(first) else { throw .foldedField }
    guard let colon = line.firstIndex(of: ASCII.colon), colon > 0 else { throw .malformedField }
    for byte in line[..<colon] where !ASCII.isToken(byte) { throw .malformedField }
    let value = ASCII.trimmed(line[(colon + 1)...])
    for byte in value where (byte < ASCII.space && byte != ASCII.tab) || byte == 0x7F { throw .malformedField }
    return HTTPField(String(bytes: line[..<colon]), String(bytes: value))
  }

  private mutating func take(_ bytes: ByteView, _ offset: inout Int, atMost limit: Int) -> Int {
    let count = min(limit, bytes.count - offset)
    for index in offset..<offset + count { body.append(bytes[index]) }
    offset += count
    return count
  }

  /// The size that a chunk's first line gives: hexadecimal digits, then nothing or an extension.
  private func chunkSize() throws(HTTPError) -> Int {
    var (size, digits) = (0, 0)
    while digits < line.count, let digit = ASCII.hexadecimal(line[digits]) {
      guard digits < 8 else { throw .bodyTooLarge }
      size = size << 4 | Int(digit)
      digits += 1
      guard size <= 1 << 26 else { throw .bodyTooLarge }
    }
    guard digits > 0 else { throw .malformedChunk }
    let rest = ASCII.trimmed(line[digits...])
    guard rest.isEmpty || rest.first == ASCII.semicolon else { throw .malformedChunk }
    for byte in rest where (byte < ASCII.space && byte != ASCII.tab) || byte == 0x7F { throw .malformedChunk }
    guard body.count + size <= Limits.httpBodyBytesMax else { throw .bodyTooLarge }
    return size
  }
}
