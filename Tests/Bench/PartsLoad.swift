// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a call cannot do without, alone: for each frame of the same sound one encoding, one packet protected and
// unprotected, one decoding; what is counted are the libraries' own functions, the wrappers around them are ours. Or what
// is done to a microphone's sound, alone.

import Codecs
import Core
import Peer
import Security
import Voice

/// Codec and SRTP without a call, or the processing of sound without either.
final class PartsLoad {
  private let sound: PreparedSound
  private var encoder = OpusEncoder()
  private var decoder = OpusDecoder()
  private var outbound: SRTPSession
  private var inbound: SRTPSession
  private var pcm = PCMFrame(count: CallLoad.frameSamples)
  private var frame = EncodedFrame()
  private var packet = Datagram()
  private let heard = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Limits.receivedFrameSamplesMax)
  private var frames = 0
  private let isProcessor: Bool
  private var canceller = KalmanCanceller(periodSamples: CallLoad.periodSamples)
  private var gain = GainControl()
  private var played = PCMFrame(count: CallLoad.periodSamples)
  private var captured = PCMFrame(count: CallLoad.periodSamples)

  /// The header of our packets: 12 bytes, and 8 of an extension that carries the level.
  private static let headerBytes = 20

  /// Parts that have done nothing.
  init(sound: PreparedSound, isProcessor: Bool) {
    self.sound = sound
    self.isProcessor = isProcessor
    canceller.set(SoundProcessing())
    gain.set(on: true)
    var key: [UInt8] = []
    for byte in 0..<30 as Range<UInt8> { key.append(byte) }
    do throws(SRTPError) {
      outbound = try Self.session(key, .outbound)
      inbound = try Self.session(key, .inbound)
    } catch { preconditionFailure("no SRTP session could be made") }
  }

  deinit { heard.deallocate() }

  private static func session(_ key: [UInt8], _ direction: SRTPSession.Direction) throws(SRTPError) -> SRTPSession {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: key.count, alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: key)
    let view = MutableByteView(bytes).readOnly
    return try SRTPSession(masterKey: view[0..<16], salt: view[16..<30], direction: direction)
  }

  /// Works on the frames until virtual second `end`; answers whether none was refused.
  func run(until end: Int) -> Bool {
    if isProcessor {
      process(until: end)
      return true
    }
    while frames < end * Limits.sampleRate / CallLoad.frameSamples {
      sound.fill(&pcm, from: frames * CallLoad.frameSamples)
      guard let count = encoder.encode(pcm, into: &frame.payload), protectAndBack(count) else { return false }
      guard decoder.decode(packet.bytes.dropFirst(Self.headerBytes), into: heard) == CallLoad.frameSamples else {
        return false
      }
      frames += 1
    }
    return true
  }

  /// The far side says the same a second later; half of it comes back.
  private func process(until end: Int) {
    while frames < end * Limits.sampleRate / CallLoad.periodSamples {
      let position = frames * CallLoad.periodSamples
      sound.fill(&captured, from: position)
      captured.withSamples { heard in
        played.withSamples { echo in
          for index in heard.indices { heard[index] = Int16(clamping: Int32(heard[index]) + Int32(echo[index]) / 2) }
        }
      }
      canceller.process(microphone: &captured, played: played)
      gain.process(&captured, isFarOnly: canceller.isFarOnly)
      sound.fill(&played, from: position + Limits.sampleRate)
      frames += 1
    }
  }

  private func protectAndBack(_ count: Int) -> Bool {
    let fits = packet.write { writer in
      writer.uint8(0x90)
      writer.uint8(111)
      writer.uint16(UInt16(truncatingIfNeeded: frames))
      writer.uint32(UInt32(truncatingIfNeeded: frames * CallLoad.frameSamples))
      writer.uint32(1)
      writer.uint32(0xBEDE_0001)
      writer.uint32(0x1030_0000)
      withUnsafeBytes(of: &frame.payload) { writer.view(ByteView($0).prefix(count)) }
    }
    guard fits, case .done = outbound.protectRTP(&packet), case .done = inbound.unprotectRTP(&packet) else {
      return false
    }
    return true
  }
}
