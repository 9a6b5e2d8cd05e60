// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The bytes for a chain of APA102 lamps, and of SK9822, which differ in when they show them.
//
//     00 00 00 00 | FF B G R | FF B G R | ... | 00 00 00 00 | 00 ...
//     start         lamp 0     lamp 1          SK9822: show   one bit for every two lamps
//
// A lamp's first byte is three ones and a brightness of 0 ... 31; it stays at 31, because a lower one makes the lamp
// flicker at 580 Hz and colours are dimmed by their own values. Each lamp passes the data on half a clock late, so half
// as many clocks as there are lamps must follow (APA102C data sheet). The end is zeroes, not ones: of a longer chain
// ones would light the next lamp white.

public import Core

/// The bytes that set a chain of `Limits.apa102LampsMax` lamps; those that are not there are no harm.
public struct APA102Frame: Sendable {
  /// How many bytes a frame has.
  public static let byteCount = 4 + 4 * Limits.apa102LampsMax + 4 + (Limits.apa102LampsMax + 15) / 16
  private var storage: [UInt8]

  /// All lamps dark. Allocates; nothing after does.
  public init() {
    storage = [UInt8](repeating: 0, count: Self.byteCount)
    for lamp in 0..<Limits.apa102LampsMax { storage[4 + 4 * lamp] = 0xFF }
  }

  /// The colour of lamp `index`, 0 ..< Limits.apa102LampsMax; all zero is dark.
  public subscript(index: Int) -> Colour {
    get {
      let place = Self.place(index)
      return Colour(red: storage[place + 3], green: storage[place + 2], blue: storage[place + 1])
    }
    set {
      let place = Self.place(index)
      storage[place + 1] = newValue.blue
      storage[place + 2] = newValue.green
      storage[place + 3] = newValue.red
    }
  }

  /// Calls `body` with the bytes as they go out, valid for the call.
  public func withBytes<Result>(_ body: (ByteView) -> Result) -> Result { storage.withByteView(body) }

  private static func place(_ index: Int) -> Int {
    precondition(index >= 0 && index < Limits.apa102LampsMax, "an APA102 lamp is out of bounds")
    return 4 + 4 * index
  }
}
