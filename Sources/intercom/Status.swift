// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From a service to what the status page shows.

import Config
import Core
import Host
import Linux
import Peer
import VOIP
import Voice
import Web

extension StatusReport {
  /// The state of `service` at this moment.
  init(service: borrowing Service) {
    self.init()
    let state = service.state
    inputLevel = state.inputLevel
    outputLevel = state.outputLevel
    microphoneMuted = state.microphoneMuted
    mutedByHardware = state.mutedByHardware
    isTalking = state.isTalking
    speakerMuted = state.speakerMuted
    volumePercent = state.volumePercent
    processing = ProcessingStatus(state.processing, state.processingReport)
    for id in service.connections { calls.append(CallStatus(id, of: service)) }
    counters.append(CounterStatus("failed_lookups", state.failedLookups))
    counters.append(CounterStatus("skipped_frames", state.skippedFrames))
    counters.append(CounterStatus("refused_frames", state.refusedFrames))
    counters.append(CounterStatus("xruns", service.voiceReport.xruns))
  }
}

extension CallStatus {
  fileprivate init(_ id: ConnectionID, of service: borrowing Service) {
    self.init()
    peer = service.names(of: id)?.userID ?? ""
    connectionState = service.connectionState(of: id)?.text ?? ""
    quality = service.connectionQuality(of: id)
    limitedBy = service.connectionQualityLimit(of: id)?.text ?? ""
    if let talker = service.talkerReport(of: id), talker.playedFrames > 0 {
      playoutDelayMilliseconds = Double(talker.playoutDelaySamples) / 48
      voice.targetDelayMilliseconds = Double(talker.targetDelaySamples) / 48
      voice.level = SoundLevel(hundredths: talker.levelCentibels).percent
      voice.latePackets = talker.latePackets
      voice.concealedMilliseconds = talker.concealedSamples / 48
      let copied = talker.copiesPlayed * UInt64(service.configuration.frameSamples)
      voice.recoveredMilliseconds = (talker.recoveredSamples + copied) / 48
    }
    voice.residualLossPercent = Double(service.impairments(of: id)?.residualLossPerMille ?? 0) / 10
    if let figures = service.statistics(of: id) {
      lossPercent = Double(max(figures.recentLossPerMille, figures.remoteLossPerMille)) / 10
      roundTripMilliseconds = figures.roundTripTime.map { Double($0.microseconds) / 1000 }
      voice.jitterMilliseconds = Double(figures.jitter.microseconds) / 1000
    }
    if let pair = service.selectedPair(of: id) {
      localCandidate = CandidateStatus(pair.local)
      remoteCandidate = CandidateStatus(pair.remote)
    }
  }
}

extension ProcessingStatus {
  fileprivate init(_ processing: SoundProcessing, _ report: ProcessingReport) {
    self.init()
    echo =
      switch processing.echo {
      case .off: "off"
      case .suppress: "suppress"
      case .cancel: "cancel"
      case .halfDuplex: "half-duplex"
      }
    suppressesNoise = processing.noiseSuppression
    controlsGain = processing.gainControl
    if processing.echo != .off, report.isConverged {
      echoDelayMilliseconds = Double(report.bulkDelaySamples) / 48
      erle = Double(report.erleCentibels / 10) / 10
    }
    gain = Double(report.gainCentibels / 10) / 10
  }
}

extension CandidateStatus {
  init(_ candidate: PairedCandidate) {
    self.init(type: candidate.type, address: candidate.endpoint.text)
  }
}

extension LogThreshold {
  /// The same in the log's words.
  var linux: LogLevel {
    switch self {
    case .error: .error
    case .warning: .warning
    case .info: .information
    case .debug: .debug
    }
  }
}
