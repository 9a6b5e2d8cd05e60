// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The loop thread around a `VOIPService`: sockets, doorbell, names, sound.
//
//   wait ──► poll ──► datagrams, doorbell, names ──► service ──► datagrams out, events
//
// ORDER OF CALLS. `wait(until:)` over and over, each time followed by `nextEvent()` until nil and a look at `foreign`
// (descriptors that the owner added to `poller`). After commands to `service`, `flush(at:)`. The events that are about
// sockets, names and the microphone are dealt with here; the others come out of `nextEvent()`.
//
// A running call does not allocate here either; set-up and files may.

public import Core
public import Linux
import Security
public import VOIP
import Voice

/// Sockets and sound around a service. Owned by the loop thread.
public final class ServiceHost {
  /// The service; its commands are called directly.
  public var service: Service
  /// The poller, for descriptors of the owner: with tokens of `ServiceHost.foreignToken` and above.
  public var poller: Poller
  /// What the owner's descriptors were ready for at the last wait.
  public private(set) var foreign = FixedList<64, Poller.Event>(filler: Poller.Event(token: 0, readiness: []))
  /// What the host has to say that is no event of the service.
  public internal(set) var notices: [HostNotice] = []
  /// What the host was told.
  public let settings: HostSettings

  /// Tokens from here on are the owner's.
  public static let foreignToken: UInt64 = 1 << 32

  private static let bellToken: UInt64 = 1 << 31
  private static let resolverToken: UInt64 = 1 << 31 | 1

  let bell: Doorbell
  private var resolver: Resolver
  let audio: AudioThread
  private var sockets = SocketTable()
  private var datagram = Datagram()
  private var events: [VOIPEvent] = []
  private var deadline = Instant.zero
  var fileSource: FileSource?
  var fileSink: FileSink?
  var keeper: SoundKeeper?
  var isMicrophoneWanted = false
  var isSoundHeld = false
  var isMixerIncomplete = false
  var shownCounters = SoundCounters()
  var shownAlignments = 0
  /// Whether the sound runs all the time, and not only while there is a connection: so that ringing is instant and a lost
  /// sound card is noticed. For hosts with a sound card; a file would be read to its end before anybody calls.
  public var keepSoundRunning = false {
    didSet { settleSound() }
  }
  /// Which directions are without their sound card, and why.
  public internal(set) var soundTrouble = SoundTrouble()
  var mixer: [MixerPreset]
  /// When the first period was captured and played, in nanoseconds of the monotonic clock; 0 before.
  public internal(set) var firstPeriod: Int64 = 0

  /// A host with an open poller, a certificate and an engine; the sound starts with the first connection.
  public init(settings: HostSettings) throws(HostError) {
    self.settings = settings
    mixer = settings.mixer
    do throws(LinuxError) {
      poller = try Poller()
      bell = try Doorbell()
      resolver = try Resolver()
      try poller.add(bell.number, for: .readable, token: Self.bellToken)
      try poller.add(resolver.number, for: .readable, token: Self.resolverToken)
    } catch { throw .system(what: "event loop", error) }
    let captured = Ring<EncodedFrame>(capacity: Limits.capturedRingSlots)
    let received = Ring<EncodedFrame>(capacity: Limits.receivedRingSlots)
    let commands = Ring<VoiceCommand>(capacity: Limits.commandRingSlots)
    let reports = Ring<VoiceReport>(capacity: Limits.reportRingSlots)
    let mute = MuteBit()
    audio = AudioThread(
      settings: settings,
      ends: VoiceEngine.Ends(
        captured: captured.takeProducer(), received: received.takeConsumer(), commands: commands.takeConsumer(),
        reports: reports.takeProducer(), mute: mute),
      bell: bell.button)
    let randomness: Randomness
    do throws(LinuxError) { randomness = try Entropy.randomness() } catch { throw .system(what: "entropy", error) }
    let now = Clock.now()
    var unkept: LinuxError?
    service = Service(
      configuration: settings.service, identity: try IdentityStore.load(settings.stateDirectory, failure: &unkept),
      rings: VOIPRings(
        captured: captured.takeConsumer(), received: received.takeProducer(), commands: commands.takeProducer(),
        reports: reports.takeConsumer(), mute: mute),
      randomness: randomness, wallClock: Clock.wallTime(), at: now)
    service.setVolume(percent: settings.volumePercent)
    if let unkept, let directory = settings.stateDirectory {
      notices.append(.trouble("the certificate cannot be kept in \(directory), the next start makes another", unkept))
    }
    if case .file(let path) = settings.output { fileSink = try FileSink(path: path) }
    if case .file(let path) = settings.input {
      // Opened here once, so that a missing file is said at start and not in the first call.
      _ = try FileSource(
        path: path, periodSamples: settings.periodSamples, ring: Ring<PCMFrame>(capacity: 2).takeProducer())
    }
  }

  // MARK: The loop

