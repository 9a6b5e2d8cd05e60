// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Opus end to end: level, delay, rate, in-band FEC found in the bytes, recovery against concealment.

import Codecs
import Core
import Testing
import Voice

@Suite("Opus")
struct OpusTests {
  @Test("the library names its version")
  func version() {
    #expect(OpusCodec.version.split(separator: ".").count >= 2)
    #expect(OpusCodec.version.first?.isNumber == true)
  }

  @Test("a tone keeps its level and its frequency, in frames of 10 and of 20 ms, with and without FEC")
  func tone() throws {
    for frameSamples in [480, 960] {
      for loss in [0, 10] {
        let tone = Sound.tone(hertz: 1000, amplitude: 8000, count: 48_000)
        var encoder = OpusEncoder(expectedLossPercent: loss)
        var decoder = OpusDecoder()
        let packets = encoded(tone, frameSamples: frameSamples, with: &encoder)
        let heard = try #require(decoded(packets, frameSamples: frameSamples, with: &decoder))
        #expect(heard.count == tone.count)
        let steady = heard[24_000..<43_200]
        #expect(abs(level(steady) - level(tone[24_000..<43_200])) < 1, "\(frameSamples) \(loss)")
        let expected = amplitude(of: 1000, in: tone[24_000..<43_200])
        #expect(abs(amplitude(of: 1000, in: steady) / expected - 1) < 0.1, "\(frameSamples) \(loss)")
      }
    }
  }

  @Test("sound comes out as late as the encoder says: 6.5 ms")
  func delayOfSound() throws {
    let speech = Array(Sound.speech[..<48_000])
    for frameSamples in [480, 960] {
      for loss in [0, 10] {
        var encoder = OpusEncoder(expectedLossPercent: loss)
        var decoder = OpusDecoder()
        #expect(encoder.lookaheadSamples == 312)
        let packets = encoded(speech, frameSamples: frameSamples, with: &encoder)
        let heard = try #require(decoded(packets, frameSamples: frameSamples, with: &decoder))
        let measured = delay(of: heard, after: speech, limit: 500)
        #expect(abs(measured - encoder.lookaheadSamples) <= 12, "\(measured) with \(frameSamples), \(loss)")
      }
    }
  }

  @Test("at half the bitrate a voice keeps the band up to 8 kHz, whatever loss is expected, and gets it all back")
  func halved() {
    var encoder = OpusEncoder(expectedLossPercent: 20)
    func bands() -> Set<Int> {
      let packets = encoded(Sound.speech, frameSamples: 960, with: &encoder)
      return Set(packets.dropFirst(5).map { $0.withUnsafeBytes { OpusPacket(ByteView($0))?.bandwidthHertz ?? 0 } })
    }
    #expect(bands() == [20_000])
    encoder.setBitrate(16_000)
    #expect(bands() == [8_000])
    encoder.setExpectedLoss(percent: 30)
    #expect(bands() == [8_000])
    encoder.setBitrate(1)
    encoder.setBitrate(32_000)
    encoder.setExpectedLoss(percent: 10)
    #expect(bands().contains(20_000))
  }

