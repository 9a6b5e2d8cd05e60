// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What two sides have agreed on before the first packet.

public import Core

/// One audio stream each way: what a description and its answer say about packets.
public struct RTPParameters: Sendable, BitwiseCopyable {
  /// Our synchronization source.
  public var ssrc: UInt32
  /// Our canonical name, sent with every report (RFC 3550 section 6.5.1).
  public var cname: RTCPCNAMEStorage
  /// The payload type that we send.
  public var sendPayloadType: UInt8
  /// The payload type that we take in.
  public var receivePayloadType: UInt8
  /// The payload type of the redundant payloads that we may send (RFC 2198); nil when they were not agreed on.
  public var sendRedundancyPayloadType: UInt8?
  /// The payload type of the redundant payloads that we take in; nil when they were not agreed on.
  public var receiveRedundancyPayloadType: UInt8?
  /// Whether both sides report VoIP metrics (RFC 3611).
  public var reportsVoIPMetrics = false
  /// The identifier of the audio level extension (RFC 6464), 1 ... 14; nil when it was not agreed on.
  public var audioLevelExtension: UInt8?
  /// The identifier of the section identifier's extension (RFC 9143 section 15), 1 ... 14; nil when it was not agreed
  /// on.
  public var midExtension: UInt8?
  /// The section's identifier; when empty it is not sent.
  public var mid: RTPMIDStorage
  /// Whether RTCP packets may stand alone (RFC 5506).
  public var reducedSizeRTCP = false
  /// The far side's synchronization source, where its description names one.
  public var remoteSSRC: UInt32?

  /// Parameters for one payload type both ways; a `cname` beyond `Limits.rtcpCNAMEBytesMax` is cut, a `mid` beyond
  /// `Limits.rtpMIDBytesMax` is left out.
  public init(ssrc: UInt32, cname: ByteView, payloadType: UInt8, mid: ByteView = .empty) {
    self.ssrc = ssrc
    self.cname = RTCPCNAMEStorage(filler: 0)
    self.mid = RTPMIDStorage(filler: 0)
    sendPayloadType = payloadType & 0x7F
    receivePayloadType = payloadType & 0x7F
    for index in cname.indices { self.cname.append(cname[index]) }
    guard mid.count <= Limits.rtpMIDBytesMax else { return }
    for index in mid.indices { self.mid.append(mid[index]) }
  }
}
