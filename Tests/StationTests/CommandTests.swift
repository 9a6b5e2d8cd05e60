// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a command does, and who may give it.

import Config
import Core
import Station
import Testing

@Suite("Commands")
struct CommandTests {
  /// What the station wants done, in words.
  private func outputs(_ station: inout Station) -> [String] {
    var texts: [String] = []
    while let output = station.pollOutput() { texts.append("\(output)") }
    return texts
  }

  private func station(_ change: (inout Settings) -> Void = { _ in }) -> Station {
    Station(callSettings(change), randomness: Randomness(seed: 1))
  }

  @Test("a mute is lifted by whoever stands as near to the device as who asked for it, or nearer")
  func mute() throws {
    for muting in Authority.allCases {
      for lifting in Authority.allCases {
        var station = station()
        try station.handle(.setMuted(true), by: muting, isMuted: false, at: .zero)
        _ = outputs(&station)
        let isNear = lifting == .hardware || muting == .remote || (muting == .local && lifting == .local)
        if !isNear {
          let refusal = muting == .hardware ? CommandRefusal.mutedByHardware : .mutedLocally
          #expect(throws: refusal) {
            try station.handle(.toggleMute, by: lifting, isMuted: true, at: .zero)
          }
          #expect(throws: refusal) {
            try station.handle(.setMuted(false), by: lifting, isMuted: true, at: .zero)
          }
          #expect(outputs(&station).isEmpty)
        } else {
          try station.handle(.toggleMute, by: lifting, isMuted: true, at: .zero)
          #expect(outputs(&station).count == 2, "the mute and its tone")
        }
      }
    }
  }

  @Test("the volume goes in steps of ten and stays between silent and full")
  func volume() throws {
    var station = station { $0.audio.volumePercent = 95 }
    for (command, percent) in [
      (StationCommand.changeVolume(steps: 1), 100), (.changeVolume(steps: -3), 70), (.setVolume(5), 5),
      (.changeVolume(steps: -1), 0), (.setVolume(.max), 100), (.changeVolume(steps: .min), 0), (.setVolume(.min), 0),
    ] {
      try station.handle(command, by: .local, isMuted: false, at: .zero)
      #expect(station.volumePercent == percent)
      #expect(outputs(&station) == ["setVolume(percent: \(percent))"])
    }
  }

  @Test("nobody from afar talks here or shuts the machine down")
  func afar() throws {
    var station = station()
    #expect(throws: CommandRefusal.notFromAfar) {
      try station.handle(.shutDown, by: .remote, isMuted: false, at: .zero)
    }
    #expect(throws: CommandRefusal.notFromAfar) {
      try station.handle(.setTalking(true), by: .remote, isMuted: false, at: .zero)
    }
    #expect(outputs(&station).isEmpty)
    try station.handle(.setTalking(true), by: .hardware, isMuted: false, at: .zero)
    try station.handle(.shutDown, by: .hardware, isMuted: false, at: .zero)
    #expect(outputs(&station) == ["setTalking(true)", "shutDown"])
  }

  @Test("do not disturb, calling nobody and answering nothing")
  func calls() throws {
    var station = station { $0.peers = [] }
    try station.handle(.setDoNotDisturb(true), by: .local, isMuted: false, at: .zero)
    #expect(station.model.doesNotDisturb)
    for (command, refusal) in [
      (StationCommand.call([]), CommandRefusal.nobodyToCall), (.call(["x"]), .noSuchPeer), (.answer, .nothingRings),
      (.hangUp, .noCall),
    ] {
      #expect(throws: refusal) { try station.handle(command, by: .local, isMuted: false, at: .zero) }
    }
  }
}
