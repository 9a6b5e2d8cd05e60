// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sound inside the product: the jitter buffer by rows, mixer, levels, WAV, and the linked Opus and speexdsp.

import Codecs
import Core
import Voice

/// A row of a timing table; times are in milliseconds.
private enum Row {
  /// Packet `sequence`, 10 ms long unless said, arrives.
  case packet(Int, at: Int, timestamp: Int? = nil, samples: Int = 480)
  /// A pull of 10 ms, and what it must answer.
  case pull(at: Int, PlayoutAction)
  /// The counters: late, duplicate, discarded.
  case counters(UInt64, UInt64, UInt64)
}

private func frame(_ slot: Int, _ sampleCount: Int = 480) -> PlayoutAction {
  .frame(slot: slot, sampleCount: sampleCount, skip: 0)
}

private let conceal = PlayoutAction.conceal(sampleCount: 480)
private let silence = PlayoutAction.silence(sampleCount: 480)

extension Check {
  fileprivate mutating func play(_ rows: [Row]) {
    var buffer = JitterBuffer(periodSamples: 480)
    for (index, row) in rows.enumerated() {
      switch row {
      case .packet(let sequence, let at, let timestamp, let samples):
        var frame = EncodedFrame()
        frame.sequence = UInt32(truncatingIfNeeded: sequence)
        frame.timestamp = RTPTimestamp(UInt32(truncatingIfNeeded: timestamp ?? sequence * samples))
        frame.instant = .zero + .milliseconds(at)
        frame.count = 4
        buffer.insert(frame, sampleCount: samples)
      case .pull(let at, let expected):
        let action = buffer.pull(needed: 480, at: .zero + .milliseconds(at))
        expect(action == expected, "another action in row", index)
      case .counters(let late, let duplicate, let discarded):
        equal(buffer.latePackets, late, "late")
        equal(buffer.duplicatePackets, duplicate, "duplicates")
        equal(buffer.discardedPackets, discarded, "discarded")
      }
    }
  }
}

/// What the mixer makes of one sample of each talker.
private func mix(_ values: [Int16]) -> (sample: Int16, limited: UInt64) {
  var mixer = Mixer()
  mixer.clear()
  for value in values {
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 1) { samples in
      samples[0] = value
      mixer.add(samples)
    }
  }
  var frame = PCMFrame(count: 1)
  mixer.write(to: &frame)
  return (frame.samples[0], mixer.limitedSamples)
}

/// A WAV file of 48 kHz: little-endian fields as they stand in it, then `data`.
private func file(tag: UInt8, channels: UInt8, bits: UInt8, before: [UInt8] = [], _ data: [UInt8]) -> [UInt8] {
  view("RIFF").array() + [0, 0, 0, 0] + view("WAVE").array() + before + view("fmt ").array()
    + [16, 0, 0, 0, tag, 0, channels, 0, 0x80, 0xBB, 0, 0, 0, 0, 0, 0, channels * bits / 8, 0, bits, 0]
    + view("data").array() + [UInt8(data.count), 0, 0, 0] + data
}

/// The samples of a WAV file as numbers with blanks between them, or why there are none.
private func samples(_ file: [UInt8]) -> (text: String, error: WAVError?) {
  file.withByteView { bytes in
    do throws(WAVError) {
      let header = try WAVHeader(parsing: bytes)
      return withUnsafeTemporaryAllocation(of: Int16.self, capacity: 16) { samples in
        var text = ""
        let count = header.convert(bytes.dropFirst(header.dataOffset), into: samples)
        for index in 0..<count { text += "\(samples[index]) " }
        return (text, nil)
      }
    } catch {
      return ("", error)
    }
  }
}

/// How often the sound goes from below zero to above.
private struct CrossingCounter {
  var crossings = 0
  private var isBelow = false

  mutating func add(_ sample: Int16) {
    if sample > 0, isBelow { crossings += 1 }
    if sample != 0 { isBelow = sample < 0 }
  }
}

/// Calls `body` with room for the longest packet's samples.
private func withRoom(_ body: (UnsafeMutableBufferPointer<Int16>) -> Void) {
  let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Limits.receivedFrameSamplesMax)
  room.initialize(repeating: 0)
  body(room)
  room.deallocate()
}

