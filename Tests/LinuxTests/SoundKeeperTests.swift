// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The thread that opens and closes sound cards, with alsa-lib's plugins for cards.

import Core
import Linux
import Testing

@Suite("Sound keeper", .serialized) struct SoundKeeperTests {
  /// Waits for the keeper's next event.
  private func next(_ keeper: SoundKeeper, _ bell: borrowing Doorbell) throws -> SoundEvent? {
    let deadline = Clock.now() + patience
    while Clock.now() < deadline {
      if let event = keeper.nextEvent() { return event }
      _ = try awaitReady(bell.number)
      _ = bell.drain()
    }
    return nil
  }

  private func keeper(
    capture: String? = nil, playback: String? = nil, bell: borrowing Doorbell
  ) throws -> SoundKeeper {
    let settings = ALSASettings(periodSamples: 48)
    let keeper = try SoundKeeper(
      capture: capture, playback: playback, captureSettings: settings, playbackSettings: settings, bell: bell.button)
    try keeper.start()
    return keeper
  }

  @Test("a card that fails is closed, told of, and opened again while the sound goes on")
  func reopens() throws {
    let bell = try Doorbell()
    let keeper = try keeper(playback: "file:FILE='/dev/full'", bell: bell)
    #expect(keeper.capture == nil)
    var device = PCMDevice(source: .none, sink: .card(try #require(keeper.playback)), periodSamples: 48)
    device.start(at: Clock.now())
    let first = try #require(try next(keeper, bell))
    guard case .opened(.playback, let figures, isBack: false) = first else { preconditionFailure("\(first)") }
    #expect(figures.periodFrames == 48)
    var frame = PCMFrame()
    for round in 1...2 {
      let deadline = Clock.now() + patience
      while device.counters.playbackLosses < UInt64(round), Clock.now() < deadline {
        device.capture(into: &frame)
        device.play(frame)
      }
      let lost = try #require(try next(keeper, bell))
      guard case .lost(.playback, let errno) = lost else { preconditionFailure("\(lost)") }
      #expect(errno != 0)
      let back = try #require(try next(keeper, bell))
      guard case .opened(.playback, _, isBack: true) = back else { preconditionFailure("\(back)") }
    }
    device.finish(draining: false)
    keeper.stop()
  }

  @Test("a card that is not there is told of once and tried again, until it is there")
  func missing() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/later.raw"
    let bell = try Doorbell()
    let keeper = try keeper(capture: "file:INFILE='\(path)'", playback: "NoSuchCard", bell: bell)
    var reasons: [Int32] = []
    for _ in 0..<2 {
      let event = try #require(try next(keeper, bell))
      if case .missing(_, let errno) = event { reasons.append(errno) }
    }
    #expect(reasons.count == 2)
    var file = try FileStream(replacing: path)
    try [UInt8](repeating: 1, count: 2 * 96).withUnsafeBytes { try file.write(ByteView($0)) }
    let event = try #require(try next(keeper, bell))
    guard case .opened(.capture, _, isBack: false) = event else { preconditionFailure("\(event)") }
    keeper.stop()
    #expect(keeper.nextEvent() == nil)
  }
}
