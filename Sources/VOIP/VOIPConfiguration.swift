// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a service is told at its beginning.

public import Core

/// A STUN server, by name or address (RFC 7064). TURN comes with a later release.
public struct ICEServer: Sendable, Equatable {
  /// Host name or address.
  public var host: String
  /// UDP port.
  public var port: UInt16

  /// The server at `host`, on the STUN port unless said otherwise.
  public init(host: String, port: UInt16 = 3478) {
    self.host = host
    self.port = port
  }

  /// The public server that is asked unless the configuration says otherwise.
  public static let publicDefault = ICEServer(host: "stun.l.google.com", port: 19302)
}

/// What a service is told at its beginning.
public struct VOIPConfiguration: Sendable {
  /// Servers asked for our public address; their names are resolved by whoever drives the service, and never waited
  /// for.
  public var iceServers: [ICEServer]
  /// What is done to the captured sound.
  public var processing: SoundProcessing
  /// How long a voice frame is, in samples at 48 kHz: 480 or 960. Must be what the engine is set to.
  public var frameSamples: Int
  /// How many bits a second our voice takes at most, copies of frames included, and the far side's: 8,000 ... 64,000. What a
  /// far side asks for and what it reports bring it down.
  public var bitrate: Int
  /// Whether 127.0.0.1 and ::1 are candidates too: for two programs on one machine.
  public var allowsLoopback: Bool
  /// When this side's voice goes out.
  public var talk: TalkRules

  /// The default: one public STUN server, all processing, frames of 20 ms, no loopback, an open
  /// microphone.
  public init(
    iceServers: [ICEServer] = [.publicDefault], processing: SoundProcessing = SoundProcessing(),
    frameSamples: Int = 960, bitrate: Int = 32_000, allowsLoopback: Bool = false, talk: TalkRules = TalkRules()
  ) {
    precondition((8_000...64_000).contains(bitrate), "a voice takes 8,000 to 64,000 bit/s")
    precondition(frameSamples == 480 || frameSamples == 960, "a voice frame is 10 or 20 ms long")
    self.iceServers = iceServers
    self.processing = processing
    self.frameSamples = frameSamples
    self.bitrate = bitrate
    self.allowsLoopback = allowsLoopback
    self.talk = talk
  }
}
