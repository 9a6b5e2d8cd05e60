// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The house's rules, read from its sources: which room may import which, and what may stand nowhere.

import Testing

/// What each room may import: the arrows of docs/explanation/architecture.md.
private let arrows: [String: Set<String>] = [
  "Core": ["Synchronization"],
  "ICE": ["Core"],
  "RTP": ["Core"],
  "SDP": ["Core"],
  "Voice": ["Core"],
  "Access": ["Core"],
  "Web": ["Access", "CPage", "Core"],
  "Rooms": ["Web", "Access", "Core"],
  "Config": ["Core"],
  "Panel": ["Core"],
  "Peer": ["ICE", "RTP", "SDP", "Core"],
  "VOIP": ["Peer", "Core"],
  "Station": ["VOIP", "Peer", "Rooms", "Web", "Access", "Config", "Panel", "Core"],
  "Security": ["Peer", "Core", "CMbedTLS", "CQR", "CSRTP"],
  "Codecs": ["Voice", "Core", "COpus", "CSpeexDSP"],
  "Linux": ["Core", "CLinux", "CALSA", "CGPIO", "Synchronization"],
  "Host": ["VOIP", "Voice", "Core", "Security", "Codecs", "Linux", "Synchronization"],
  "SelfTest": [
    "Core", "ICE", "RTP", "SDP", "Voice", "Access", "Web", "Rooms", "Config", "Panel", "Peer", "VOIP", "Station",
    "Security", "Codecs",
  ],
  "intercom": [
    "Core", "Voice", "Peer", "VOIP", "Access", "Web", "Rooms", "Config", "Panel", "Station", "Security", "Codecs",
    "Linux", "Host", "SelfTest",
  ],
]

/// Rooms that read no clock, open nothing and import no C.
private let pureRooms = [
  "Core", "ICE", "RTP", "SDP", "Voice", "Access", "Web", "Rooms", "Config", "Panel", "Peer", "VOIP", "Station",
]

/// C that pure rooms may import: bytes without a function.
private let constantBytes: Set<String> = ["CPage"]

/// The module that a source line imports, or nil.
private func importedModule(_ line: String) -> String? {
  var words = line.split(separator: " ").map(String.init)
  while let first = words.first, first.hasPrefix("@") || ["public", "internal", "package"].contains(first) {
    words.removeFirst()
  }
  guard words.count >= 2, words[0] == "import" else { return nil }
  return words[1]
}

@Suite("The house")
struct ArrowTests {
  @Test("every import points along an arrow", arguments: arrows.keys.sorted())
  func imports(room: String) throws {
    let files = House.files(under: "Sources/\(room)", endings: [".swift"])
    try #require(!files.isEmpty, "Sources/\(room) holds no Swift file")
    for file in files {
      for module in file.lines.compactMap(importedModule) {
        #expect(arrows[room]!.contains(module), "\(file.path) imports \(module)")
      }
    }
  }

  @Test("every folder under Sources is a room with arrows or a C shim")
  func rooms() {
    let folders = Set(
      House.files(under: "Sources", endings: [".swift", ".c"]).map { $0.path.split(separator: "/")[1] })
    for folder in folders {
      let isShim = folder.first == "C" && folder.dropFirst().first!.isUppercase && !pureRooms.contains(String(folder))
      #expect(isShim || arrows[String(folder)] != nil, "Sources/\(folder) has no arrows")
    }
  }

  @Test("pure rooms import nothing but rooms", arguments: pureRooms)
  func pureRoomsImportNoWorld(room: String) {
    for file in House.files(under: "Sources/\(room)", endings: [".swift"]) {
      for module in file.lines.compactMap(importedModule) {
        #expect(
          module == "Synchronization" || pureRooms.contains(module) || constantBytes.contains(module),
          "\(file.path) imports \(module)")
      }
    }
  }

  @Test("every source file starts with its licence")
  func licences() {
    for folder in ["Sources", "Tests", "board"] {
      for file in House.files(under: folder, endings: [".swift", ".c", ".h", ".sh", ".py"]) {
        let head = file.lines.prefix(3).joined(separator: "\n")
        #expect(head.contains("SPDX-License-Identifier: Apache-2.0"), "\(file.path) lacks its SPDX lines")
      }
    }
  }

  @Test(
    "no source holds what the house refuses",
    arguments: [
      ("try!", "an error is handled or thrown on"), ("fatalError(", "a broken promise is a precondition"),
      ("#if os(", "os() is false in the product: use hasFeature(Embedded)"),
      ("#if TESTING", "tests use the seams"), ("@testable", "tests use what is public"),
      ("nonisolated(unsafe) static var", "no global state"),
    ])
  func refusedText(text: String, reason: String) {
    for file in House.files(under: "Sources", endings: [".swift"]) {
      for (number, line) in file.lines.enumerated() where line.contains(text) {
        #expect(
          line.trimmingPrefix(while: { $0 == " " }).hasPrefix("//"), "\(file.path):\(number + 1): \(text): \(reason)")
      }
    }
  }

  @Test("pure rooms name no existential and print nothing", arguments: pureRooms)
  func noExistentials(room: String) {
    for file in House.files(under: "Sources/\(room)", endings: [".swift"]) {
      for (number, line) in file.lines.enumerated() {
        let code = line.trimmingPrefix(while: { $0 == " " })
        guard !code.hasPrefix("//") else { continue }
        #expect(!code.contains(": any ") && !code.contains("<any "), "\(file.path):\(number + 1): an existential")
        #expect(!code.hasPrefix("print("), "\(file.path):\(number + 1): a pure room prints")
      }
    }
  }

  @Test("C shim headers name only fixed-width types")
  func shimHeaders() {
    let forbidden = [
      "size_t ", "long ", " int *", "#include <stdio", "#include <alsa", "#include <mbedtls", "#include <opus",
    ]
    for file in House.files(under: "Sources", endings: [".h"]) where file.path.contains("/include/") {
      for (number, line) in file.lines.enumerated() where !line.hasPrefix("//") && !line.hasPrefix(" *") {
        let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
        for word in forbidden {
          #expect(!code.contains(word), "\(file.path):\(number + 1): \(word)in a header")
        }
      }
    }
  }
}
