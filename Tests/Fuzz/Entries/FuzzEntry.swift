// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Every door through which hostile bytes enter, by name: the name is also that of its folder in the corpus.

import Access
import Codecs
import Config
public import Core
import ICE
import Linux
import Panel
import RTP
import Rooms
import SDP
import Security
import Station
import Voice
import Web

/// A parser, or a machine that takes bytes.
public struct FuzzEntry: Sendable {
  /// What it is called on the command line and in the corpus.
  public let name: String
  /// Takes any bytes and must not trap.
  public let take: @Sendable (ByteView) -> Void
  /// How many inputs `make test` feeds it: fewer where one costs much, as a handshake does.
  public let burst: Int
  /// The most bytes that an input has.
  public let bytesMax: Int

  init(_ name: String, burst: Int = 1_200, bytesMax: Int = 2_000, _ take: @escaping @Sendable (ByteView) -> Void) {
    self.name = name
    self.take = take
    self.burst = burst
    self.bytesMax = bytesMax
  }

  /// All of them.
  public static let all: [FuzzEntry] = [
    FuzzEntry("access", burst: 600, AccessFuzz.fuzz),
    FuzzEntry("address", CoreFuzz.address),
    FuzzEntry("callername", WebFuzz.callerName),
    FuzzEntry("candidate", ICEFuzz.candidate),
    FuzzEntry("certificate", burst: 300, bytesMax: 10_000, SecurityFuzz.certificate),
    FuzzEntry("certificates", burst: 300, bytesMax: 10_000, SecurityFuzz.certificates),
    FuzzEntry("config", burst: 600, bytesMax: Limits.configurationBytesMax + 100, ConfigFuzz.fuzz),
    FuzzEntry("control", bytesMax: 2 * Limits.controlLineBytesMax, WebFuzz.control),
    FuzzEntry("credentials", WebFuzz.credentials),
    FuzzEntry("description", burst: 600, bytesMax: Limits.sdpBytesMax + 100, SDPFuzz.description),
    FuzzEntry("door", burst: 600, bytesMax: 5_000, RoomsFuzz.door),
    FuzzEntry("edges", burst: 600, bytesMax: 4_000, PanelFuzz.edges),
    FuzzEntry("fragment", bytesMax: Limits.sdpBytesMax + 100, SDPFuzz.fragment),
    FuzzEntry("handshake", burst: 100, SecurityFuzz.handshake),
    FuzzEntry("identity", burst: 300, bytesMax: 10_000, SecurityFuzz.identity),
    FuzzEntry("json", bytesMax: Limits.httpBodyBytesMax, WebFuzz.json),
    FuzzEntry("line", burst: 600, LinuxFuzz.line),
    FuzzEntry("mixer", LinuxFuzz.mixer),
    FuzzEntry("opus", burst: 300, CodecsFuzz.fuzz),
    FuzzEntry("playout", burst: 300, VoiceFuzz.playout),
    FuzzEntry("plaincodec", VoiceFuzz.passThrough),
    FuzzEntry("redundancy", burst: 600, RTPFuzz.redundancy),
    FuzzEntry("remembered", StationFuzz.remembered),
    FuzzEntry("request", burst: 300, bytesMax: 2 * Limits.httpBodyBytesMax, WebFuzz.request),
    FuzzEntry("response", burst: 600, bytesMax: 2 * Limits.httpBodyBytesMax, WebFuzz.response),
    FuzzEntry("room", bytesMax: 5_000, RoomsFuzz.message),
    FuzzEntry("rtcp", RTPFuzz.control),
    FuzzEntry("rtp", RTPFuzz.packet),
    FuzzEntry("soundname", LinuxFuzz.soundName),
    FuzzEntry("srtp", burst: 300, SecurityFuzz.packets),
    FuzzEntry("stdio", bytesMax: 2 * Limits.stdioLineBytesMax, WebFuzz.stdio),
    FuzzEntry("stun", ICEFuzz.message),
    FuzzEntry("target", WebFuzz.target),
    FuzzEntry("tls", burst: 100, bytesMax: 6_000, SecurityFuzz.secureConnection),
    FuzzEntry("upgrade", WebFuzz.upgrade),
    FuzzEntry("url", WebFuzz.url),
    FuzzEntry("wav", bytesMax: 10_000, VoiceFuzz.wav),
    FuzzEntry("websocket", bytesMax: 5_000, WebFuzz.webSocket),
  ]

  /// The entry called `name`, or nil.
  public static func named(_ name: String) -> FuzzEntry? { all.first { $0.name == name } }

  /// The input number `index` of `seed`, made from `corpus`: the same three always make the same bytes.
  public func input(_ index: UInt64, seed: UInt64, corpus: [[UInt8]]) -> [UInt8] {
    // Neighbouring numbers must not share a stream: ChaCha20 takes care of that.
    var mutator = Mutator(randomness: Randomness(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ index))
    return mutator.input(from: corpus, bytesMax: bytesMax)
  }
}
