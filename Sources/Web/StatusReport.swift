// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the status page and /api/status show. The keys are stable: docs/reference/signaling.md lists them.

import Core

/// One end of the pair of candidates that a call uses.
public struct CandidateStatus: Equatable, Sendable {
  /// host, srflx, prflx or relay (RFC 8839 section 5.1).
  public var type: String
  /// Address and port.
  public var address: String

  /// An end.
  public init(type: String, address: String) {
    self.type = type
    self.address = address
  }
}

/// A number with a name.
public struct CounterStatus: Equatable, Sendable {
  /// The name, in lower case with underscores.
  public var name: String
  /// Events since the start.
  public var count: UInt64

  /// A counter.
  public init(_ name: String, _ count: UInt64) {
    self.name = name
    self.count = count
  }
}

/// One call.
public struct CallStatus: Equatable, Sendable {
  /// Whom with: a name of the configuration, or an address.
  public var peer = ""
  /// The connection's state, in the words of the station.
  public var connectionState = ""
  /// 0 ... 100; 0 when not connected.
  public var quality = 0
  /// What takes most off the quality: loss, delay or jitter; empty when nothing does.
  public var limitedBy = ""
  /// From a packet's arrival to its sound, in milliseconds; nil when nothing was played.
  public var playoutDelayMilliseconds: Double?
  /// Lost packets of those expected, both ways' worse, 0 ... 100.
  public var lossPercent: Double = 0
  /// Round-trip time in milliseconds; nil when not measured.
  public var roundTripMilliseconds: Double?
  /// What is known of the far side's voice.
  public var voice = VoiceStatus()
  /// Our end of the selected pair; nil before there is one.
  public var localCandidate: CandidateStatus?
  /// The far end of the selected pair.
  public var remoteCandidate: CandidateStatus?

  /// A call of which nothing is known.
  public init() {}
}

/// The state of the whole intercom at one moment.
public struct StatusReport: Equatable, Sendable {
  /// The intercom's name.
  public var name = ""
  /// The program's version.
  public var version = ""
  /// Seconds since the start.
  public var uptimeSeconds: Int64 = 0
  /// When the first period of sound was captured and played, in nanoseconds of the monotonic clock; nil before.
  public var audioStartedNanoseconds: Int64?
  /// The station's state, in its words.
  public var state = ""
  /// Input level, 0 ... 100 (−60 dBFS ... 0 dBFS).
  public var inputLevel = 0
  /// Output level, 0 ... 100 likewise.
  public var outputLevel = 0
  /// Whether the microphone is muted.
  public var microphoneMuted = false
  /// Whether hardware has muted it, which only hardware lifts.
  public var mutedByHardware = false
  /// Whether this side's voice goes out right now.
  public var isTalking = false
  /// Whether the speaker is muted.
  public var speakerMuted = false
  /// The speaker's volume, 0 ... 100.
  public var volumePercent = 100
  /// Whether calls are refused as busy.
  public var doesNotDisturb = false
  /// What is wrong with the sound, as a sentence; empty when nothing is.
  public var trouble = ""
  /// The names of the intercoms that can be called.
  public var peers: [String] = []
  /// The name of the ring by which this device calls its open pages; nil: it does not.
  public var ring: String?
  /// What is done to the microphone's sound.
  public var processing = ProcessingStatus()
  /// Callers that wait for a call to end.
  public var waiting = 0
  /// The calls.
  public var calls: [CallStatus] = []
  /// Counters, in the order they are shown.
  public var counters: [CounterStatus] = []

  /// A report of nothing.
  public init() {}

  /// The same without what changes all the time, to tell whether something has happened.
  var withoutFlow: StatusReport {
    var still = self
    (still.uptimeSeconds, still.inputLevel, still.outputLevel, still.counters) = (0, 0, 0, [])
    still.processing = processing.withoutFlow
    for index in still.calls.indices { still.calls[index].voice = VoiceStatus() }
    return still
  }

  /// The report as JSON.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("name", name)
    writer.member("version", version)
    writer.member("uptime_s", uptimeSeconds)
    writer.name("audio_started_ns")
    if let audioStartedNanoseconds { writer.value(audioStartedNanoseconds) } else { writer.null() }
    writer.member("state", state)
    writer.member("input_level", Int64(inputLevel))
    writer.member("output_level", Int64(outputLevel))
    writer.member("microphone_muted", microphoneMuted)
    writer.member("muted_by_hardware", mutedByHardware)
    writer.member("talking", isTalking)
    writer.member("speaker_muted", speakerMuted)
    writer.member("volume", Int64(volumePercent))
    writer.member("do_not_disturb", doesNotDisturb)
    writer.member("trouble", trouble)
    writer.name("peers")
    writer.beginArray()
    for peer in peers { writer.value(peer) }
    writer.endArray()
    writer.name("ring")
    if let ring { writer.value(ring) } else { writer.null() }
    writer.name("processing")
    processing.write(to: &writer)
    writer.member("waiting", Int64(waiting))
    writer.name("calls")
    writer.beginArray()
    for call in calls { call.write(to: &writer) }
    writer.endArray()
    writer.name("counters")
    writer.beginObject()
    for counter in counters { writer.member(counter.name, Int64(clamping: counter.count)) }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }
}

extension CallStatus {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("peer", peer)
    writer.member("connection_state", connectionState)
    writer.member("quality", Int64(quality))
    writer.member("limited_by", limitedBy)
    writer.member("playout_delay_ms", playoutDelayMilliseconds)
    writer.member("loss_percent", lossPercent)
    writer.member("rtt_ms", roundTripMilliseconds)
    voice.write(to: &writer)
    writer.name("selected_pair")
    if let localCandidate, let remoteCandidate {
      writer.beginObject()
      writer.name("local")
      localCandidate.write(to: &writer)
      writer.name("remote")
      remoteCandidate.write(to: &writer)
      writer.endObject()
    } else {
      writer.null()
    }
    writer.endObject()
  }
}

extension CandidateStatus {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("type", type)
    writer.member("address", address)
    writer.endObject()
  }
}
