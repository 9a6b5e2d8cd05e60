// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Candidates on their way: the body of a PATCH, `application/trickle-ice-sdpfrag` (RFC 8840 section 9, RFC 9725 section
// 4.3).
//
//   a=group:BUNDLE 0
//   m=audio 9 UDP/TLS/RTP/SAVPF 111
//   a=mid:0
//   a=ice-ufrag:EsAw
//   a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
//   a=candidate:...
//   a=end-of-candidates

public import Core

/// A fragment of a description: credentials and candidates, nothing else.
public struct TrickleFragment: Equatable, Sendable {
  /// One section's candidates.
  public struct Section: Equatable, Sendable {
    /// The section's identifier; empty when the fragment does not say.
    public var mid: String
    /// The `m=` line's value.
    public var mediaLine: String
    /// The candidates, each `candidate:` and what follows it.
    public var candidates: [String] = []
    /// Whether no more will come.
    public var hasAllCandidates = false

    /// A section without candidates.
    public init(mid: String, mediaLine: String = "audio 9 UDP/TLS/RTP/SAVPF 0") {
      self.mid = mid
      self.mediaLine = mediaLine
    }
  }

  /// The sections that share one transport.
  public var bundle: [String] = []
  /// The ICE name fragment that the candidates belong to; nil when not said. Another one than before is a restart.
  public var usernameFragment: String?
  /// The ICE password; nil when not said.
  public var password: String?
  /// The ICE options, repeated from the description.
  public var iceOptions: [String] = []
  /// Whether the sender is an ICE lite agent.
  public var isICELite = false
  /// The sections.
  public var sections: [Section] = []
  /// Whether no more candidates will come for any section.
  public var hasAllCandidates = false

  /// An empty fragment.
  public init() {}

  /// A fragment of the section that `audio` is about, with our credentials and candidates, each with or without
  /// `candidate:`.
  public init(
    mid: String, payloadType: UInt8, usernameFragment: String, password: String, candidates: [String],
    hasAllCandidates: Bool
  ) {
    bundle = mid.isEmpty ? [] : [mid]
    self.usernameFragment = usernameFragment
    self.password = password
    iceOptions = ["trickle", "ice2"]
    var section = Section(mid: mid, mediaLine: "audio 9 UDP/TLS/RTP/SAVPF \(Int(payloadType))")
    section.candidates = candidates.map { CandidateText.withPrefix($0) }
    section.hasAllCandidates = hasAllCandidates
    sections = [section]
  }

  /// The fragment in `bytes`. Credentials may stand before the first section or in any; an `m=` line may be missing;
  /// unknown lines are passed over.
  public init(parsing bytes: ByteView) throws(SDPError) {
    var lines = try SDPLines(bytes)
    while let line = try lines.next() {
      switch line.letter {
      case UInt8(ascii: "m"):
        try addSection(Section(mid: "", mediaLine: line.value.text()))
      case UInt8(ascii: "a"): try read(line.value)
      default: break
      }
    }
  }

  /// The fragment that `text` writes; see `init(parsing:)` for bytes.
  public init(parsing text: String) throws(SDPError) {
    let result: Result<TrickleFragment, SDPError> = text.withByteView { bytes in
      do throws(SDPError) {
        return .success(try TrickleFragment(parsing: bytes))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// The candidates for the section `mid`: its own, those of sections that share its transport, and those of no named
  /// section.
  public func candidates(for mid: String) -> [String] {
    var candidates: [String] = []
    for section in sections where concerns(section, mid) { candidates += section.candidates }
    return candidates
  }

  /// Whether no more candidates will come for the section `mid`.
  public func hasAllCandidates(for mid: String) -> Bool {
    hasAllCandidates || sections.contains { concerns($0, mid) && $0.hasAllCandidates }
  }

  /// The fragment as text.
  public var text: String {
    var lines = SDPText()
    if !bundle.isEmpty { lines.line("a=group:BUNDLE", words: bundle) }
    if isICELite { lines.line("a=ice-lite") }
    if !iceOptions.isEmpty { lines.list("a=ice-options:", iceOptions) }
    if sections.isEmpty { writeCredentials(to: &lines) }
    for section in sections {
      lines.line("m=", section.mediaLine)
      if !section.mid.isEmpty { lines.line("a=mid:", section.mid) }
      writeCredentials(to: &lines)
      for candidate in section.candidates { lines.line("a=", candidate) }
      if section.hasAllCandidates { lines.line("a=end-of-candidates") }
    }
    if sections.isEmpty, hasAllCandidates { lines.line("a=end-of-candidates") }
    return lines.text
  }

  private func concerns(_ section: Section, _ mid: String) -> Bool {
    section.mid == mid || section.mid.isEmpty
      || (bundle.contains { $0 == mid } && bundle.contains { $0 == section.mid })
  }

  private func writeCredentials(to lines: inout SDPText) {
    if let usernameFragment { lines.line("a=ice-ufrag:", usernameFragment) }
    if let password { lines.line("a=ice-pwd:", password) }
  }

  private mutating func addSection(_ section: Section) throws(SDPError) {
    guard sections.count < Limits.sdpSectionsMax else { throw .tooManySections }
    sections.append(section)
  }

  private mutating func read(_ attribute: ByteView) throws(SDPError) {
    let (name, value) = attribute.split(at: .colon)
    switch name {
    case "group":
      guard value.firstWord?.elementsEqual("BUNDLE") == true, bundle.isEmpty else { return }
      bundle = Array(value.words(max: Limits.sdpSectionsMax + 1).dropFirst())
    case "ice-lite": isICELite = true
    case "ice-options": iceOptions = value.words(max: Limits.sdpAttributesMax)
    case "ice-ufrag": if usernameFragment == nil { usernameFragment = value.firstWord?.text() }
    case "ice-pwd": if password == nil { password = value.firstWord?.text() }
    case "mid":
      guard let mid = value.firstWord?.text() else { return }
      if let last = sections.last, last.mid.isEmpty {
        sections[sections.count - 1].mid = mid
      } else {
        try addSection(Section(mid: mid))
      }
    case "candidate":
      if sections.isEmpty { try addSection(Section(mid: "")) }
      guard sections[sections.count - 1].candidates.count < Limits.sdpCandidatesMax else { return }
      sections[sections.count - 1].candidates.append(attribute.text())
    case "end-of-candidates":
      if sections.isEmpty {
        hasAllCandidates = true
      } else {
        sections[sections.count - 1].hasAllCandidates = true
      }
    default: break
    }
  }
}