  @Test("the bitrate is kept, and a higher complexity is taken")
  func bitrate() {
    let speech = Sound.speech
    for (bitrate, complexity) in [(16_000, 0), (32_000, 5), (64_000, 10)] {
      for frameSamples in [480, 960] {
        var encoder = OpusEncoder(bitrate: bitrate, complexity: complexity)
        let packets = encoded(speech, frameSamples: frameSamples, with: &encoder)
        let bits = packets.reduce(0) { $0 + $1.count * 8 } / 4
        #expect(bits > bitrate / 2 && bits < bitrate * 5 / 4, "\(bits) of \(bitrate)")
        #expect(
          packets.allSatisfy { packet in
            packet.withUnsafeBytes { OpusPacket(ByteView($0))?.sampleCount == frameSamples }
          })
      }
    }
  }

  @Test("silence is coded all the same, as DTX is off, and every packet is more than a table of contents")
  func noDiscontinuousTransmission() {
    var encoder = OpusEncoder()
    let packets = encoded([Int16](repeating: 0, count: 96_000), frameSamples: 960, with: &encoder)
    #expect(packets.count == 100)
    #expect(packets.allSatisfy { $0.count > 2 })
  }

  @Test("with a loss expected most packets carry FEC, found in their bytes; without, none does")
  func recoveryInTheBytes() {
    let speech = Sound.speech
    for frameSamples in [480, 960] {
      for loss in [0, 1, 5, 20] {
        var encoder = OpusEncoder(expectedLossPercent: loss)
        let packets = encoded(speech, frameSamples: frameSamples, with: &encoder)
        var carriers = 0
        for packet in packets {
          // RFC 6716 section 4.2.3, mono, one SILK frame of 10 or 20 ms: the first bit behind the table of contents is the voice activity
          // flag, the second the LBRR flag. Configurations 0 ... 15 are SILK and hybrid.
          let byBits = packet[0] >> 3 < 16 && packet[0] & 0b111 == 0 && packet.count > 1 && packet[1] & 0x40 != 0
          let byRoom = packet.withUnsafeBytes { OpusPacket(ByteView($0))?.carriesRecovery }
          #expect(byRoom == byBits)
          if byBits { carriers += 1 }
        }
        if loss == 0 {
          #expect(carriers == 0)
        } else {
          #expect(carriers > packets.count / 3, "\(carriers) of \(packets.count) at \(loss) %, \(frameSamples)")
        }
      }
    }
  }

  @Test("the expected loss can change while sound goes on")
  func lossChanges() {
    let speech = Sound.speech
    var encoder = OpusEncoder(expectedLossPercent: 0)
    let carriers = { (packets: [[UInt8]]) in
      packets.filter { packet in packet.withUnsafeBytes { OpusPacket(ByteView($0))?.carriesRecovery == true } }.count
    }
    #expect(carriers(encoded(Array(speech[..<96_000]), frameSamples: 960, with: &encoder)) == 0)
    encoder.setExpectedLoss(percent: 250)
    #expect(carriers(encoded(Array(speech[96_000...]), frameSamples: 960, with: &encoder)) > 30)
    encoder.setExpectedLoss(percent: -3)
    // The first packet may still carry the frame before it.
    #expect(carriers(encoded(Array(speech[..<96_000]), frameSamples: 960, with: &encoder)) <= 1)
  }

  @Test("a lost frame recovered from FEC is nearer to the sent one than a concealed frame")
  func recoveryBeatsConcealment() throws {
    let speech = Sound.speech
    for frameSamples in [480, 960] {
      var encoder = OpusEncoder(expectedLossPercent: 20)
      let packets = encoded(speech, frameSamples: frameSamples, with: &encoder)
      let carries = packets.map { packet in packet.withUnsafeBytes { OpusPacket(ByteView($0))?.carriesRecovery == true }
      }
      let isLost = { (index: Int) in index % 7 == 3 && index + 1 < packets.count && carries[index + 1] }
      let lost = packets.indices.filter(isLost)
      #expect(lost.count > packets.count / 30)

      var whole = OpusDecoder()
      let sent = try #require(decoded(packets, frameSamples: frameSamples, with: &whole))
      var mean: [Fate: Double] = [:]
      for fate in [Fate.concealed, .recovered] {
        var decoder = OpusDecoder()
        let heard = try #require(
          decoded(packets, frameSamples: frameSamples, with: &decoder) { isLost($0) ? fate : .decoded })
        mean[fate] =
          lost.reduce(0.0) { sum, index in
            let range = index * frameSamples..<(index + 1) * frameSamples
            return sum + signalToDifference(sent[range], heard[range])
          } / Double(lost.count)
      }
      let recovered = try #require(mean[.recovered])
      let concealed = try #require(mean[.concealed])
      #expect(recovered > concealed + 3, "\(recovered) dB recovered, \(concealed) dB concealed")
    }
  }

  @Test("concealment goes on and fades out, and sound returns after it")
  func concealment() throws {
    let tone = Sound.tone(hertz: 440, amplitude: 8000, count: 96_000)
    var encoder = OpusEncoder()
    var decoder = OpusDecoder()
    let packets = encoded(tone, frameSamples: 960, with: &encoder)
    let heard = try #require(
      decoded(packets, frameSamples: 960, with: &decoder) { (40..<70).contains($0) ? .concealed : .decoded })
    #expect(level(heard[40 * 960..<41 * 960]) > -30)
    #expect(level(heard[69 * 960..<70 * 960]) < -50)
    #expect(abs(level(heard[80 * 960..<95 * 960]) - level(tone[80 * 960..<95 * 960])) < 1)
  }

  @Test("concealment and recovery refuse lengths that are no part of a frame")
  func lengths() throws {
    let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 960)
    defer { room.deallocate() }
    var encoder = OpusEncoder(expectedLossPercent: 20)
    let packets = encoded(Array(Sound.speech[..<48_000]), frameSamples: 960, with: &encoder)
    let carrier = try #require(
      packets.first { packet in packet.withUnsafeBytes { OpusPacket(ByteView($0))?.carriesRecovery == true } })
    var decoder = OpusDecoder()
    for count in [120, 240, 480, 840, 960] { #expect(decoder.conceal(sampleCount: count, into: room) == count) }
    for count in [-960, 0, 1, 100, 961, 1080, 1920] { #expect(decoder.conceal(sampleCount: count, into: room) == nil) }
    carrier.withUnsafeBytes { bytes in
      let payload = ByteView(bytes)
      #expect(decoder.recover(from: payload, sampleCount: 960, into: room) == 960)
      for count in [-960, 0, 480, 959, 1080] {
        #expect(decoder.recover(from: payload, sampleCount: count, into: room) == nil)
      }
      let small = UnsafeMutableBufferPointer(rebasing: room[0..<480])
      #expect(decoder.recover(from: payload, sampleCount: 960, into: small) == nil)
      #expect(decoder.decode(payload, into: small) == nil)
    }
    let without = try #require(packets.first { $0[1] & 0x40 == 0 })
    without.withUnsafeBytes { #expect(decoder.recover(from: ByteView($0), sampleCount: 960, into: room) == nil) }
  }

  @Test("after a reset encoder and decoder are as new")
  func reset() throws {
    let speech = Array(Sound.speech[..<48_000])
    var encoder = OpusEncoder()
    var decoder = OpusDecoder()
    _ = encoded(Sound.speech, frameSamples: 960, with: &encoder)
    encoder.reset()
    let packets = encoded(speech, frameSamples: 960, with: &encoder)
    #expect(encoded(speech, frameSamples: 960, with: &encoder) != packets)
    encoder.reset()
    #expect(encoded(speech, frameSamples: 960, with: &encoder) == packets)

    let heard = try #require(decoded(packets, frameSamples: 960, with: &decoder))
    #expect(decoded(packets, frameSamples: 960, with: &decoder) != heard)
    decoder.reset()
    #expect(decoded(packets, frameSamples: 960, with: &decoder) == heard)
  }

  @Test("at 32 kbit/s frames of 20 ms stay fullband with FEC")
  func bandwidth() {
    var encoder = OpusEncoder()
    let packets = encoded(Sound.speech, frameSamples: 960, with: &encoder)
    let full = packets.filter { packet in packet.withUnsafeBytes { OpusPacket(ByteView($0))?.bandwidthHertz == 20_000 }
    }
    #expect(full.count > packets.count * 9 / 10, "\(full.count) of \(packets.count)")
  }
}
