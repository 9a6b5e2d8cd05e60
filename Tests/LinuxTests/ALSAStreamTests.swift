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
    #expect(capture.channels == 1 && capture.figures.periodFrames == 480 && capture.figures.bufferFrames == 1920)
    #expect(playback.figures.startFrames == 960 && playback.figures.card == -1 && !playback.figures.isHardware)
    let started = (capture.begin().isDone, playback.begin().isDone)
    #expect(started == (true, true))
    for _ in 0..<10 {
      var frame = Self.frame(7)
      let isRead = capture.read(into: &frame).isDone
      #expect(isRead && frame.count == 480 && (0..<480).allSatisfy { frame.samples[$0] == 0 })
      let isWritten = playback.write(Self.frame(1)).isDone
      #expect(isWritten)
    }
  }

  @Test("what is played into a file is captured from it, behind the silence to begin with")
  func file() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/sound.raw"
    var playback = try ALSAStream("file:FILE='\(path)',FORMAT=raw", .playback, settings: settings)
    _ = playback.begin()
    for period in 0..<5 {
      let isWritten = playback.write(Self.frame(Int16(period) * 1000)).isDone
      #expect(isWritten)
    }
    playback.finish()
    #expect(try Files.read(path, limitBytes: 100_000).count == (2 + 5) * 480 * 2)
    #expect(try Files.permissions(path) == 0o600)

    var capture = try ALSAStream("file:INFILE='\(path)'", .capture, settings: settings)
    _ = capture.begin()
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
    _ = playback.begin()
    _ = playback.write(Self.frame(100))
    playback.finish()
    let bytes = try Files.read(path, limitBytes: 100_000)
    #expect(bytes.count == 3 * 480 * 4)
    #expect(Array(bytes[(2 * 480 * 4)..<(2 * 480 * 4 + 8)]) == [100, 0, 100, 0, 101, 0, 101, 0])
    try Self.patch(path, at: 2 * 480 * 4 + 2, with: [0xC8, 0x00])
    var capture = try ALSAStream("in", .capture, settings: settings, configuration: configuration)
    _ = capture.begin()
    var frame = PCMFrame()
    for _ in 0..<3 { _ = capture.read(into: &frame) }
    // The first sample's right side was made 200.
    #expect(frame.samples[0] == 150 && frame.samples[1] == 101 && frame.samples[479] == 579)
  }

  @Test(
    "a side of a stereo microphone can be chosen",
    arguments: [(CaptureChannel.left, Int16(100)), (.right, 200), (.mix, 150)])
  func side(channel: CaptureChannel, expected: Int16) throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/stereo.raw"
    var samples: [UInt8] = []
    for _ in 0..<480 { samples += [100, 0, 200, 0] }
    var stream = try FileStream(replacing: path)
    try samples.withUnsafeBytes { try stream.write(ByteView($0)) }
    var settings = settings
    settings.channels = 2
    settings.captureChannel = channel
    var capture = try ALSAStream(
      "in", .capture, settings: settings,
      configuration: "pcm.in { type file file /dev/null infile '\(path)' format raw slave.pcm null }")
    _ = capture.begin()
    var frame = PCMFrame()
    let isRead = capture.read(into: &frame).isDone
    #expect(isRead && frame.samples[0] == expected && frame.samples[479] == expected)
  }

  /// A device that has one rate only: plug takes any format and number of channels, but keeps its slave's rate.
  private static func narrow(rate: Int, file: String, isInput: Bool) -> String {
    let files = isInput ? "file /dev/null infile '\(file)'" : "file '\(file)'"
    return "pcm.narrow { type plug slave { pcm { type file \(files) format raw slave.pcm null } rate \(rate) "
      + "format S16_LE channels 1 } }"
  }

  @Test("another rate is converted on the way in, and no sample is lost or made up")
  func captureConverted() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/slow.raw"
    var samples: [UInt8] = []
    for index in 0..<16_000 { samples += [UInt8(index & 0xFF), UInt8(index >> 8)] }
    var file = try FileStream(replacing: path)
    try samples.withUnsafeBytes { try file.write(ByteView($0)) }
    var settings = settings
    settings.makeConversion = { from, to in
      #expect(from == 16_000 && to == 48_000)
      // Each sample three times.
      return { input, output in
        let count = min(input.count, output.count / 3)
        for index in 0..<count * 3 { output[index] = input[index / 3] }
        return (count, count * 3)
      }
    }
    var capture = try ALSAStream(
      "narrow", .capture, settings: settings,
      configuration: Self.narrow(rate: 16_000, file: path, isInput: true))
    #expect(capture.figures.choice == SoundChoice(rate: 16_000, channels: 1, bits: 16))
    #expect(capture.figures.periodFrames == 160 && capture.figures.bufferFrames == 640)
    _ = capture.begin()
    var frame = PCMFrame()
    for period in 0..<20 {
      let isRead = capture.read(into: &frame).isDone
      #expect(isRead && (0..<480).allSatisfy { frame.samples[$0] == Int16(period * 160 + $0 / 3) })
    }
  }

  @Test("another rate is converted on the way out, behind the silence to begin with")
  func playbackConverted() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/slow.raw"
    var settings = settings
    settings.makeConversion = { from, to in
      #expect(from == 48_000 && to == 16_000)
      return { input, output in
        let count = min(input.count / 3, output.count)
        for index in 0..<count { output[index] = input[index * 3] }
        return (count * 3, count)
      }
    }
    var playback = try ALSAStream(
      "narrow", .playback, settings: settings,
      configuration: Self.narrow(rate: 16_000, file: path, isInput: false))
    _ = playback.begin()
    for _ in 0..<3 {
      let isWritten = playback.write(Self.frame(0)).isDone
      #expect(isWritten)
    }
    playback.finish()
    let bytes = try Files.read(path, limitBytes: 100_000)
    #expect(bytes.count == (2 + 3) * 160 * 2)
    #expect(Array(bytes[(2 * 160 * 2)..<(2 * 160 * 2 + 6)]) == [0, 0, 3, 0, 6, 0])
  }

  @Test("without a converter a device of another rate is refused, as one with no known format")
  func rateRefused() {
    let error = #expect(throws: LinuxError.self) {
      _ = try ALSAStream(
        "narrow", .capture, settings: settings,
        configuration: Self.narrow(rate: 16_000, file: "/dev/zero", isInput: true)
      ).channels
    }
    #expect(error?.errno == LinuxError.invalid)
    #expect(SoundRemedy.text(LinuxError.invalid).contains("plughw"))
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
