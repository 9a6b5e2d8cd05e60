// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading a description: lenient about what we do not use, strict about what a call stands on.

public import Core

extension SessionDescription {
  /// The description in `bytes`, which begin with `v=0`. Lines end in CRLF or LF.
  ///
  /// Unknown lines and attributes, and known attributes that are malformed, are passed over: what a call cannot do
  /// without is asked for when it is used. What is said once for all (credentials, fingerprints, setup, direction,
  /// extensions) is copied into every section that does not say it itself; a bundled section then takes transport
  /// attributes from the bundle's tagged section (RFC 9143 section 7.1).
  public init(parsing bytes: ByteView) throws(SDPError) {
    var lines = try SDPLines(bytes)
    guard let first = try lines.next(), first.letter == UInt8(ascii: "v"), first.value.elementsEqual("0") else {
      throw .malformed(line: 1)
    }
    self.init(sessionID: 0, sessionVersion: 0)
    var session = SectionReader(MediaSection(kind: "", port: 9, transportProtocol: "", formats: []))
    var readers: [SectionReader] = []
    while let line = try lines.next() {
      switch line.letter {
      case UInt8(ascii: "o"): readOrigin(line.value)
      case UInt8(ascii: "m"):
        guard readers.count < Limits.sdpSectionsMax else { throw .tooManySections }
        guard let section = MediaSection(mediaLine: line.value) else { throw .malformed(line: line.number) }
        readers.append(SectionReader(section))
      case UInt8(ascii: "a"):
        if readers.isEmpty {
          readSessionAttribute(line.value)
          session.read(line.value)
        } else {
          readers[readers.count - 1].read(line.value)
        }
      default: break
      }
    }
    sections = readers.map { $0.finished(session: session) }
    inheritFromBundle()
  }

  private mutating func readOrigin(_ value: ByteView) {
    var rest = value
    _ = rest.takeWord()
    sessionID = rest.takeWord()?.decimal ?? 0
    sessionVersion = rest.takeWord()?.decimal ?? 0
  }

  private mutating func readSessionAttribute(_ attribute: ByteView) {
    let (name, value) = attribute.split(at: .colon)
    switch name {
    case "ice-lite": isICELite = true
    case "extmap-allow-mixed": allowsMixedExtensions = true
    case "group":
      var rest = value
      guard let semantics = rest.takeWord(), semantics.elementsEqual("BUNDLE"), bundle.isEmpty else { return }
      while let mid = rest.takeWord(), bundle.count < Limits.sdpSectionsMax { bundle.append(mid.text()) }
    default: break
    }
  }

  private mutating func inheritFromBundle() {
    guard let tag = bundle.first, let tagged = sections.first(where: { $0.mid == tag }) else { return }
    for index in sections.indices {
      guard let mid = sections[index].mid, bundle.contains(where: { $0 == mid }), mid != tag else { continue }
      if sections[index].usernameFragment == nil, sections[index].password == nil {
        sections[index].usernameFragment = tagged.usernameFragment
        sections[index].password = tagged.password
        if sections[index].iceOptions.isEmpty { sections[index].iceOptions = tagged.iceOptions }
      }
      // One transport: its candidates stand in the tagged section (RFC 9143 section 10).
      if sections[index].candidates.isEmpty {
        sections[index].candidates = tagged.candidates
        if tagged.hasAllCandidates { sections[index].hasAllCandidates = true }
      }
      if sections[index].fingerprints.isEmpty, sections[index].unusableFingerprints == 0 {
        sections[index].fingerprints = tagged.fingerprints
        sections[index].unusableFingerprints = tagged.unusableFingerprints
      }
      if sections[index].setup == nil { sections[index].setup = tagged.setup }
    }
  }
}

extension MediaSection {
  /// The section that an `m=` line begins (RFC 8866 section 5.14): kind, port, transport, formats.
  init?(mediaLine: ByteView) {
    var rest = mediaLine
    guard let kind = rest.takeWord(), let portText = rest.takeWord(), let transport = rest.takeWord() else {
      return nil
    }
    guard let port = portText.split(at: .slash).head.number(in: 0...65_535) else { return nil }
    var formats: [String] = []
    while let format = rest.takeWord(), formats.count < Limits.sdpAttributesMax { formats.append(format.text()) }
    self.init(kind: kind.text(), port: UInt16(port), transportProtocol: transport.text(), formats: formats)
  }
}

/// Collects the attributes of one section, or of the session.
private struct SectionReader {
  private var section: MediaSection
  private var direction: MediaDirection?
  private var maps: [PayloadFormat] = []
  private var parameters: [(payloadType: UInt8, text: String)] = []

  init(_ section: MediaSection) { self.section = section }

  mutating func read(_ attribute: ByteView) {
    let (name, value) = attribute.split(at: .colon)
    if let direction = MediaDirection(name) {
      self.direction = direction
      return
    }
    switch name {
    case "mid": if let mid = value.firstWord { section.mid = mid.text() }
    case "bundle-only": section.isBundleOnly = true
    case "ice-ufrag": if let text = value.firstWord { section.usernameFragment = text.text() }
    case "ice-pwd": if let text = value.firstWord { section.password = text.text() }
    case "ice-options": section.iceOptions = value.words(max: Limits.sdpAttributesMax)
    case "fingerprint": readFingerprint(value)
    case "setup": section.setup = SetupRole(value.trimmed)
    case "rtcp-mux": section.hasRTCPMux = true
    case "rtcp-mux-only":
      section.hasRTCPMux = true
      section.hasRTCPMuxOnly = true
    case "rtcp-xr":
      var rest = value
      while let word = rest.takeWord() {
        if word.elementsEqual("voip-metrics") { section.hasVoIPMetrics = true }
      }
    case "rtcp-rsize": section.hasReducedSizeRTCP = true
    case "extmap-allow-mixed": section.allowsMixedExtensions = true
    case "extmap": readExtension(value)
    case "rtpmap": readMap(value)
    case "fmtp": readParameters(value)
    case "ptime": section.packetTimeMilliseconds = value.trimmed.number(in: 1...120)
    case "maxptime": section.maxPacketTimeMilliseconds = value.trimmed.number(in: 1...1000)
    case "msid": readMediaStream(value)
    case "ssrc": readSource(value)
    case "candidate":
      guard section.candidates.count < Limits.sdpCandidatesMax else { return }
      section.candidates.append(attribute.text())
    case "end-of-candidates": section.hasAllCandidates = true
    default: break
    }
  }

