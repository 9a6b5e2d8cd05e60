// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What `make fuzz` does for minutes, for seconds: the corpus, and a burst of a fixed seed, through every entry.

import Core
import FuzzEntries
import Testing

@Suite("Hostile bytes at every door")
struct FuzzTests {
  /// Printed with a failure; a trap says nothing, but `FUZZ_SEED=20260401 FUZZ_ENTRY=... make fuzz` finds it again.
  private static let seed: UInt64 = 20_260_401

  @Test("every file of the corpus is taken without a trap", arguments: FuzzEntry.all.map { $0.name })
  func corpus(name: String) throws {
    let entry = try #require(FuzzEntry.named(name))
    let files = Corpus.files(of: name)
    #expect(!files.isEmpty, "Tests/Fuzz/Corpus/\(name) is empty")
    for file in files { file.bytes.withByteView(entry.take) }
  }

  @Test("a burst of changed input is taken without a trap", arguments: FuzzEntry.all.map { $0.name })
  func burst(name: String) throws {
    let entry = try #require(FuzzEntry.named(name))
    let corpus = Corpus.files(of: name).map { $0.bytes }
    for index in 0..<UInt64(entry.burst) {
      let bytes = entry.input(index, seed: Self.seed, corpus: corpus)
      #expect(bytes.count <= entry.bytesMax)
      bytes.withByteView(entry.take)
    }
  }

  @Test("a seed and a number always make the same input, and others another")
  func reproducible() throws {
    let entry = try #require(FuzzEntry.named("stun"))
    let corpus = Corpus.files(of: "stun").map { $0.bytes }
    for index in 0..<20 as Range<UInt64> {
      let input = entry.input(index, seed: 1, corpus: corpus)
      #expect(input == entry.input(index, seed: 1, corpus: corpus))
      #expect(input != entry.input(index, seed: 2, corpus: corpus))
    }
  }
}
