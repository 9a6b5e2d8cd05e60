// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The bytes that lamps are set with, and where they go.

import Core
import Glibc
import Linux
import Testing

@Suite("APA102") struct APA102Tests {
  @Test("a frame is a start, four bytes for each lamp, and an end that is long enough")
  func bytes() {
    var frame = APA102Frame()
    frame[1] = Colour(red: 1, green: 2, blue: 3)
    let bytes = frame.withBytes { $0.array() }
    #expect(bytes.count == APA102Frame.byteCount)
    #expect(Array(bytes[0..<16]) == [0, 0, 0, 0, 0xFF, 0, 0, 0, 0xFF, 3, 2, 1, 0xFF, 0, 0, 0])
    let end = bytes[(4 + 4 * Limits.apa102LampsMax)...]
    #expect(end.allSatisfy { $0 == 0 })
    // Four bytes for SK9822, and a clock for every two lamps.
    #expect((end.count - 4) * 8 >= Limits.apa102LampsMax / 2)
    #expect(frame[1] == Colour(red: 1, green: 2, blue: 3) && frame[0] == Colour(red: 0, green: 0, blue: 0))
  }

  @Test("a chain writes when something changed, a whole frame at once, and goes dark at its end")
  func chain() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/lamps"
    do {
      let chain = APA102Chain(writingTo: FileDescriptor(owning: open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)))
      #expect(chain.flush() == nil)
      #expect(try Files.read(path, limitBytes: 9999).count == APA102Frame.byteCount)
      chain.set(0, Colour(red: 9, green: 8, blue: 7))
      chain.set(2, Colour(red: 0, green: 0, blue: 0))
      #expect(chain.flush() == nil && chain.flush() == nil)
      chain.set(0, Colour(red: 9, green: 8, blue: 7))
      #expect(chain.flush() == nil)
      let bytes = try Files.read(path, limitBytes: 9999)
      #expect(bytes.count == 2 * APA102Frame.byteCount)
      #expect(Array(bytes[APA102Frame.byteCount...].prefix(8)) == [0, 0, 0, 0, 0xFF, 7, 8, 9])
    }
    let bytes = try Files.read(path, limitBytes: 9999)
    #expect(bytes.count == 3 * APA102Frame.byteCount)
    var dark = APA102Frame()
    dark[0] = Colour(red: 0, green: 0, blue: 0)
    #expect(bytes.suffix(APA102Frame.byteCount) == dark.withBytes { $0.array() }[...])
  }

  @Test("a device that is not there, or is none, is refused with what helps")
  func refused() throws {
    let directory = TemporaryDirectory()
    #expect(refusal(directory.path + "/spidev0.0").contains("dtparam=spi=on"))
    #expect(refusal("/dev/null") == "/dev/null is no SPI device: name one, such as /dev/spidev0.0")
  }

  @Test("a write that fails is told, and tried again")
  func failing() throws {
    // A disk that is always full.
    let chain = APA102Chain(writingTo: FileDescriptor(owning: open("/dev/full", O_WRONLY)), path: "lamps")
    for _ in 0..<2 { #expect(chain.flush()?.text.hasPrefix("lamps: spidev: ") == true) }
  }

  private func refusal(_ path: String) -> String {
    do throws(GPIOError) {
      _ = try APA102Chain(path)
      return "opened"
    } catch { return error.text }
  }
}
