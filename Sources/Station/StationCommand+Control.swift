// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From the control socket's words to the station's.

public import Web

extension StationCommand {
  /// What `request` asks of the station; nil: it asks for the status, or the doorkeeper. Whoever hands it over does so with the
  /// authority `.local`: a hardware mute stays.
  public init?(_ request: ControlRequest) {
    switch request {
    case .status, .pair, .paired, .revoke: return nil
    case .setMuted(let muted): self = .setMuted(muted)
    case .toggleMute: self = .toggleMute
    case .call(let peers): self = .call(peers)
    case .answer: self = .answer
    case .hangUp: self = .hangUp
    case .setVolume(let percent): self = .setVolume(percent)
    case .changeVolume(let steps): self = .changeVolume(steps: steps)
    case .setDoNotDisturb(let on): self = .setDoNotDisturb(on)
    case .setTalking(let on): self = .setTalking(on)
    }
  }
}