  /// Waits until something happens or `deadline` comes, and deals with it; answers the time it is then.
  public func wait(until deadline: Instant) throws(HostError) -> Instant {
    var now = Clock.now()
    flush(at: now)
    var due = min(deadline, self.deadline)
    // Files are read and written behind the audio thread's back: often enough that no ring runs dry or over.
    if audio.isRunning, fileSource != nil || fileSink != nil { due = min(due, now + .milliseconds(100)) }
    if !events.isEmpty || !notices.isEmpty { due = now }
    foreign.removeAll()
    let count: Int
    do throws(LinuxError) { count = try poller.wait(until: due, at: now) } catch {
      guard error.errno == LinuxError.interrupted else { throw .system(what: "event loop", error) }
      return Clock.now()
    }
    now = Clock.now()
    for index in 0..<count { handle(poller.event(index), at: now) }
    if self.deadline <= now { service.handleTimeout(at: now) }
    fileSource?.serve()
    fileSink?.serve()
    noteDevices()
    flush(at: now)
    return now
  }

  /// Sends what the service has to send, and takes in what it has to say. After every command to `service`.
  public func flush(at now: Instant) {
    while true {
      switch service.pollOutput(into: &datagram, at: now) {
      case .transmit(let id): _ = sockets.socket(of: id, at: datagram.local)?.socket.send(datagram)
      case .event(let event): note(event, at: now)
      case .timeout(let instant):
        deadline = instant
        return
      }
    }
  }

  /// The next event of the service that is the owner's business, or nil.
  public func nextEvent() -> VOIPEvent? { events.isEmpty ? nil : events.removeFirst() }

  /// The next thing to be put into the log, or nil.
  public func nextNotice() -> HostNotice? { notices.isEmpty ? nil : notices.removeFirst() }

  /// Stops the sound and completes the file it was written to. The last call.
  public func finish() {
    stopAudio()
    fileSink?.finish()
  }

  /// The monotonic time, for commands to the service.
  public var now: Instant { Clock.now() }

  /// How often the loop thread woke, ever.
  public var wakeUps: UInt64 { poller.wakeUps }

  private func handle(_ event: Poller.Event, at now: Instant) {
    switch event.token {
    case Self.foreignToken...: foreign.append(event)
    case Self.bellToken:
      _ = bell.drain()
      service.handleDoorbell(at: now)
    case Self.resolverToken: takeAnswers(at: now)
    default: receive(Int(event.token), at: now)
    }
  }

  private func receive(_ index: Int, at now: Instant) {
    guard let socket = sockets[index] else { return }
    for _ in 0..<Limits.datagramsPerWakeMax {
      switch socket.socket.receive(into: &datagram) {
      case .received:
        service.handle(&datagram, on: socket.id, at: now)
        flush(at: now)
      case .empty: return
      case .oversized, .failed: break
      }
    }
  }

  private func takeAnswers(at now: Instant) {
    while let lookup = resolver.next() {
      let index = Int(lookup.token)
      guard !lookup.isFailed else {
        service.serverUnresolved(index: index, at: now)
        continue
      }
      let port = service.configuration.iceServers[index].port
      var endpoints: [Endpoint] = []
      for position in lookup.addresses.indices { endpoints.append(Endpoint(lookup.addresses[position], port: port)) }
      service.serverResolved(index: index, to: endpoints, at: now)
    }
  }

  // MARK: What the service wants

  private func note(_ event: VOIPEvent, at now: Instant) {
    switch event {
    case .socketsWanted(let id):
      openSockets(for: id, at: now)
      startAudio()
    case .socketsDone(let id):
      sockets.remove(id)
      settleSound()
      events.append(event)
    case .resolve(let index): resolve(index, at: now)
    case .microphoneWanted(let wanted): isMicrophoneWanted = wanted
    // The host said that to the service, and says more of it in its notices.
    case .error(.microphoneUnavailable, nil), .error(.speakerUnavailable, nil): break
    case .localCandidate, .gatheringComplete, .connectionStateChanged, .remoteAudio, .error: events.append(event)
    }
  }

  private func openSockets(for id: ConnectionID, at now: Instant) {
    do throws(LinuxError) {
      let addresses = try Interfaces.addresses()
      for index in addresses.list.indices {
        let address = addresses.list[index]
        guard address.isUp, !address.isDeprecated, !address.isTentative else { continue }
        guard !address.isLoopback || settings.service.allowsLoopback else { continue }
        openSocket(at: address.endpoint, for: id, at: now)
      }
    } catch { notices.append(.trouble("interface addresses", error)) }
    service.endLocalAddresses(on: id, at: now)
  }

  private func openSocket(at local: Endpoint, for id: ConnectionID, at now: Instant) {
    do throws(LinuxError) {
      let socket = ConnectionSocket(id: id, socket: try UDPSocket(bindingTo: local))
      let number = socket.socket.number
      let bound = socket.socket.local
      try poller.add(number, for: .readable, token: UInt64(sockets.add(socket)))
      service.addLocalAddress(bound, on: id, at: now)
    } catch { notices.append(.trouble("UDP socket at \(local.text)", error)) }
  }

  private func resolve(_ index: Int, at now: Instant) {
    let name = service.configuration.iceServers[index].host
    do throws(LinuxError) {
      if try !resolver.resolve(name, token: UInt64(index)) { service.serverUnresolved(index: index, at: now) }
    } catch {
      notices.append(.trouble("name look-up", error))
      service.serverUnresolved(index: index, at: now)
    }
  }
}