  /// The section, with what the session says for all.
  func finished(session: SectionReader) -> MediaSection {
    var section = section
    let common = session.section
    section.direction = direction ?? session.direction ?? .sendReceive
    if section.usernameFragment == nil { section.usernameFragment = common.usernameFragment }
    if section.password == nil { section.password = common.password }
    if section.iceOptions.isEmpty { section.iceOptions = common.iceOptions }
    if section.fingerprints.isEmpty, section.unusableFingerprints == 0 {
      section.fingerprints = common.fingerprints
      section.unusableFingerprints = common.unusableFingerprints
    }
    if section.setup == nil { section.setup = common.setup }
    if common.hasAllCandidates { section.hasAllCandidates = true }
    for shared in common.extensions where !section.extensions.contains(where: { $0.uri == shared.uri }) {
      section.extensions.append(shared)
    }
    section.payloadFormats = payloadFormats
    return section
  }

  /// The payload types with a map, in the order of the `m=` line.
  private var payloadFormats: [PayloadFormat] {
    var formats: [PayloadFormat] = []
    for format in section.formats {
      guard let number = format.withByteView({ $0.number(in: 0...127) }) else { continue }
      guard var map = maps.first(where: { $0.payloadType == UInt8(number) }) else { continue }
      map.parameters = parameters.first { $0.payloadType == map.payloadType }?.text ?? ""
      formats.append(map)
    }
    return formats
  }

  private mutating func readFingerprint(_ value: ByteView) {
    guard section.fingerprints.count < Limits.sdpAttributesMax else { return }
    if let fingerprint = Fingerprint(parsing: value) {
      section.fingerprints.append(fingerprint)
    } else {
      section.unusableFingerprints += 1
    }
  }

  /// `<id>[/<direction>] <uri> [<attributes>]` (RFC 8285 section 8).
  private mutating func readExtension(_ value: ByteView) {
    guard section.extensions.count < Limits.sdpAttributesMax else { return }
    var rest = value
    guard let first = rest.takeWord(), let uri = rest.takeWord() else { return }
    let (identifierText, directionText) = first.split(at: .slash)
    guard let identifier = identifierText.number(in: 1...255) else { return }
    guard let direction = directionText.isEmpty ? .sendReceive : MediaDirection(directionText) else { return }
    section.extensions.append(
      HeaderExtension(identifier: UInt8(identifier), direction: direction, uri: uri.text()))
  }

  /// `<payload type> <name>/<clock rate>[/<channels>]` (RFC 8866 section 6.6).
  private mutating func readMap(_ value: ByteView) {
    guard maps.count < Limits.sdpAttributesMax else { return }
    var rest = value
    guard let type = rest.takeWord()?.number(in: 0...127), var encoding = rest.takeWord() else { return }
    guard let name = encoding.takeWord(.slash), let rate = encoding.takeWord(.slash)?.number(in: 1...1_000_000) else {
      return
    }
    let channels = encoding.takeWord(.slash).map { $0.number(in: 1...255) ?? 0 } ?? 1
    guard channels > 0 else { return }
    maps.append(PayloadFormat(payloadType: UInt8(type), name: name.text(), clockRate: rate, channels: channels))
  }

  /// `<payload type> <parameters>` (RFC 8866 section 6.15).
  private mutating func readParameters(_ value: ByteView) {
    guard parameters.count < Limits.sdpAttributesMax else { return }
    var rest = value
    guard let type = rest.takeWord()?.number(in: 0...127) else { return }
    parameters.append((UInt8(type), rest.trimmed.text()))
  }

  /// `<stream> [<track>]` (RFC 8830 section 2); some writers put the track only into `a=ssrc`.
  private mutating func readMediaStream(_ value: ByteView) {
    var rest = value
    guard section.mediaStream == nil, let stream = rest.takeWord() else { return }
    section.mediaStream = MediaStreamID(stream: stream.text(), track: rest.takeWord()?.text() ?? "")
  }

  /// `<ssrc> [cname:<name>]` (RFC 5576 section 4.1); other attributes of sources are passed over.
  private mutating func readSource(_ value: ByteView) {
    var rest = value
    guard let number = rest.takeWord()?.decimal, let ssrc = UInt32(exactly: number) else { return }
    let (name, text) = rest.trimmed.split(at: .colon)
    let cname = name.elementsEqual("cname") ? text.text() : ""
    if let index = section.sources.firstIndex(where: { $0.ssrc == ssrc }) {
      if section.sources[index].cname.isEmpty { section.sources[index].cname = cname }
    } else if section.sources.count < Limits.sdpAttributesMax {
      section.sources.append(StreamSource(ssrc: ssrc, cname: cname))
    }
  }
}

extension ByteView {
  /// The first word, or nil.
  var firstWord: ByteView? {
    var rest = self
    return rest.takeWord()
  }

  /// At most `max` words.
  func words(max: Int) -> [String] {
    var rest = self
    var words: [String] = []
    while words.count < max, let word = rest.takeWord() { words.append(word.text()) }
    return words
  }
}
