// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What `--report` writes: the figures of one call. The keys are stable; docs/reference/command-line.md explains each.

import Core
import Host
import Linux
import Peer
import VOIP
import Web

/// Measures one call from its beginning to its end.
struct CallMeasurement {
  private let beginning: Instant
  private var connected: Instant?
  private var firstAudio: Instant?
  private var steady: Mark?
  private var last: Mark?

  /// How long after the first audio a call is taken to be steady, so that set-up is left out.
  private static let settling = Instant.Span.seconds(1)

  private static let steadyKeys: [String] = [
    "allocations", "wake_ups_per_second", "loop_wake_ups_per_second", "steady_seconds", "steady_cpu_seconds",
  ]

  /// What had been used at a moment.
  private struct Mark {
    let instant: Instant
    let wakeUps: UInt64
    let cycles: UInt64
    let allocations: UInt64
    let cpu: Instant.Span
  }

  /// A call whose signaling begins now.
  init(at now: Instant) { beginning = now }

  /// Takes in what the service says of the call.
  mutating func handle(_ event: VOIPEvent, at now: Instant) {
    switch event {
    case .connectionStateChanged(_, .connected): if connected == nil { connected = now }
    case .remoteAudio(_, talking: true): if firstAudio == nil { firstAudio = now }
    default: break
    }
  }

  /// Notes what has been used so far; call it at every turn. Costs two system calls a second once the call is steady.
  mutating func note(_ host: ServiceHost, at now: Instant) {
    guard let firstAudio, now >= firstAudio + Self.settling else { return }
    if let last, now < last.instant + .seconds(1) { return }
    let mark = Mark(
      instant: now, wakeUps: host.wakeUps, cycles: host.service.voiceReport.cycles,
      allocations: BuildInfo.allocations, cpu: Clock.processCPUTime())
    if steady == nil { steady = mark }
    last = mark
  }

  /// The figures as JSON. `final` are the connection's last ones, taken while it was up.
  func json(_ host: ServiceHost, _ final: FinalFigures, outcome: String) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("outcome", outcome)
    json.member("setup_ms", milliseconds(to: connected))
    json.member("first_audio_ms", milliseconds(to: firstAudio))
    json.member("packets_sent", Int64(clamping: final.statistics.packetsSent))
    json.member("packets_received", Int64(clamping: final.statistics.packetsReceived))
    json.member("packets_lost", Int64(clamping: final.statistics.packetsLost))
    json.member("jitter_ms", Double(final.statistics.jitter.microseconds) / 1000)
    json.member("rtt_ms", final.statistics.roundTripTime.map { Double($0.microseconds) / 1000 })
    json.member("playout_delay_ms", Double(final.talker.playoutDelaySamples) / 48)
    json.member("concealed_ms", Double(final.talker.concealedSamples) / 48)
    json.member("accelerated_ms", Double(final.talker.acceleratedSamples) / 48)
    json.member("expanded_ms", Double(final.talker.expandedSamples) / 48)
    json.member("late", Int64(clamping: final.talker.latePackets))
    json.name("selected_pair")
    write(final.pair, to: &json)
    json.member("input_level", Int64(final.inputLevel))
    json.member("quality", Int64(final.quality))
    writeSteadyState(to: &json)
    json.member("cpu_seconds", Clock.processCPUTime().seconds)
    json.member("peak_rss_bytes", Int64(ProcessFacts.process().peakResidentBytes))
    json.member("input_started_ns", host.firstPeriod)
    json.member("output_started_ns", host.firstPeriod)
    json.endObject()
    return json.bytes
  }

  private func writeSteadyState(to json: inout JSONWriter) {
    guard let steady, let last, last.instant > steady.instant else {
      for key in Self.steadyKeys {
        json.name(key)
        json.null()
      }
      return
    }
    let seconds = (last.instant - steady.instant).seconds
    let loop = Double(last.wakeUps - steady.wakeUps) / seconds
    let audio = Double(last.cycles - steady.cycles) / seconds
    json.name("allocations")
    if BuildInfo.countsAllocations {
      json.value(Int64(clamping: last.allocations - steady.allocations))
    } else {
      json.null()
    }
    json.member("wake_ups_per_second", loop + audio)
    json.member("loop_wake_ups_per_second", loop)
    json.member("steady_seconds", seconds)
    json.member("steady_cpu_seconds", (last.cpu - steady.cpu).seconds)
  }

  private func milliseconds(to moment: Instant?) -> Double? {
    moment.map { Double(($0 - beginning).microseconds) / 1000 }
  }

  private func write(_ pair: (local: PairedCandidate, remote: PairedCandidate)?, to json: inout JSONWriter) {
    guard let pair else { return json.null() }
    json.beginObject()
    for (name, end) in [("local", pair.local), ("remote", pair.remote)] {
      json.name(name)
      json.beginObject()
      json.member("type", end.type)
      json.member("address", end.endpoint.text)
      json.endObject()
    }
    json.endObject()
  }
}

/// A connection's last figures, taken while it was there.
struct FinalFigures {
  var statistics = ConnectionStatistics()
  var talker = TalkerReport()
  var pair: (local: PairedCandidate, remote: PairedCandidate)?
  var inputLevel = 0
  var quality = 0

  /// Takes the figures of connection `id` while it is there, and keeps the earlier ones after. Does not allocate.
  mutating func take(_ id: ConnectionID, of service: borrowing Service) {
    guard let statistics = service.statistics(of: id) else { return }
    self.statistics = statistics
    talker = service.talkerReport(of: id) ?? talker
    inputLevel = service.state.inputLevel
    quality = service.connectionQuality(of: id)
  }

  /// Takes the pair of candidates of connection `id`. Allocates: when the call is up, and before it ends.
  mutating func takePair(_ id: ConnectionID, of service: borrowing Service) {
    pair = service.selectedPair(of: id) ?? pair
  }
}
