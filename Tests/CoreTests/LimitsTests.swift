// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How the bounds relate, and that the sized types follow them.

import Core
import Testing

@Suite("Limits") struct LimitsTests {
  @Test("sized types have the sizes that are named")
  func sizes() {
    #expect(MemoryLayout<EncodedFrameStorage>.size == Limits.encodedFrameBytesMax)
    #expect(MemoryLayout<PCMFrameStorage>.size == Limits.frameSamplesMax * 2)
    #expect(MemoryLayout<PerTalker<UInt8>>.size == Limits.talkersMax)
    #expect(MemoryLayout<HostNameStorage>.size > Limits.hostNameBytesMax)
    #expect(MemoryLayout<LogKeyTable<UInt8>>.size == Limits.logKeysMax)
    var addresses = InterfaceAddressList<UInt8>(filler: 0)
    while addresses.append(0) {}
    #expect(addresses.count == Limits.interfaceAddressesMax)
    var found = LookupAddressList(filler: .anyV4)
    while found.append(.anyV4) {}
    #expect(found.count == Limits.lookupAddressesMax)
  }

  @Test("copies fit their header, and what remembers them reaches as far back as they do")
  func copies() {
    var blocks = RedundantBlockTable<UInt8>(filler: 0)
    while blocks.append(0) {}
    #expect(blocks.count == Limits.redundantBlocksMax)
    #expect(MemoryLayout<RedundancyHistory<UInt8>>.size == Limits.redundancyHistoryPackets)
    #expect(Limits.redundantBlockBytesMax == (1 << 10) - 1 && Limits.redundantOffsetSamplesMax == (1 << 14) - 1)
    #expect(Limits.redundancyHistoryPackets * 480 > Limits.redundantOffsetSamplesMax)
    #expect(Limits.redundantDistanceMax < Limits.sentFramesKept)
    #expect(Limits.redundantDistanceMax * Limits.frameSamplesMax <= Limits.copyDelaySamplesMax)
    #expect(Limits.copyDelaySamplesMax <= Limits.jitterTargetSamplesMax)
  }

  @Test(
    "capacities of rings are powers of two",
    arguments: [
      Limits.capturedRingSlots, Limits.receivedRingSlots, Limits.commandRingSlots, Limits.reportRingSlots,
      Limits.pcmRingSlots, Limits.lookupsMax,
    ])
  func powersOfTwo(capacity: Int) {
    #expect(capacity > 0 && capacity & (capacity - 1) == 0)
  }

  @Test("what the configuration may name, the panel has room for")
  func panel() {
    #expect(Limits.apa102LampsMax >= Limits.configurationLampsMax)
    #expect(Limits.longPressMilliseconds > Limits.doublePressMilliseconds)
    #expect(Limits.shutDownPressMilliseconds > Limits.longPressMilliseconds)
    #expect(Limits.stuckButtonMilliseconds > Limits.shutDownPressMilliseconds)
    #expect(Limits.gpioEdgesMax >= Limits.gpioEdgesPerReadMax)
    #expect(Limits.doubleBlinkMilliseconds > 4 * Limits.doubleBlinkFlashMilliseconds)
  }

  @Test("packets fit where they go")
  func packets() {
    #expect(Limits.dtlsRecordBytesMax < Limits.datagramBytesMax)
    #expect(Datagram.capacity == Limits.datagramBytesMax + Limits.datagramTailBytes)
    // A frame with RTP header (12), extensions (4 + 8) and SRTP tag (10).
    #expect(Limits.encodedFrameBytesMax + 12 + 12 + 10 < Limits.datagramBytesMax)
    // SRTCP index (4) and tag (10).
    #expect(Limits.datagramTailBytes >= 14)
  }

  @Test("a PCM frame holds a period and a frame, and the longest packet is whole frames")
  func audio() {
    #expect(Limits.periodSamplesMax <= Limits.frameSamplesMax)
    #expect(Limits.frameSamplesMax == Limits.sampleRate / 50)
    #expect(Limits.receivedFrameSamplesMax == Limits.sampleRate * 120 / 1000)
  }
}
