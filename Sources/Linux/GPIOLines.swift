// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The GPIO lines of the buttons and lamps, held as long as the program runs.
//
// DESIGN. All lines of a chip are asked for in one request, buttons with edges of both kinds stamped by the monotonic
// clock. The kernel's debouncing is not used: it reports a press only once the line has been stable, and a press must
// act on its leading edge; the panel debounces. A line that cannot be had does not take the others with it: it is left
// out, named with the reason, and asked for again by the next `open()`. A chip that goes away takes its lines; when it
// is back, maybe under another number, `open()` finds them by name again. Where the kernel lost edges, the line's level
// is read behind those that came.
//
// Order of calls: `addButton`, `addLamp`; `open()`; `nextDescriptor()` until nil, each to be watched for `.readable` (a
// closed one leaves the poller by itself); `nextEvent()` until nil, at once and whenever a descriptor is ready.
// `open()` again while `isComplete` is false, every few seconds, then as before.

import CGPIO
public import Core

/// What a line has to tell.
public enum GPIOEvent: Sendable, BitwiseCopyable {
  /// An edge, or (sequence 0) a reading of the level; for `Panel.handle`.
  case edge(LineEdge)
  /// The line's chip is gone, a button's or a lamp's; for `Panel.handleLoss`. Until `open()` brings it back, nothing
  /// comes.
  case gone(line: Int)
}

/// The GPIO lines of the program. Loop thread. Reading edges and switching lamps allocate nothing.
public final class GPIOLines {
  private let consumer: String
  private var lines: [Line] = []
  private var requests: [Request] = []
  private var edges: UnsafeMutablePointer<cgpio_edge>
  private var edgesRead = 0
  private var edgesTaken = 0
  /// The request that the edges at hand came from.
  private var edgesRequest = 0
  /// Whether a loss may be waiting to be told.
  private var hasLoss = false

  /// No lines yet; the kernel shows `consumer` to whoever asks who holds them.
  public init(consumer: String = "intercom") {
    self.consumer = consumer
    edges = .allocate(capacity: Limits.gpioEdgesPerReadMax)
    edges.initialize(repeating: cgpio_edge(), count: Limits.gpioEdgesPerReadMax)
  }

  /// Puts the lamps out and lets go of the lines.
  deinit {
    for line in lines.indices where lines[line].isLamp { _ = set(line, isActive: false) }
    for request in requests where request.handle != nil { cgpio_release(request.handle) }
    edges.deallocate()
  }

  // MARK: Making

  /// The line `name` is a button's; answers its index. The same line, wished in the same way again, is one line, by
  /// whichever of its names: one that the header, or a chip's label, gives it.
  public func addButton(_ name: String, polarity: LinePolarity, bias: LineBias) -> Int {
    add(Line(name: name, isLamp: false, polarity: polarity, bias: bias))
  }

  /// The line `name` is a lamp's; answers its index. It begins dark.
  public func addLamp(_ name: String, polarity: LinePolarity) -> Int {
    add(Line(name: name, isLamp: true, polarity: polarity, bias: .unchanged))
  }

  /// Asks for every line that is not held, by its name in `directory`; answers what could not be had, and why.
  /// Allocates.
  public func open(in directory: GPIODirectory = .read()) -> [(line: Int, error: GPIOError)] {
    var failures: [(line: Int, error: GPIOError)] = []
    var wanted: [(line: Int, place: GPIOPlace)] = []
    for line in lines.indices where lines[line].request < 0 {
      do throws(GPIOError) {
        wanted.append((line, try place(of: line, in: directory)))
      } catch {
        failures.append((line, error))
      }
    }
    for chip in directory.chips {
      let onChip = wanted.filter { $0.place.chip == chip.number }
      if !onChip.isEmpty { request(onChip, of: chip, &failures) }
    }
    return failures
  }

  // MARK: Poll

  /// The next descriptor that came with `open()` and must be watched for `.readable`; nil when all were told.
  public func nextDescriptor() -> Int32? {
    for index in requests.indices where !requests[index].isTold && requests[index].handle != nil {
      requests[index].isTold = true
      return cgpio_descriptor(requests[index].handle)
    }
    return nil
  }

  /// The next edge, reading or loss; nil when there is none now. Never waits.
  public func nextEvent(at now: Instant) -> GPIOEvent? {
    while true {
      if let line = nextLoss() { return .gone(line: line) }
      while edgesTaken < edgesRead {
        edgesTaken += 1
        if let edge = take(edges[edgesTaken - 1]) { return .edge(edge) }
      }
      if readMore() || hasLoss { continue }
      if let edge = nextReading(at: now) { return .edge(edge) }
      if !hasLoss { return nil }
    }
  }

