// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which sound cards there are, for `intercom devices` and for the name `default`.

import CALSA

/// alsa-lib itself.
public enum ALSA {
  /// Its version, as 1.2.14.
  public static var version: String { textFrom(atMost: 32) { calsa_version($0, $1) } }
  /// How many errors it has told of since the start.
  public static var errorCount: Int { Int(calsa_error_count()) }
  /// The last error it told of, to be put beside a `LinuxError`; empty when there was none. Allocates.
  public static var lastError: String { textFrom(atMost: 192) { calsa_error_text($0, $1) } }
}

/// One direction of a PCM device of a sound card.
public struct SoundDevice: Sendable {
  /// What it can do by itself, without conversion.
  public struct Abilities: Sendable {
    /// Fewest and most channels.
    public let channels: ClosedRange<Int>
    /// Lowest and highest sample rate in Hz.
    public let rates: ClosedRange<Int>
    /// Shortest and longest period in frames.
    public let periods: ClosedRange<Int>
    /// Whether it takes samples of 16 bits.
    public let has16Bit: Bool
    /// Whether it takes samples of 32 bits.
    public let has32Bit: Bool
  }

  /// The device's number on its card.
  public let number: Int
  /// Which way the sound goes.
  public let direction: ALSAStream.Direction
  /// What the driver calls it.
  public let name: String
  /// The name to open it by: `Zero`, or `Zero,1` where the device is not the card's first.
  public let pcmName: String
  /// What it can do; nil while it cannot be asked.
  public let abilities: Abilities?
  /// Whether someone else has it open.
  public let isBusy: Bool
}

/// A sound card.
public struct SoundCard: Sendable {
  /// The kernel's number; it may be another after the next boot.
  public let number: Int
  /// The id, which stays: `Zero`.
  public let id: String
  /// What the driver calls it.
  public let name: String
  /// Its devices, each direction by itself.
  public let devices: [SoundDevice]
}

/// The sound cards of this machine. Allocates and opens devices; not for a running call.
public enum SoundCards {
  /// The cards, in the kernel's order. Cards that may not be opened are left out; `ALSA.lastError` then says why.
  public static func list() -> [SoundCard] {
    var cards: [SoundCard] = []
    var number = calsa_next_card(-1)
    while number >= 0 {
      if let (id, name) = names(ofCard: number) {
        cards.append(SoundCard(number: Int(number), id: id, name: name, devices: devices(ofCard: number, id: id)))
      }
      number = calsa_next_card(number)
    }
    return cards
  }

  /// What `default` stands for: the first device with `direction`, as names to try.
  static func defaultDevice(_ direction: ALSAStream.Direction) throws(LinuxError) -> [String] {
    var number = calsa_next_card(-1)
    while number >= 0 {
      if let (id, _) = names(ofCard: number) {
        var device = calsa_next_device(number, -1)
        while device >= 0 {
          if deviceName(number, device, direction) != nil { return SoundName.candidates(card: id, device: device) }
          device = calsa_next_device(number, device)
        }
      }
      number = calsa_next_card(number)
    }
    throw LinuxError(call: "snd_card_next", errno: LinuxError.noDevice)
  }

  private static func devices(ofCard card: Int32, id: String) -> [SoundDevice] {
    var devices: [SoundDevice] = []
    var device = calsa_next_device(card, -1)
    while device >= 0 {
      for direction in [ALSAStream.Direction.capture, .playback] {
        guard let name = deviceName(card, device, direction) else { continue }
        var found = calsa_abilities()
        let result = calsa_device_abilities(card, device, direction == .capture ? 1 : 0, &found)
        devices.append(
          SoundDevice(
            number: Int(device), direction: direction, name: name, pcmName: pcmName(id, device),
            abilities: result < 0 ? nil : SoundDevice.Abilities(found), isBusy: result == -LinuxError.busy))
      }
      device = calsa_next_device(card, device)
    }
    return devices
  }

  private static func pcmName(_ id: String, _ device: Int32) -> String { device == 0 ? id : "\(id),\(device)" }

  private static func deviceName(_ card: Int32, _ device: Int32, _ direction: ALSAStream.Direction) -> String? {
    var exists = false
    let name = textFrom(atMost: 80) { bytes, capacity in
      let count = calsa_device_name(card, device, direction == .capture ? 1 : 0, bytes, capacity)
      exists = count >= 0
      return count
    }
    return exists ? name : nil
  }

  private static func names(ofCard card: Int32) -> (id: String, name: String)? {
    var id = InlineArray<80, UInt8>(repeating: 0)
    var name = InlineArray<80, UInt8>(repeating: 0)
    let result = withBytes(of: &id) { id in withBytes(of: &name) { calsa_card_text(card, id, $0, 80) } }
    return result < 0 ? nil : (zeroEndedText(id), zeroEndedText(name))
  }
}

extension SoundDevice.Abilities {
  init(_ found: calsa_abilities) {
    channels = Int(found.channels_min)...max(Int(found.channels_min), Int(found.channels_max))
    rates = Int(found.rate_min)...max(Int(found.rate_min), Int(found.rate_max))
    periods = Int(found.period_min)...max(Int(found.period_min), Int(found.period_max))
    has16Bit = found.has_s16 != 0
    has32Bit = found.has_s32 != 0
  }
}

/// Calls `body` with the array's memory, for a shim to fill.
func withBytes<Result>(of array: inout InlineArray<80, UInt8>, _ body: (UnsafeMutablePointer<UInt8>) -> Result)
  -> Result
{
  withUnsafeMutableBytes(of: &array) { body($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)) }
}

/// The text up to the first zero.
func zeroEndedText(_ array: InlineArray<80, UInt8>) -> String {
  var bytes: [UInt8] = []
  for index in 0..<80 where array[index] != 0 { bytes.append(array[index]) }
  return String(decoding: bytes, as: UTF8.self)
}
