// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The list with a fixed capacity.

import Core
import Testing

@Suite("Fixed list") struct FixedListTests {
  private func list(_ elements: Int...) -> FixedList<4, Int> {
    var list = FixedList<4, Int>(filler: 0)
    for element in elements { list.append(element) }
    return list
  }

  private func elements(_ list: FixedList<4, Int>) -> [Int] { list.indices.map { list[$0] } }

  @Test("it keeps order and refuses what does not fit")
  func append() {
    var list = list(1, 2, 3)
    #expect(!list.isFull && !list.isEmpty)
    let fits = list.append(4)
    let fitsToo = list.append(5)
    #expect(fits && !fitsToo && list.isFull)
    #expect(elements(list) == [1, 2, 3, 4])
  }

  @Test("an element goes in anywhere", arguments: [(0, [9, 1, 2]), (1, [1, 9, 2]), (2, [1, 2, 9])])
  func insert(index: Int, expected: [Int]) {
    var list = list(1, 2)
    let fits = list.insert(9, at: index)
    #expect(fits && elements(list) == expected)
  }

  @Test("a full list refuses an insertion and is unchanged")
  func insertFull() {
    var list = list(1, 2, 3, 4)
    let fits = list.insert(9, at: 0)
    #expect(!fits && elements(list) == [1, 2, 3, 4])
  }

  @Test("an element comes out anywhere", arguments: [(0, [2, 3]), (1, [1, 3]), (2, [1, 2])])
  func remove(index: Int, expected: [Int]) {
    var list = list(1, 2, 3)
    let removed = list.remove(at: index)
    #expect(removed == index + 1 && elements(list) == expected)
    list.removeAll()
    #expect(list.isEmpty)
  }
}
