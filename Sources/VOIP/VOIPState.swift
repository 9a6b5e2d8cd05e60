// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a service says of itself.

public import Core
public import Peer

/// One of a service's connections. A number is never used twice.
public struct ConnectionID: Hashable, Sendable, BitwiseCopyable {
  /// The number; 1 is the first.
  public let number: UInt32

  /// The connection `number`.
  public init(number: UInt32) { self.number = number }
}

/// What happened, for whoever drives a service. Made only while calls are set up and end, never per packet.
public enum VOIPEvent: Sendable {
  /// The microphone is wanted (open the device and start the audio thread) or not any more.
  case microphoneWanted(Bool)
  /// Bind sockets for the connection and hand their endpoints to `addLocalAddress`, then call `endLocalAddresses`.
  case socketsWanted(ConnectionID)
  /// The connection is gone: close its sockets.
  case socketsDone(ConnectionID)
  /// Resolve the name of `iceServers[index]` and call `serverResolved` or `serverUnresolved`.
  case resolve(index: Int)
  /// A local candidate to be sent to the far side: the value of an `a=candidate` line, without `a=` (RFC 8839 section
  /// 5.1).
  case localCandidate(ConnectionID, String)
  /// No more local candidates will come.
  case gatheringComplete(ConnectionID)
  /// The connection's state changed.
  case connectionStateChanged(ConnectionID, ConnectionState)
  /// The first packet of the far side's voice arrived (true), or the far side said that no more will come, or the
  /// connection is over (false).
  case remoteAudio(ConnectionID, talking: Bool)
  /// Something went wrong; the connection it concerns, if one.
  case error(VOIPError, ConnectionID?)
}

/// What comes out of a service.
public enum VOIPOutput {
  /// Send the datagram from its `local` endpoint's socket, of this connection, to its `remote` endpoint.
  case transmit(ConnectionID)
  /// Something happened.
  case event(VOIPEvent)
  /// Nothing more for now; call `handleTimeout` at this moment at the latest.
  case timeout(Instant)
}

/// A service in a few words.
public struct VOIPState: Sendable {
  /// Whether the microphone is enabled.
  public var microphoneEnabled = false
  /// Whether the microphone is muted: the very bit that the engine obeys.
  public var microphoneMuted = false
  /// Whether a hardware mute is on, which only hardware ends.
  public var mutedByHardware = false
  /// Whether this side's voice goes out right now.
  public var isTalking = false
  /// When this side's voice goes out.
  public var talkMode = TalkMode.open
  /// How loud everything is played, 0 ... 100 percent.
  public var volumePercent = 100
  /// Whether a tone is played or about to be.
  public var isTonePlaying = false
  /// Whether the speaker is muted, as commanded.
  public var speakerMuted = false
  /// Input level, 0 (−60 dBFS and below) ... 100 (0 dBFS), measured before the mute.
  public var inputLevel = 0
  /// Output level, 0 ... 100 likewise.
  public var outputLevel = 0
  /// Connections there are.
  public var connectionCount = 0
  /// What is done to the microphone's sound.
  public var processing = SoundProcessing()
  /// How that stands.
  public var processingReport = ProcessingReport()
  /// Look-ups of server names that failed.
  public var failedLookups: UInt64 = 0
  /// Captured frames skipped because the loop thread was late.
  public var skippedFrames: UInt64 = 0
  /// Received frames refused because the ring to the audio thread was full.
  public var refusedFrames: UInt64 = 0
}
