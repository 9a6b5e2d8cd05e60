// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A list with its storage inside it and a fixed capacity.

/// Up to `capacity` elements in order, stored in place. When full it refuses (`append` answers false); the caller
/// counts.
public struct FixedList<let capacity: Int, Element: BitwiseCopyable>: BitwiseCopyable {
  private var storage: InlineArray<capacity, Element>
  /// How many elements there are, 0 ... capacity.
  public private(set) var count = 0

  /// An empty list; `filler` stands in the unused places.
  public init(filler: Element) { storage = InlineArray(repeating: filler) }

  /// Whether there is none.
  public var isEmpty: Bool { count == 0 }
  /// Whether no more fit.
  public var isFull: Bool { count == capacity }
  /// The positions, 0 ..< count.
  public var indices: Range<Int> { 0..<count }

  /// The element at `index`, 0 ..< count.
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "fixed list read out of bounds")
      return storage[index]
    }
    set {
      precondition(index >= 0 && index < count, "fixed list write out of bounds")
      storage[index] = newValue
    }
  }

  /// Adds `element` at the end; false, and nothing added, when full.
  @discardableResult
  public mutating func append(_ element: Element) -> Bool {
    guard count < capacity else { return false }
    storage[count] = element
    count += 1
    return true
  }

  /// Puts `element` at `index` (0 ... count), moving the later ones; false, and nothing added, when full.
  @discardableResult
  public mutating func insert(_ element: Element, at index: Int) -> Bool {
    precondition(index >= 0 && index <= count, "fixed list insert out of bounds")
    guard count < capacity else { return false }
    var position = count
    while position > index {
      storage[position] = storage[position - 1]
      position -= 1
    }
    storage[index] = element
    count += 1
    return true
  }

  /// Takes the element at `index` out, moving the later ones.
  @discardableResult
  public mutating func remove(at index: Int) -> Element {
    let element = self[index]
    for position in index..<count - 1 { storage[position] = storage[position + 1] }
    count -= 1
    return element
  }

  /// Takes all out.
  public mutating func removeAll() { count = 0 }
}

extension FixedList: Sendable where Element: Sendable {}