/// `count` packets of generated speech.
private func speech(_ count: Int, frameSamples: Int, with encoder: inout OpusEncoder) -> [[UInt8]] {
  var source = SpeechLikeSource()
  var frame = PCMFrame(count: frameSamples)
  var payload = EncodedFrameStorage(repeating: 0)
  var packets: [[UInt8]] = []
  for _ in 0..<count {
    source.fill(&frame)
    let size = encoder.encode(frame, into: &payload) ?? 0
    withUnsafeBytes(of: payload) { packets.append(ByteView($0).prefix(size).array()) }
  }
  return packets
}

extension SelfTest {
  static var voiceCases: [SelfTestCase] { jitterCases + soundCases + wavCases + codecCases }

  private static var jitterCases: [SelfTestCase] {
    [
      SelfTestCase("the first packet waits for one frame's delay, then packets flow, in order") { check in
        check.play([
          .pull(at: 0, silence), .packet(0, at: 2), .pull(at: 10, silence), .packet(1, at: 12),
          .pull(at: 20, frame(0)), .packet(3, at: 22), .packet(2, at: 23), .pull(at: 30, frame(1)),
          .pull(at: 40, frame(2)), .pull(at: 50, frame(3)), .counters(0, 0, 0),
        ])
      },
      SelfTestCase("a lost packet is recovered from the one behind it, others are made up") { check in
        check.play([
          .packet(0, at: 0), .pull(at: 10, frame(0)), .packet(3, at: 19), .pull(at: 20, conceal),
          .pull(at: 30, .recover(slot: 3, sampleCount: 480, skip: 0)), .pull(at: 40, frame(3)), .counters(0, 0, 0),
        ])
        check.play([
          .packet(0, at: 0, samples: 960), .pull(at: 10, frame(0, 960)), .pull(at: 30, conceal),
          .packet(2, at: 39, samples: 960), .pull(at: 40, .recover(slot: 2, sampleCount: 960, skip: 480)),
          .pull(at: 50, frame(2, 960)),
        ])
      },
      SelfTestCase("numbers and timestamps wrap, duplicates are counted") { check in
        check.play([
          .packet(-1, at: 0, timestamp: -240), .packet(-1, at: 1, timestamp: -240), .pull(at: 10, frame(63)),
          .packet(0, at: 10, timestamp: 240), .pull(at: 20, frame(0)), .packet(-1, at: 20, timestamp: -240),
          .counters(0, 2, 0),
        ])
      },
      SelfTestCase("with quiet delays known, one late packet is given up and the delay stays") { check in
        var rows: [Row] = []
        for index in 0..<200 {
          rows.append(.packet(index, at: index * 10))
          rows.append(.pull(at: index * 10 + 8, index == 0 ? silence : frame((index - 1) % 64)))
        }
        rows += [
          .pull(at: 2008, frame(199 % 64)), .pull(at: 2018, conceal), .packet(200, at: 2020), .packet(201, at: 2021),
          .pull(at: 2028, frame(201 % 64)), .counters(1, 0, 0),
        ]
        check.play(rows)
      },
      SelfTestCase("a stream that begins anew is followed, and what piled up is dropped") { check in
        check.play([
          .packet(0, at: 0), .pull(at: 10, frame(0)), .packet(1, at: 10), .pull(at: 20, frame(1)),
          .packet(40_000, at: 20, timestamp: 123), .packet(40_001, at: 30, timestamp: 603),
          .packet(40_002, at: 40, timestamp: 1083), .counters(0, 0, 2), .pull(at: 50, frame(40_002 % 64)),
        ])
        var rows: [Row] = []
        for index in 0..<30 { rows.append(.packet(index, at: index * 10)) }
        rows += [.pull(at: 300, frame(28)), .counters(0, 0, 28)]
        check.play(rows)
      },
    ]
  }

