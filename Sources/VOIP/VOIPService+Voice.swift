// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The microphone, the speaker, and voice frames on their way between the rings and the connections.

public import Core
public import Peer

extension VOIPService where Channel: ~Copyable {
  /// Wants the microphone: `.microphoneWanted(true)` follows, whoever drives the service opens it and, if that fails,
  /// says so by `microphoneFailed`. Frames are sent on every connection that is up.
  public mutating func enableMicrophone() {
    guard !memory.microphoneEnabled else { return }
    memory.microphoneEnabled = true
    events.append(.microphoneWanted(true))
    updateSending()
  }

  /// Stops sending, and lets the microphone go: `.microphoneWanted(false)` follows. Connections stay up and are heard.
  public mutating func disableMicrophone() {
    guard memory.microphoneEnabled else { return }
    memory.microphoneEnabled = false
    events.append(.microphoneWanted(false))
    updateSending()
  }

  /// Says that the microphone could not be opened or has gone; `code` is the system's number. It is then no longer
  /// enabled.
  public mutating func microphoneFailed(code: Int32) {
    memory.microphoneEnabled = false
    events.append(.error(.microphoneUnavailable(code: code), nil))
    updateSending()
  }

  /// Says that the speaker could not be opened or has gone; `code` is the system's number. The call goes on unheard here.
  public mutating func speakerFailed(code: Int32) {
    events.append(.error(.speakerUnavailable(code: code), nil))
  }

  /// Mutes the speaker from the audio thread's next period on; tones are heard all the same.
  public mutating func setSpeakerMuted(_ muted: Bool) {
    memory.speakerMuted = muted
    command(.setSpeakerMuted(muted))
  }

  /// Switches parts of the processing of the microphone's sound, from the audio thread's next period on.
  public mutating func setProcessing(_ processing: SoundProcessing) {
    configuration.processing = processing
    command(.setProcessing(processing))
  }

  /// Says how late the sound cards make the voice, capture and playback together. It counts in the quality, where the far
  /// side's cards are taken to be like ours: one of theirs and one of ours is on each way.
  public mutating func setDeviceDelay(milliseconds: Int) {
    memory.deviceDelayMilliseconds = min(max(milliseconds, 0), 1_000)
  }

  // MARK: Questions

  /// The digest of our certificate, as descriptions carry it.
  public var fingerprint: Fingerprint { Channel.fingerprint(of: identity) }

  /// The service in a few words, as of now.
  public var state: VOIPState {
    var answer = VOIPState()
    answer.microphoneEnabled = memory.microphoneEnabled
    answer.microphoneMuted = isMicrophoneMuted
    answer.mutedByHardware = isMutedByHardware
    answer.isTalking = isTalking
    answer.talkMode = memory.talk.mode
    answer.volumePercent = memory.volumePercent
    answer.isTonePlaying = isTonePlaying
    answer.speakerMuted = memory.speakerMuted
    answer.inputLevel = Self.level(centibels: report.inputLevelCentibels)
    answer.outputLevel = Self.level(centibels: report.outputLevelCentibels)
    for index in lines.indices where lines[index] != nil { answer.connectionCount += 1 }
    answer.processing = configuration.processing
    answer.processingReport = report.processing
    answer.failedLookups = memory.failedLookups
    answer.skippedFrames = memory.skippedFrames
    answer.refusedFrames = memory.refusedFrames
    return answer
  }

  /// The last report of the audio thread.
  public var voiceReport: VoiceReport { report }

  /// The connections there are, oldest number first.
  public var connections: [ConnectionID] {
    var ids: [ConnectionID] = []
    for index in lines.indices {
      if let line = lines[index] { ids.append(line.id) }
    }
    return ids.sorted { $0.number < $1.number }
  }

  /// The connection's state, or nil when there is no such connection (any more).
  public func connectionState(of id: ConnectionID) -> ConnectionState? { line(id)?.connection.state }

  /// The connection's room and user, or nil when there is no such connection.
  public func names(of id: ConnectionID) -> (roomID: String, userID: String)? {
    line(id).map { ($0.roomID, $0.userID) }
  }

