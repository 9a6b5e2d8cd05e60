// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Every generic of the house is bound here, once.

public import Codecs
public import Security
public import VOIP
public import Voice

/// The service as the product has it: DTLS-SRTP over mbedTLS and libsrtp.
public typealias Service = VOIPService<DTLSSRTPChannel>
/// The engine as the product has it: Opus, and our own echo canceller.
public typealias VoiceEngine = Engine<OpusEncoder, OpusDecoder, KalmanCanceller>
