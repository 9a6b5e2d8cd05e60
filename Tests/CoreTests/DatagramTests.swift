// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One datagram.

import Core
import Testing

@Suite("Datagram") struct DatagramTests {
  @Test("it takes a copy, up to its capacity")
  func assign() {
    var datagram = Datagram()
    #expect(datagram.bytes.isEmpty)
    let whole = [UInt8](repeating: 5, count: Datagram.capacity)
    let fits = whole.withByteView { datagram.assign($0) }
    #expect(fits && datagram.count == Datagram.capacity)
    let tooLarge = [UInt8](repeating: 6, count: Datagram.capacity + 1)
    let fitsToo = tooLarge.withByteView { datagram.assign($0) }
    #expect(!fitsToo && datagram.count == Datagram.capacity && datagram.bytes[0] == 5)
  }

  @Test("a message leaves the tail free, and one that does not fit leaves nothing")
  func write() {
    var datagram = Datagram()
    let fits = datagram.write { $0.fill(1, count: Limits.datagramBytesMax) }
    #expect(fits && datagram.count == Limits.datagramBytesMax)
    let fitsToo = datagram.write { $0.fill(1, count: Limits.datagramBytesMax + 1) }
    #expect(!fitsToo && datagram.bytes.isEmpty)
  }

  @Test("bytes change in place and the size follows")
  func inPlace() {
    var datagram = Datagram()
    datagram.write { $0.text("abc") }
    datagram.mutableBytes[1] = 0x78
    datagram.storage[3] = 0x79
    datagram.setCount(4)
    #expect(datagram.bytes.elementsEqual("axcy"))
  }
}