  /// The connection's figures, or nil when there is no such connection.
  public func statistics(of id: ConnectionID) -> ConnectionStatistics? { line(id)?.connection.statistics }

  /// What the audio thread says of the connection's voice, or nil when there is no such connection.
  public func talkerReport(of id: ConnectionID) -> TalkerReport? {
    line(id).map { report.talkers[$0.talker.index] }
  }

  /// The pair of candidates the connection's voice takes, ours first; nil before there is one.
  public func selectedPair(of id: ConnectionID) -> (local: PairedCandidate, remote: PairedCandidate)? {
    line(id)?.connection.selectedPair
  }

  /// How good the connection sounds, 0 (not connected) ... 100; see `ConnectionQuality` for the formula. Followed over a
  /// few seconds.
  public func connectionQuality(of id: ConnectionID) -> Int {
    guard let line = line(id), line.connection.state == .connected else { return 0 }
    return line.quality.quality ?? ConnectionQuality.value(beginning(of: line))
  }

  /// What takes most off that quality; nil: nothing does, or the connection is not up.
  public func connectionQualityLimit(of id: ConnectionID) -> QualityLimit? {
    guard let impairments = impairments(of: id) else { return nil }
    return ConnectionQuality.limit(impairments)
  }

  /// What that quality is made of; nil: the connection is not up.
  public func impairments(of id: ConnectionID) -> Impairments? {
    guard let line = line(id), line.connection.state == .connected else { return nil }
    return line.quality.quality == nil ? beginning(of: line) : line.quality.impairments
  }

  /// What is known before the first half second was heard.
  private func beginning(of line: Line<Channel>) -> Impairments {
    var impairments = Impairments()
    impairments.residualLossPerMille = line.connection.statistics.recentLossPerMille
    impairments.pathMilliseconds = network(of: line).pathMilliseconds
    impairments.bufferMilliseconds = Int(report.talkers[line.talker.index].playoutDelaySamples) / 48
    return impairments
  }

  private func network(of line: Line<Channel>) -> QualityMeter.Network {
    let figures = line.connection.statistics
    var network = QualityMeter.Network()
    network.lossPerMille = figures.recentLossPerMille
    network.pathMilliseconds =
      (figures.roundTripTime?.milliseconds ?? 0) / 2 + configuration.frameSamples / 48 + memory.deviceDelayMilliseconds
    return network
  }

  /// −60 dBFS and below is 0, 0 dBFS is 100, straight between.
  static func level(centibels: Int32) -> Int { min(max((Int(centibels) + 6_000) / 60, 0), 100) }

  // MARK: Within the service

  /// Hands a command to the audio thread, at once or when its ring has room again.
  mutating func command(_ command: VoiceCommand) {
    flushCommands()
    if waitingCommands.isEmpty, commands.push(command) { return }
    // Of each kind only the newest matters once the audio thread looks, so however long it has stopped, they fit.
    for index in waitingCommands.indices where waitingCommands[index].isReplaced(by: command) {
      waitingCommands.remove(at: index)
      break
    }
    let fits = waitingCommands.append(command)
    precondition(fits, "there are more kinds of voice commands than places for them")
  }

  mutating func flushCommands() {
    while !waitingCommands.isEmpty, commands.push(waitingCommands[0]) { waitingCommands.remove(at: 0) }
  }

  mutating func drainReports() {
    while let next = reports.pop() {
      report = next
      for index in lines.indices {
        lines[index]?.connection.setBufferDelay(.samples(Int(next.talkers[index].targetDelaySamples)))
        guard let line = lines[index], line.connection.state == .connected else { continue }
        line.quality.follow(next.talkers[index], network(of: line), at: next.instant)
      }
      noteTalkingWhileMuted()
    }
  }

  mutating func listen(to line: Line<Channel>) {
    guard !line.isHeard else { return }
    line.isHeard = true
    command(.addTalker(line.talker))
  }

