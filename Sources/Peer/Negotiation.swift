// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the two descriptions of a connection agreed on, and what we say of ourselves in ours.

import Core
import RTP
import SDP

/// The state of the offer/answer exchange (RFC 3264, RFC 9429 section 4.1).
struct Negotiation {
  /// How far the exchange is.
  enum Step {
    /// No description is set.
    case idle
    /// Our offer is out.
    case offered(SessionDescription)
    /// The far side's offer is here.
    case remoteOffered(SessionDescription)
    /// Both are set.
    case stable
  }

  var step = Step.idle
  /// Whether an offer may hold one media section only.
  var isStrict = false
  var audio: NegotiatedAudio?
  var parameters: SDPParameters
  var randomness: Randomness

  init(fingerprint: Fingerprint, randomness: consuming Randomness, packetTimeMilliseconds: Int) {
    var stream = randomness
    parameters = SDPParameters(fingerprint: fingerprint, randomness: &stream)
    parameters.packetTimeMilliseconds = packetTimeMilliseconds
    // The signaling of this house follows WHIP, which wants it (RFC 9725 section 4.4).
    parameters.writesRTCPMuxOnly = true
    self.randomness = stream
  }

  /// What the RTP session is told.
  func rtpParameters(for audio: NegotiatedAudio) -> RTPParameters {
    var rtp = parameters.cname.withByteView { cname in
      audio.mid.withByteView { mid in
        RTPParameters(ssrc: parameters.ssrc, cname: cname, payloadType: audio.sendPayloadType, mid: mid)
      }
    }
    rtp.receivePayloadType = audio.receivePayloadType
    rtp.sendRedundancyPayloadType = audio.sendRedundancyPayloadType
    rtp.receiveRedundancyPayloadType = audio.receiveRedundancyPayloadType
    rtp.reportsVoIPMetrics = audio.reportsVoIPMetrics
    rtp.audioLevelExtension = audio.audioLevelExtension
    rtp.midExtension = audio.midExtension
    rtp.reducedSizeRTCP = audio.reducedSizeRTCP
    rtp.remoteSSRC = audio.remoteSSRC
    return rtp
  }
}