  private static var soundCases: [SelfTestCase] {
    [
      SelfTestCase("the mixer adds talkers up, bends what is too loud, and never wraps") { check in
        check.equal(mix([1000, -3000, 500]).sample, -1500, "sum")
        check.equal(mix([]).sample, 0, "nobody")
        check.expect(mix([28_672]) == (28_672, 0), "seven eighths of full scale")
        var last: Int16 = 28_672
        for value in stride(from: 7200, through: 32_767, by: 500) {
          let (sample, limited) = mix([Int16](repeating: Int16(value), count: 4))
          check.expect(sample >= last && limited == 1, "what four make of", value)
          check.equal(mix([Int16](repeating: Int16(-value), count: 4)).sample, -sample, "the same below zero")
          last = sample
        }
        check.within(Int(last), 32_001...32_767, "loudest sum")
      },
      SelfTestCase("levels map to decibels, to percent and to the header extension") { check in
        let rows: [(hundredths: Int32, percent: Int, below: UInt8)] = [
          (0, 100, 0), (-300, 95, 3), (-3000, 50, 30), (-5999, 0, 60), (-9600, 0, 127),
        ]
        for row in rows {
          check.equal(SoundLevel(hundredths: row.hundredths).percent, row.percent, "percent")
          check.equal(SoundLevel(hundredths: row.hundredths).belowFullScale, row.below, "below full scale")
        }
        let sums: [(UInt64, Int, Int32)] = [
          (1_073_741_824, 1, 0), (0, 480, -9600), (536_870_912 * 480, 480, -301), (1_073_741_824, 1_000, -3000),
          (480, 480, -9031),
        ]
        for (sum, count, hundredths) in sums {
          let found = SoundLevel(sumOfSquares: sum, count: count).hundredths
          check.within(Int(found - hundredths), -10...10, "off by")
        }
      },
      SelfTestCase("a tone has its frequency and its level, and a closed gate lets nothing through") { check in
        for (hertz, hundredths) in [(440, -2000), (3001, -4000)] as [(Int, Int32)] {
          var tone = ToneGenerator(hertz: hertz, level: SoundLevel(hundredths: hundredths))
          var meter = LevelMeter()
          var counter = CrossingCounter()
          var frame = PCMFrame(count: 480)
          for _ in 0..<100 {
            tone.fill(&frame)
            meter.add(frame)
            for index in 0..<480 { counter.add(frame.samples[index]) }
          }
          check.within(counter.crossings - hertz, -1...1, "hertz off")
          check.within(Int(meter.level.hundredths - hundredths), -10...10, "level off by")
          var gate = Gate()
          check.expect(gate.setMuted(true) && !gate.setMuted(true), "changes of the gate")
          gate.apply(to: &frame)
          meter.reset()
          meter.add(frame)
          check.expect(meter.level == .silence, "the closed gate lets sound through")
        }
      },
      SelfTestCase("the generated speech is loud enough, bounded, and pauses") { check in
        var source = SpeechLikeSource()
        var whole = LevelMeter()
        var (frame, silent, peak) = (PCMFrame(count: 480), 0, 0)
        for _ in 0..<500 {
          source.fill(&frame)
          var meter = LevelMeter()
          meter.add(frame)
          whole.add(frame)
          if meter.level == .silence { silent += 1 }
          for index in 0..<480 { peak = max(peak, abs(Int(frame.samples[index]))) }
        }
        check.within(Int(whole.level.hundredths), -3500 ... -1200, "level")
        check.within(peak, 1_000...32_000, "peak")
        check.within(silent, 50...250, "silent frames")
      },
    ]
  }