  /// Sends only while somebody is there to hear it.
  mutating func updateSending() {
    var wanted = false
    if memory.microphoneEnabled {
      for index in lines.indices where lines[index]?.connection.takesVoice == true { wanted = true }
    }
    guard wanted != memory.isSending else { return }
    memory.isSending = wanted
    if wanted {
      tellExpectedLoss()
      memory.encoderBitrate = 0
      followBitrate()
    }
    command(.setSending(wanted))
  }

  /// Makes the packet of the captured frame at the head of the ring for the next line in turn; lets the frame go after
  /// the last.
  mutating func pollCaptured(into datagram: inout Datagram, at now: Instant) -> ConnectionID? {
    while let frame = captured.peek() {
      while captureTurn < lines.count {
        let turn = captureTurn
        captureTurn += 1
        guard let line = lines[turn], line.connection.takesVoice else { continue }
        let copy = sentFrames.frame(line.policy.distance, before: frame, onlyLarge: line.policy.isSelective)
        if line.connection.send(frame, copy: copy, into: &datagram, at: now) { return line.id }
      }
      sentFrames.keep(frame)
      captured.release()
      captureTurn = 0
    }
    return nil
  }

  /// Lets the line's policy hear what the far side reports, and the encoder what follows from it.
  mutating func followReport(of line: Line<Channel>, at now: Instant) {
    guard line.connection.takesVoice else { return }
    let figures = line.connection.statistics
    let report = SendingPolicy.Report(
      lossPerMille: figures.remoteLossPerMille, roundTrip: figures.roundTripTime,
      burstPerMille: figures.remoteBurstPerMille, buffer: figures.remoteBuffer)
    let hadCopies = line.policy.distance > 0
    line.policy.follow(report, takesCopies: line.connection.takesCopies, at: now)
    if (line.policy.distance > 0) != hadCopies { tellExpectedLoss() }
    followBitrate()
  }

  /// There is one encoder, so the line that takes least decides.
  mutating func followBitrate() {
    var least = Int.max
    for index in lines.indices {
      guard let line = lines[index], line.connection.takesVoice else { continue }
      least = min(least, line.policy.encoderBitrate)
    }
    guard least != .max, least != memory.encoderBitrate else { return }
    memory.encoderBitrate = least
    command(.setBitrate(bitsPerSecond: Int32(least)))
  }

  /// Tells the encoder the worst loss that a far side reports, so that in-band FEC fits it.
  mutating func followLoss(at now: Instant) {
    var worst = 0
    for index in lines.indices {
      guard let line = lines[index], line.connection.takesVoice else { continue }
      worst = max(worst, line.connection.statistics.remoteLossPerMille)
    }
    if memory.expectedLoss.follow(perMille: worst, at: now) { tellExpectedLoss() }
  }

  /// Where every far side gets copies, in-band FEC has little left to do, and the bits are better spent on the voice.
  private mutating func tellExpectedLoss() {
    var allHaveCopies = true
    for index in lines.indices {
      guard let line = lines[index], line.connection.takesVoice else { continue }
      if line.policy.distance == 0 { allHaveCopies = false }
    }
    let percent = allHaveCopies ? ExpectedLoss.percentMin : memory.expectedLoss.percent
    command(.setExpectedLoss(percent: UInt8(percent)))
  }
}

extension VoiceCommand {
  /// Whether carrying out `other` leaves nothing of this one: both set the same thing, or concern the same talker.
  fileprivate func isReplaced(by other: VoiceCommand) -> Bool {
    switch (self, other) {
    case (.setSpeakerMuted, .setSpeakerMuted), (.setSending, .setSending), (.setExpectedLoss, .setExpectedLoss),
      (.setBitrate, .setBitrate), (.setProcessing, .setProcessing), (.setTalkRules, .setTalkRules),
      (.setTalking, .setTalking), (.setVolume, .setVolume), (.playTone, .playTone), (.playTone, .stopTone),
      (.stopTone, .stopTone):
      true
    case (.addTalker(let talker), .addTalker(let another)), (.addTalker(let talker), .removeTalker(let another)),
      (.removeTalker(let talker), .addTalker(let another)), (.removeTalker(let talker), .removeTalker(let another)):
      talker == another
    default: false
    }
  }
}
