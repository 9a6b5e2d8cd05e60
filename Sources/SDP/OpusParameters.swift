// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a side wants to receive as Opus (RFC 7587 section 6.1).

import Core

/// The parameters of `a=fmtp` for Opus. All but `spropStereo` state what the describing side wants to receive.
public struct OpusParameters: Equatable, Sendable, BitwiseCopyable {
  /// Packets should carry a copy of the one before at lower quality.
  public var useInbandFEC = false
  /// Silence should be left out.
  public var useDTX = false
  /// Two channels are preferred.
  public var stereo = false
  /// The describing side is likely to send two channels.
  public var spropStereo = false
  /// The highest average rate, 6,000 ... 510,000 bit/s; nil when any.
  public var maxAverageBitrate: Int?
  /// The highest sampling rate played, in hertz; nil when any.
  public var maxPlaybackRate: Int?
  /// The shortest packet, in milliseconds; nil when any. Browsers write it although RFC 7587 does not define it.
  public var minPacketTimeMilliseconds: Int?

  /// The defaults of RFC 7587: nothing asked for.
  public init() {}

  /// What we ask for: mono voice with in-band FEC, packets from 10 ms up, 32 kbit/s.
  public static var voice: OpusParameters {
    var parameters = OpusParameters()
    parameters.useInbandFEC = true
    parameters.maxAverageBitrate = 32_000
    parameters.minPacketTimeMilliseconds = 10
    return parameters
  }

  /// The parameters that `text` writes; what is unknown or out of range is passed over.
  public init(parsing text: String) {
    self = text.withByteView { OpusParameters(parsing: $0) }
  }

  /// The parameters that `text` writes; what is unknown or out of range is passed over.
  init(parsing text: ByteView) {
    var rest = text
    while let item = rest.takeWord(.semicolon) {
      let (rawName, rawValue) = item.trimmed.split(at: .equals)
      let (name, value) = (rawName.trimmed, rawValue.trimmed)
      if name.equalsIgnoringCase("useinbandfec") { useInbandFEC = value.elementsEqual("1") }
      if name.equalsIgnoringCase("usedtx") { useDTX = value.elementsEqual("1") }
      if name.equalsIgnoringCase("stereo") { stereo = value.elementsEqual("1") }
      if name.equalsIgnoringCase("sprop-stereo") { spropStereo = value.elementsEqual("1") }
      if name.equalsIgnoringCase("maxaveragebitrate") { maxAverageBitrate = value.number(in: 6_000...510_000) }
      if name.equalsIgnoringCase("maxplaybackrate") { maxPlaybackRate = value.number(in: 8_000...48_000) }
      if name.equalsIgnoringCase("minptime") { minPacketTimeMilliseconds = value.number(in: 1...120) }
    }
  }

  /// The parameters as `a=fmtp` writes them.
  public var text: String {
    var text = SDPText()
    if let minPacketTimeMilliseconds {
      text.put("minptime=")
      text.put(Int64(minPacketTimeMilliseconds))
      text.put(";")
    }
    text.put(useInbandFEC ? "useinbandfec=1;" : "useinbandfec=0;")
    text.put(stereo ? "stereo=1;" : "stereo=0;")
    text.put(spropStereo ? "sprop-stereo=1" : "sprop-stereo=0")
    if let maxAverageBitrate {
      text.put(";maxaveragebitrate=")
      text.put(Int64(maxAverageBitrate))
    }
    if let maxPlaybackRate {
      text.put(";maxplaybackrate=")
      text.put(Int64(maxPlaybackRate))
    }
    if useDTX { text.put(";usedtx=1") }
    return text.text
  }
}