  private static var wavCases: [SelfTestCase] {
    [
      SelfTestCase("every kind of WAV sample becomes 16-bit mono") { check in
        let rows: [([UInt8], String)] = [
          (file(tag: 1, channels: 1, bits: 16, [1, 0, 0xFF, 0x7F, 0, 0x80]), "1 32767 -32768 "),
          (file(tag: 1, channels: 1, bits: 8, [128, 0, 255]), "0 -32768 32512 "),
          (file(tag: 1, channels: 1, bits: 24, [9, 1, 0, 0xFF, 0xFF, 0xFF]), "1 -1 "),
          (file(tag: 1, channels: 1, bits: 32, [9, 9, 2, 0, 0, 0, 0, 0x80]), "2 -32768 "),
          (file(tag: 1, channels: 2, bits: 16, [10, 0, 20, 0, 0, 0x80, 0, 0x80]), "15 -32768 "),
          (
            file(
              tag: 3, channels: 1, bits: 32, hex("00000000 0000003F 000080BF 00000040 0000C07F 000080FF")),
            "0 16383 -32768 32767 0 -32768 "
          ),
          (
            file(
              tag: 1, channels: 1, bits: 16, before: view("LIST").array() + [3, 0, 0, 0, 1, 2, 3, 0], [5, 0, 6, 0]),
            "5 6 "
          ),
        ]
        for (bytes, wanted) in rows {
          let found = samples(bytes)
          check.expect(found.error == nil, "refused", wanted)
          check.same(found.text, wanted)
        }
      },
      SelfTestCase("WAV files that cannot be read are refused with the reason") { check in
        let good = file(tag: 1, channels: 1, bits: 16, [1, 0])
        let rows: [([UInt8], WAVError)] = [
          ([], .truncated), (Array(good.prefix(40)), .truncated), (view("RIFX").array() + good.dropFirst(4), .notWAV),
          (file(tag: 2, channels: 1, bits: 4, []), .unsupportedEncoding),
          (file(tag: 1, channels: 1, bits: 12, []), .unsupportedEncoding),
          (file(tag: 1, channels: 0, bits: 16, []), .unsupportedChannels),
          (file(tag: 1, channels: 1, bits: 16, before: [0x6A, 0x6A, 0x6A, 0x6A, 255, 255, 255, 255], []), .truncated),
        ]
        for (index, row) in rows.enumerated() {
          check.expect(samples(row.0).error == row.1, "not refused, or with another reason, in row", index)
        }
      },
      SelfTestCase("a WAV file is written byte by byte") { check in
        var bytes = [UInt8](repeating: 0, count: WAVHeader.writtenBytes + 4)
        var frame = PCMFrame(count: 2)
        frame.samples[0] = 0x1234
        frame.samples[1] = -2
        bytes.withUnsafeMutableBytes { buffer in
          let view = MutableByteView(buffer)
          check.expect(WAVHeader.write(dataBytes: 4, to: view), "no room")
          check.equal(WAVHeader.encode(frame, to: view[44..<48]), 4, "bytes of samples")
          check.same(
            view.readOnly,
            """
            52494646 28000000 57415645 666D7420 10000000 0100 0100 80BB0000 00770100 0200 1000 64617461 04000000
            3412 FEFF
            """)
        }
      },
    ]
  }