  // MARK: Commands

  /// Lights or darkens lamp `line`. A lamp that is not held shows it once it is; an error says that it was lost now.
  public func set(_ line: Int, isActive: Bool) -> GPIOError? {
    precondition(lines[line].isLamp, "a GPIO line that is no lamp is lit")
    lines[line].isLit = isActive
    let index = lines[line].request
    guard index >= 0 else { return nil }
    let result = cgpio_set_value(requests[index].handle, lines[line].offset, isActive ? 1 : 0)
    guard result < 0 else { return nil }
    lose(index)
    return Self.error(result, lines[line].name, path: "")
  }

  // MARK: Questions

  /// Whether every line is held.
  public var isComplete: Bool {
    for line in lines where line.request < 0 { return false }
    return true
  }

  /// Whether line `line` is held.
  public func isHeld(_ line: Int) -> Bool { lines[line].request >= 0 }

  /// What the configuration calls line `line`.
  public func name(_ line: Int) -> String { lines[line].name }

  // MARK: Making, the parts

  private func add(_ line: Line) -> Int {
    // Two buttons on one line are two ways of pressing it; two lamps on one would contradict each other.
    for index in lines.indices where !line.isLamp && lines[index].isSameWish(as: line) { return index }
    lines.append(line)
    return lines.count - 1
  }

  /// Where line `index` is, unless another has the place already.
  private func place(of index: Int, in directory: GPIODirectory) throws(GPIOError) -> GPIOPlace {
    let place = try directory.find(lines[index].name)
    for other in lines.indices where other != index {
      // Of two that want the same place the first has it, held or not.
      guard lines[other].request >= 0 || other < index else { continue }
      guard let taken = try? directory.find(lines[other].name), taken == place else { continue }
      throw .contradictory(line: lines[index].name, other: lines[other].name)
    }
    return place
  }

  /// Asks `chip` for lines, without those it refuses.
  private func request(
    _ wanted: [(line: Int, place: GPIOPlace)], of chip: GPIOChip, _ failures: inout [(line: Int, error: GPIOError)]
  ) {
    var opened: UnsafeMutableRawPointer?
    let result = cgpio_open(Int32(chip.number), &opened)
    guard result >= 0, let opened else {
      for (line, _) in wanted {
        failures.append((line, Self.error(result, lines[line].name, path: "/dev/" + chip.name)))
      }
      return
    }
    defer { cgpio_close(opened) }
    var rest: [Int] = []
    for (line, place) in wanted {
      lines[line].offset = UInt32(place.offset)
      let facts = GPIOChips.facts(of: opened, lines[line].offset)
      if facts.isUsed {
        failures.append((line, .busy(line: lines[line].name, consumer: facts.consumer)))
      } else if rest.count == Limits.gpioLinesMax {
        failures.append(
          (line, .failed(line: lines[line].name, LinuxError(call: "ioctl", errno: LinuxError.tooManyOpen))))
      } else {
        rest.append(line)
      }
    }
    if rest.isEmpty { return }
    if let handle = try? ask(opened, rest) {
      hold(handle, rest)
      return
    }
    // Some line spoils the request: ask for each by itself, and name those that are refused.
    for line in rest {
      do throws(LinuxError) { hold(try ask(opened, [line]), [line]) } catch {
        failures.append((line, Self.error(-error.errno, lines[line].name, path: "/dev/" + chip.name)))
      }
    }
  }

  private func ask(_ chip: UnsafeMutableRawPointer, _ indices: [Int]) throws(LinuxError) -> UnsafeMutableRawPointer {
    var wishes: [cgpio_wish] = []
    for index in indices { wishes.append(lines[index].wish) }
    var handle: UnsafeMutableRawPointer?
    let result = consumer.withCString {
      cgpio_request(
        chip, $0, wishes, Int32(wishes.count), Int32(Limits.gpioEdgesMax), Int32(Limits.gpioEdgesPerReadMax), &handle)
    }
    guard result >= 0, let handle else { throw LinuxError(result, "gpiod_chip_request_lines") }
    return handle
  }

  private func hold(_ handle: UnsafeMutableRawPointer, _ indices: [Int]) {
    var place = 0
    while place < requests.count, requests[place].handle != nil { place += 1 }
    if place == requests.count { requests.append(Request(handle: nil)) }
    requests[place] = Request(handle: handle)
    for index in indices {
      lines[index].request = place
      lines[index].sequence = 0
      // The level that it begins with.
      lines[index].wantsReading = !lines[index].isLamp
    }
  }

  // MARK: Poll, the parts

