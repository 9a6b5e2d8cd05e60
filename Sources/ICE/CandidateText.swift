// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Candidates as text (RFC 8839 section 5.1).
//
//   candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ KIND [raddr ADDRESS rport PORT] [NAME VALUE]...

public import Core

/// Why the text of a candidate gives none that can be used; only the first case is the writer's fault.
public enum CandidateError: Error, Equatable, Sendable {
  /// It does not follow the grammar.
  case malformed
  /// It is not for UDP: ICE-TCP is not spoken here.
  case transport
  /// Its address is a name, which for `.local` only multicast DNS could resolve; the far side's checks may still reach
  /// us.
  case hostName
  /// It is for a component other than 1: only a side without rtcp-mux needs that.
  case component
  /// Its kind is not known.
  case kind
}

extension Candidate {
  /// The candidate that `text` writes, with or without `candidate:` or `a=candidate:` before it.
  public init(parsing text: ByteView) throws(CandidateError) {
    var fields = FieldReader(rest: text)
    guard var first = fields.next() else { throw .malformed }
    if first.prefix(2).elementsEqual("a=") { first = first.dropFirst(2) }
    if first.prefix(10).elementsEqual("candidate:") { first = first.dropFirst(10) }
    guard let foundation = CandidateFoundation(first) else { throw .malformed }
    guard let component = fields.next()?.decimal(max: 256), component >= 1 else { throw .malformed }
    guard let transport = fields.next() else { throw .malformed }
    guard let priority = fields.next()?.decimal(max: UInt64(UInt32.max)), priority >= 1 else {
      throw .malformed
    }
    guard let host = fields.next() else { throw .malformed }
    guard let port = fields.next()?.decimal(max: 65_535) else { throw .malformed }
    guard let label = fields.next(), label.isWord("typ"), let word = fields.next() else {
      throw .malformed
    }

    guard transport.isWord("udp") else { throw .transport }
    guard component == 1 else { throw .component }
    let kind: CandidateKind
    if word.isWord("host") {
      kind = .host
    } else if word.isWord("srflx") {
      kind = .serverReflexive
    } else if word.isWord("prflx") {
      kind = .peerReflexive
    } else if word.isWord("relay") {
      kind = .relayed
    } else {
      throw .kind
    }
    guard let address = IPAddress(parsing: host.untilPercent) else {
      throw host.isHostName ? .hostName : .malformed
    }

    var relatedAddress: IPAddress?
    var relatedPort: UInt64?
    while let name = fields.next() {
      guard let value = fields.next() else { throw .malformed }
      if name.isWord("raddr") {
        relatedAddress = IPAddress(parsing: value.untilPercent)
      } else if name.isWord("rport") {
        relatedPort = value.decimal(max: 65_535)
      }
    }
    var related: Endpoint?
    if let relatedAddress { related = Endpoint(relatedAddress, port: UInt16(relatedPort ?? 0)) }
    self.init(
      kind: kind, endpoint: Endpoint(address, port: UInt16(port)),
      priority: UInt32(truncatingIfNeeded: min(priority, UInt64(Self.priorityMax))),
      foundation: foundation,
      related: related)
  }

  /// The candidate that `text` writes.
  public init(_ text: String) throws(CandidateError) {
    let bytes = Array(text.utf8)
    let result: Result<Candidate, CandidateError> = bytes.withByteView { view in
      do throws(CandidateError) {
        return .success(try Candidate(parsing: view))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// The candidate as text, beginning with `candidate:`, without `a=`. Allocates.
  public var text: String {
    var text =
      "candidate:\(foundation.text) 1 udp \(priority) \(endpoint.address.text) \(endpoint.port) typ "
    switch kind {
    case .host: text += "host"
    case .serverReflexive: text += "srflx"
    case .peerReflexive: text += "prflx"
    case .relayed: text += "relay"
    }
    if let related {
      text += " raddr \(related.address.text) rport \(related.port)"
    } else if kind != .host {
      text += endpoint.address.family == .v4 ? " raddr 0.0.0.0 rport 9" : " raddr :: rport 9"
    }
    return text
  }
}

/// Cuts a line at its spaces.
struct FieldReader {
  var rest: ByteView

  mutating func next() -> ByteView? {
    var start = 0
    while start < rest.count, rest[start].isBlank { start += 1 }
    var end = start
    while end < rest.count, !rest[end].isBlank { end += 1 }
    guard end > start else { return nil }
    let field = rest[start..<end]
    rest = rest.dropFirst(end)
    return field
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}

extension ByteView {
  /// The number that all of the bytes write, at most `max`; else nil.
  fileprivate func decimal(max: UInt64) -> UInt64? {
    guard !isEmpty, count <= 10 else { return nil }
    var value: UInt64 = 0
    for index in indices {
      guard self[index] >= 0x30, self[index] <= 0x39 else { return nil }
      value = value * 10 + UInt64(self[index] - 0x30)
    }
    return value <= max ? value : nil
  }

  /// Whether the bytes are `word`, which is lower-case, in any case.
  fileprivate func isWord(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    for index in indices {
      let byte = self[index]
      let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      if lower != word.utf8Start[index] { return false }
    }
    return true
  }

  /// What stands before an IPv6 zone.
  fileprivate var untilPercent: ByteView {
    for index in indices where self[index] == 0x25 { return prefix(index) }
    return self
  }

  /// Whether it could be a name: letters, digits, dots and hyphens, and not all of it digits and dots.
  fileprivate var isHostName: Bool {
    var hasLetter = false
    for index in indices {
      switch self[index] {
      case 0x41...0x5A, 0x61...0x7A: hasLetter = true
      case 0x30...0x39, 0x2D, 0x2E: break
      default: return false
      }
    }
    return hasLetter
  }
}