  private static var codecCases: [SelfTestCase] {
    [
      SelfTestCase("a tone through Opus keeps its frequency and its level, in frames of 10 and of 20 ms") { check in
        check.expect(OpusCodec.version.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false, "no version")
        withRoom { room in
          for frameSamples in [480, 960] {
            var encoder = OpusEncoder()
            var decoder = OpusDecoder()
            var tone = ToneGenerator(hertz: 1000, level: SoundLevel(hundredths: -1500))
            var (meter, counter) = (LevelMeter(), CrossingCounter())
            var frame = PCMFrame(count: frameSamples)
            var payload = EncodedFrameStorage(repeating: 0)
            for index in 0..<48_000 / frameSamples {
              tone.fill(&frame)
              let size = encoder.encode(frame, into: &payload) ?? 0
              let count = withUnsafeBytes(of: payload) { decoder.decode(ByteView($0).prefix(size), into: room) }
              check.expect(size > 2 && count == frameSamples, "another size of frame", index)
              if index * frameSamples < 24_000 { continue }
              let heard = UnsafeMutableBufferPointer(rebasing: room[0..<frameSamples])
              meter.add(heard)
              for sample in heard { counter.add(sample) }
            }
            check.within(counter.crossings, 498...502, "periods in half a second")
            check.within(Int(meter.level.hundredths), -1600 ... -1400, "level")
          }
        }
      },
      SelfTestCase("where loss is expected packets of speech carry FEC, found in their bytes") { check in
        for frameSamples in [480, 960] {
          for loss in [0, 20] {
            var encoder = OpusEncoder(expectedLossPercent: loss)
            let packets = speech(48_000 / frameSamples, frameSamples: frameSamples, with: &encoder)
            var carriers = 0
            for packet in packets {
              // RFC 6716 section 4.2.3: in mono the second bit behind the table of contents is the LBRR flag.
              let byBits = packet[0] >> 3 < 16 && packet[0] & 0b111 == 0 && packet.count > 1 && packet[1] & 0x40 != 0
              let byRoom = packet.withByteView { OpusPacket($0)?.carriesRecovery } ?? false
              check.expect(byRoom == byBits, "bits and reading differ")
              if byBits { carriers += 1 }
            }
            check.within(carriers, loss == 0 ? 0...0 : packets.count / 4...packets.count, "packets with FEC")
          }
        }
      },
      SelfTestCase("a lost frame is recovered from the next packet, and made up where that is not possible") { check in
        var encoder = OpusEncoder(expectedLossPercent: 20)
        let packets = speech(50, frameSamples: 960, with: &encoder)
        var decoder = OpusDecoder()
        var (recovered, concealed) = (0, 0)
        withRoom { room in
          for index in 1..<packets.count - 1 {
            if index % 5 != 3 {
              check.expect(packets[index].withByteView { decoder.decode($0, into: room) } == 960, "packet", index)
            } else if packets[index + 1].withByteView({
              decoder.recover(from: $0, sampleCount: 960, into: room)
            }) == 960 {
              recovered += 1
            } else {
              if decoder.conceal(sampleCount: 960, into: room) == 960 { concealed += 1 }
            }
          }
          check.expect(decoder.conceal(sampleCount: 100, into: room) == nil, "100 samples are made up")
        }
        check.equal(recovered + concealed, 10, "frames made good")
        check.expect(recovered > 0, "none was recovered")
      },
      SelfTestCase("Opus packets are measured by their framing, as RFC 6716 section 3 has it") { check in
        let rows: [(StaticString, Int)] = [
          ("", 0), ("78", 960), ("78010203", 960), ("790102", 1920), ("7901", 0), ("7A", 0), ("7A0109", 1920),
          ("7AFC", 0), ("7B00", 0), ("7B06", 5760), ("7B07", 0), ("8330", 5760), ("8331", 0), ("1B02", 5760),
          ("7B820109", 1920), ("7B8201", 0), ("7B41020000", 960), ("7B410200", 0), ("F8FF", 960), ("E0FF", 120),
        ]
        var decoder = OpusDecoder()
        withRoom { room in
          for (text, samples) in rows {
            let bytes = hex(text)
            let announced = bytes.withByteView { decoder.sampleCount(of: $0) } ?? 0
            check.expect(announced == samples, "another size", text)
            let decoded = bytes.withByteView { decoder.decode($0, into: room) } ?? 0
            check.expect(decoded == samples, "another size, says the library", text)
          }
        }
      },
      SelfTestCase("the resampler keeps a tone's frequency and level") { check in
        withRoom { room in
          for rate in [8_000, 44_100] {
            guard var resampler = Resampler(from: rate) else { return check.fail("there is no resampler") }
            // A tone of 1000 Hz made for 48 kHz has 1000 * `rate` / 48,000 Hz when its samples come at `rate`.
            var tone = ToneGenerator(hertz: 1000, level: SoundLevel(hundredths: -1500))
            var (meter, counter) = (LevelMeter(), CrossingCounter())
            var frame = PCMFrame(count: 480)
            var (given, made) = (0, 0)
            while given < rate {
              tone.fill(&frame)
              given += 480
              withUnsafeBytes(of: frame.samples) { bytes in
                var rest = UnsafeBufferPointer(rebasing: bytes.bindMemory(to: Int16.self)[0..<480])
                while !rest.isEmpty {
                  let (consumed, produced) = resampler.process(rest, into: room)
                  rest = UnsafeBufferPointer(rebasing: rest[consumed...])
                  made += produced
                  if made < 4_800 { continue }
                  let heard = UnsafeMutableBufferPointer(rebasing: room[0..<produced])
                  meter.add(heard)
                  for sample in heard { counter.add(sample) }
                }
              }
            }
            let expected = given * 48_000 / rate
            let slack = 1 + resampler.latencyOutputSamples
            check.within(made - expected, -slack...slack, "samples off")
            let hertz = counter.crossings * 48_000 / max(meter.count, 1)
            check.within(hertz - 1000 * rate / 48_000, -3...3, "hertz off")
            check.within(Int(meter.level.hundredths), -1520 ... -1480, "level")
          }
        }
        check.expect(Resampler(from: 3_999) == nil, "a rate of 3999 is taken")
      },
    ]
  }
}