  /// What the panel is told of an edge.
  private func take(_ edge: cgpio_edge) -> LineEdge? {
    for index in lines.indices where lines[index].request == edgesRequest && lines[index].offset == edge.offset {
      // The level at the beginning was asked for and an edge came first: reading it now is still right, behind the
      // edge.
      if edge.sequence != lines[index].sequence &+ 1 { lines[index].wantsReading = true }
      lines[index].sequence = edge.sequence
      return LineEdge(
        line: index, isActive: edge.is_active != 0, instant: Instant(nanoseconds: edge.nanoseconds),
        sequence: edge.sequence)
    }
    return nil
  }

  /// Reads edges that wait; false when none does.
  private func readMore() -> Bool {
    edgesRead = 0
    edgesTaken = 0
    for index in requests.indices {
      guard let handle = requests[index].handle else { continue }
      let count = cgpio_read_edges(handle, edges, Int32(Limits.gpioEdgesPerReadMax))
      if count > 0 {
        edgesRead = Int(count)
        edgesRequest = index
        return true
      }
      let isEmpty = count == 0 || count == -LinuxError.wouldBlock || count == -LinuxError.interrupted
      if !isEmpty { lose(index) }
    }
    return false
  }

  /// A line that was lost and has not been told.
  private func nextLoss() -> Int? {
    guard hasLoss else { return nil }
    for index in lines.indices where lines[index].isGone {
      lines[index].isGone = false
      return index
    }
    hasLoss = false
    return nil
  }

  /// The level of a line that is to be read.
  private func nextReading(at now: Instant) -> LineEdge? {
    for index in lines.indices where lines[index].wantsReading {
      lines[index].wantsReading = false
      let value = cgpio_value(requests[lines[index].request].handle, lines[index].offset)
      if value >= 0 { return LineEdge(line: index, isActive: value != 0, instant: now, sequence: 0) }
      lose(lines[index].request)
    }
    return nil
  }

  /// Lets go of a request whose chip is gone.
  private func lose(_ request: Int) {
    cgpio_release(requests[request].handle)
    requests[request].handle = nil
    if edgesRequest == request { edgesTaken = edgesRead }
    for index in lines.indices where lines[index].request == request {
      lines[index].request = -1
      lines[index].wantsReading = false
      lines[index].isGone = true
      hasLoss = true
    }
  }

  /// What a chip's refusal means.
  static func error(_ result: Int32, _ line: String, path: String) -> GPIOError {
    switch -result {
    case LinuxError.busy: return .busy(line: line, consumer: "")
    case LinuxError.accessDenied, LinuxError.notPermitted: return .denied(line: line, path: path)
    // ENXIO and EOPNOTSUPP: the line has no interrupt, or not that setting.
    case 6, 95, LinuxError.invalid: return .unable(line: line)
    case LinuxError.noDevice, LinuxError.notFound, LinuxError.inputOutput: return .gone(line: line)
    default: return .failed(line: line, LinuxError(call: "gpiod_chip_request_lines", errno: -result))
    }
  }

  // MARK: Types

  /// One line, wished for and maybe held.
  private struct Line {
    let name: String
    let isLamp: Bool
    let polarity: LinePolarity
    let bias: LineBias
    /// The index of the request that holds it, or -1.
    var request = -1
    var offset: UInt32 = 0
    /// The last edge's number.
    var sequence: UInt32 = 0
    var wantsReading = false
    var isGone = false
    var isLit = false

    init(name: String, isLamp: Bool, polarity: LinePolarity, bias: LineBias) {
      self.name = name
      self.isLamp = isLamp
      self.polarity = polarity
      self.bias = bias
    }

    func isSameWish(as other: Line) -> Bool {
      GPIODirectory.isSameLine(name, other.name) && isLamp == other.isLamp && polarity == other.polarity
        && bias == other.bias
    }

    var wish: cgpio_wish {
      let wanted: Int
      switch bias {
      case .unchanged: wanted = Int(CGPIO_BIAS_UNCHANGED)
      case .disabled: wanted = Int(CGPIO_BIAS_DISABLED)
      case .pullUp: wanted = Int(CGPIO_BIAS_PULL_UP)
      case .pullDown: wanted = Int(CGPIO_BIAS_PULL_DOWN)
      }
      return cgpio_wish(
        offset: offset, is_output: isLamp ? 1 : 0, is_active_low: polarity == .activeLow ? 1 : 0, bias: UInt8(wanted),
        is_active: isLit ? 1 : 0)
    }
  }

  /// One request to a chip; without a handle once its chip has gone.
  private struct Request {
    var handle: UnsafeMutableRawPointer?
    var isTold = false

    init(handle: UnsafeMutableRawPointer?) { self.handle = handle }
  }
}
