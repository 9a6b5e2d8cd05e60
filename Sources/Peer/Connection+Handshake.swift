// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From checks to keys: what the agent and the secure channel say, and what follows.

public import Core
import ICE
import SDP

extension Connection where Channel: ~Copyable {
  mutating func note(_ event: ICEEvent, at now: Instant) {
    switch event {
    case .localCandidate(let candidate):
      negotiation.parameters.candidates.append(candidate.text)
      events.append(.localCandidate(candidate.text))
    case .gatheringComplete:
      negotiation.parameters.hasAllCandidates = true
      events.append(.gatheringComplete)
    case .stateChanged(let iceState): follow(iceState, at: now)
    case .pairSelected: break
    case .consentExpired: fail(.consentExpired, at: now)
    }
  }

  private mutating func follow(_ iceState: ICEState, at now: Instant) {
    switch iceState {
    case .new: break
    case .checking: enter(.connecting)
    case .connected, .completed: if handshake == .established { enter(.connected) }
    case .disconnected: if state == .connected { enter(.disconnected) }
    case .failed: fail(handshake == .established ? .consentExpired : .noRoute, at: now)
    case .closed: break
    }
  }

  mutating func startChannelIfReady(at now: Instant) {
    guard handshake == .waiting, agent.canSend, let audio = negotiation.audio else { return }
    handshake = .running
    channel.start(
      role: audio.isDTLSClient ? .client : .server, remoteFingerprint: audio.remoteFingerprint, at: now)
  }

  mutating func feedEarlyHandshake(at now: Instant) {
    while handshake == .running, !early.isEmpty, let kept = early.removeFirst(validatedBy: agent) {
      kept.withByteView { channel.handleHandshake($0, at: now) }
    }
  }

  mutating func handleHandshake(_ datagram: borrowing Datagram, at now: Instant) {
    if handshake != .waiting, agent.isValidPair(local: datagram.local, remote: datagram.remote) {
      channel.handleHandshake(datagram.bytes, at: now)
    } else if handshake == .established || !early.keep(datagram) {
      counters.unvalidatedHandshakes += 1
    }
    settle(at: now)
  }

  mutating func note(_ event: SecureChannelEvent, at now: Instant) {
    switch event {
    case .established:
      handshake = .established
      early.removeAll()
      beginMedia(at: now)
      enter(.connected)
      if agent.state == .disconnected { enter(.disconnected) }
    case .failed(let failure):
      handshake = .over
      fail(.secureChannel(failure), at: now)
    case .closedByPeer:
      handshake = .over
      close(at: now)
    }
  }

  /// Ends the connection: a BYE and a close_notify come out of `pollTransmit`, and the state is `.closed`.
  public mutating func close(at now: Instant) {
    guard state != .closed, state != .failed else { return }
    goodbye = handshake == .established ? .reportDue : .alertDue
    if goodbye == .alertDue { channel.close(at: now) }
    enter(.closed)
  }
}
