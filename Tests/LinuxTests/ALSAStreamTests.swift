// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// alsa-lib without a sound card: its null and file plugins, opened from our own configuration.

import Core
import Linux
import Testing

@Suite("ALSA", .serialized) struct ALSAStreamTests {
  private let settings = ALSASettings(periodSamples: 480)

  private static func frame(_ first: Int16) -> PCMFrame {
    var frame = PCMFrame(count: 480)
    for index in 0..<480 { frame.samples[index] = first &+ Int16(index) }
    return frame
  }

  @Test("null captures silence and swallows everything", arguments: ["null", "plug:null"])
  func null(name: String) throws {
    var capture = try ALSAStream(name, .capture, settings: settings)
    var playback = try ALSAStream(name, .playback, settings: settings)
    #expect(!capture.isPaced && !playback.isPaced)
    #expect(capture.channels == 1 && capture.devicePeriodSamples == 480 && capture.deviceBufferSamples == 1920)
    let started = (capture.start().isDone, playback.start().isDone)
    #expect(started == (true, true))
    for _ in 0..<10 {
      var frame = Self.frame(7)
      let isRead = capture.read(into: &frame).isDone
      #expect(isRead && frame.count == 480 && (0..<480).allSatisfy { frame.samples[$0] == 0 })
      let isWritten = playback.write(Self.frame(1)).isDone
      #expect(isWritten)
    }
    #expect(capture.xruns == 0 && playback.xruns == 0)
  }

  @Test("what is played into a file is captured from it, behind the silence to begin with")
  func file() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/sound.raw"
    var playback = try ALSAStream("file:FILE='\(path)',FORMAT=raw", .playback, settings: settings)
    _ = playback.start()
    for period in 0..<5 {
      let isWritten = playback.write(Self.frame(Int16(period) * 1000)).isDone
      #expect(isWritten)
    }
    playback.finish()
    #expect(try Files.read(path, limitBytes: 100_000).count == (2 + 5) * 480 * 2)
    #expect(try Files.permissions(path) == 0o600)

    var capture = try ALSAStream("file:INFILE='\(path)'", .capture, settings: settings)
    _ = capture.start()
    var frame = PCMFrame()
    for _ in 0..<2 {
      _ = capture.read(into: &frame)
      #expect((0..<480).allSatisfy { frame.samples[$0] == 0 })
    }
    for period in 0..<5 {
      let isRead = capture.read(into: &frame).isDone
      #expect(isRead && frame.samples[0] == Int16(period) * 1000 && frame.samples[479] == Int16(period) * 1000 + 479)
    }
  }

  @Test("a stereo device is played alike on both sides and captured as their mean")
  func stereo() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/stereo.raw"
    let configuration = """
      pcm.out { type file file '\(path)' format raw slave.pcm null }
      pcm.in { type file file /dev/null infile '\(path)' format raw slave.pcm null }
      """
    var settings = settings
    settings.channels = 2
    var playback = try ALSAStream("out", .playback, settings: settings, configuration: configuration)
    #expect(playback.channels == 2)
    _ = playback.start()
    _ = playback.write(Self.frame(100))
    playback.finish()
    let bytes = try Files.read(path, limitBytes: 100_000)
    #expect(bytes.count == 3 * 480 * 4)
    #expect(Array(bytes[(2 * 480 * 4)..<(2 * 480 * 4 + 8)]) == [100, 0, 100, 0, 101, 0, 101, 0])
    try Self.patch(path, at: 2 * 480 * 4 + 2, with: [0xC8, 0x00])
    var capture = try ALSAStream("in", .capture, settings: settings, configuration: configuration)
    _ = capture.start()
    var frame = PCMFrame()
    for _ in 0..<3 { _ = capture.read(into: &frame) }
    // The first sample's right side was made 200.
    #expect(frame.samples[0] == 150 && frame.samples[1] == 101 && frame.samples[479] == 579)
  }

  private static func patch(_ path: String, at offset: Int, with patch: [UInt8]) throws {
    var bytes = try Files.read(path, limitBytes: 100_000)
    bytes.replaceSubrange(offset..<offset + patch.count, with: patch)
    var stream = try FileStream(replacing: path)
    try bytes.withUnsafeBytes { try stream.write(ByteView($0)) }
  }

  @Test(
    "a device that is not there is an error with a reason, and nothing is printed",
    arguments: ["hw:CARD=NoSuchCard,DEV=0", "plughw:CARD=NoSuchCard", "no-such-name", "", "hw:{"])
  func missing(name: String) throws {
    let errors = ALSA.errorCount
    #expect(throws: LinuxError.self) { _ = try ALSAStream(name, .capture, settings: settings).channels }
    #expect(ALSA.errorCount > errors)
    #expect(!ALSA.lastError.isEmpty)
  }

  @Test("a broken configuration is an error")
  func brokenConfiguration() {
    #expect(throws: LinuxError.self) {
      _ = try ALSAStream("null", .capture, settings: settings, configuration: "pcm.x { type").channels
    }
  }

  @Test("the libraries know their versions, and the lists of devices are lists")
  func lists() {
    #expect(ALSA.version.hasPrefix("1."))
    #expect(GPIO.version.hasPrefix("2."))
    for card in SoundCards.list() { #expect(!card.id.isEmpty && card.number >= 0) }
    let (chips, _) = GPIOChips.list()
    for chip in chips { #expect(!chip.name.isEmpty && chip.lineCount > 0) }
  }
}

extension PCMResult {
  var isDone: Bool { if case .done = self { true } else { false } }
}
