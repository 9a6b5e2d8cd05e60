// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One package, two builds: ordinary Swift for the tests, Embedded Swift for the product. Embedded mode, the C
// libraries' folders and static linking come from a generated toolset (see Makefile), so this file has no unsafe flag.

import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A room: a Swift module under Sources/NAME that may import only what `needs` names.
func room(_ name: String, needs: [String] = [], libraries: [String] = []) -> Target {
  .target(
    name: name, dependencies: needs.map { .init(stringLiteral: $0) }, swiftSettings: settings,
    linkerSettings: libraries.map { .linkedLibrary($0) })
}

/// A shim: C sources under Sources/NAME whose header names only fixed-width types.
func shim(_ name: String, libraries: [String] = []) -> Target {
  .target(name: name, linkerSettings: libraries.map { .linkedLibrary($0) })
}

/// Tests of the room NAME, in Tests/NAMETests.
func tests(_ name: String, needs: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ([name] + needs).map { .init(stringLiteral: $0) }, swiftSettings: settings)
}

let package = Package(
  name: "intercom",
  products: [
    .executable(name: "intercom", targets: ["intercom"]),
    .library(name: "Core", targets: ["Core"]),
    .library(name: "VOIP", targets: ["VOIP"]),
    .library(name: "ICE", targets: ["ICE"]),
    .library(name: "RTP", targets: ["RTP"]),
    .library(name: "SDP", targets: ["SDP"]),
    .library(name: "Voice", targets: ["Voice"]),
    .library(name: "Config", targets: ["Config"]),
    .library(name: "Host", targets: ["Host"]),
  ],
  targets: [
    // Pure rooms: no C, no clock, no file.
    room("Core"),
    room("ICE", needs: ["Core"]),
    room("RTP", needs: ["Core"]),
    room("SDP", needs: ["Core"]),
    room("Voice", needs: ["Core"]),
    room("Access", needs: ["Core"]),
    room("Web", needs: ["Access", "CPage", "Core"]),
    room("Rooms", needs: ["Web", "Access", "Core"]),
    room("Config", needs: ["Core"]),
    room("Panel", needs: ["Core"]),
    room("Peer", needs: ["ICE", "RTP", "SDP", "Core"]),
    room("VOIP", needs: ["Peer", "Core"]),
    room("Station", needs: ["VOIP", "Peer", "Rooms", "Web", "Access", "Config", "Panel", "Core"]),

    // Adapters: each fills the seam of the room it imports.
    room("Security", needs: ["Peer", "Core", "CMbedTLS", "CQR", "CSRTP"]),
    room("Codecs", needs: ["Voice", "Core", "COpus", "CSpeexDSP"]),
    room("Linux", needs: ["Core", "CLinux", "CALSA", "CGPIO"]),
    room("Host", needs: ["VOIP", "Voice", "Core", "Security", "Codecs", "Linux"]),
    shim("CLinux"),
    .target(name: "CPage", exclude: ["files"]),
    shim("CALSA", libraries: ["asound"]),
    shim("CGPIO", libraries: ["gpiod"]),
    shim("CMbedTLS", libraries: ["mbedtls", "mbedx509", "mbedcrypto"]),
    shim("CQR", libraries: ["qrcodegen"]),
    shim("CSRTP", libraries: ["srtp2"]),
    shim("COpus", libraries: ["opus"]),
    shim("CSpeexDSP", libraries: ["speexdsp"]),

    // The self-tests that run both here and inside the product, and the hall.
    room(
      "SelfTest",
      needs: [
        "Core", "ICE", "RTP", "SDP", "Voice", "Access", "Web", "Rooms", "Config", "Panel", "Peer", "VOIP", "Station",
        "Security", "Codecs",
      ]),
    .executableTarget(
      name: "intercom",
      dependencies: [
        "Core", "Voice", "Peer", "VOIP", "Access", "Web", "Rooms", "Config", "Panel", "Station", "Security", "Codecs",
        "Linux", "Host", "SelfTest",
      ],
      swiftSettings: settings),

    // What `make bench` counts the instructions of.
    .executableTarget(
      name: "Bench", dependencies: ["Core", "Voice", "Peer", "VOIP", "Security", "Codecs", "Linux", "Host"],
      path: "Tests/Bench", exclude: ["Pages", "run", "bench.py", "calls.py", "sound.py", "web.py"],
      swiftSettings: settings),

    // Whole calls over networks that lose packets, in virtual time, for Tests/Sound/loss.py.
    .executableTarget(
      name: "LossBench", dependencies: ["Core", "Peer", "VOIP", "Voice", "Codecs", "SelfTest"],
      path: "Tests/Sound/Loss", swiftSettings: settings),

    // What Tests/Sound/Echo/echo.py sends its scenes through.
    .executableTarget(
      name: "EchoBench", dependencies: ["Core", "Voice", "Codecs"], path: "Tests/Sound/Echo",
      exclude: ["run", "echo.py", "scenes.py"], swiftSettings: settings),

    // Networks as packets meet them, and a playout on them; and what Tests/Bench/Pages has done in Swift.
    .target(name: "Traces", dependencies: ["Core", "Voice"], path: "Tests/Sound/Traces", swiftSettings: settings),
    .executableTarget(
      name: "SoundBench", dependencies: ["Core", "Codecs", "Traces"], path: "Tests/Sound/Bench",
      swiftSettings: settings),

    tests("Core"),
    tests("ICE", needs: ["Core", "SelfTest"]),
    tests("RTP", needs: ["Core"]),
    .testTarget(name: "SDPTests", dependencies: ["SDP", "Core"], exclude: ["Corpus"], swiftSettings: settings),
    tests("Voice", needs: ["Core", "Codecs", "Traces"]),
    tests("Access", needs: ["Core", "Security"]),
    tests("Web", needs: ["Core", "Access", "Security"]),
    tests("Rooms", needs: ["Core", "Access", "Web"]),
    tests("Config", needs: ["Core"]),
    tests("Panel", needs: ["Core"]),
    tests("Peer", needs: ["Core", "ICE", "RTP", "SDP", "Security", "SelfTest"]),
    tests("VOIP", needs: ["Core", "Peer", "Voice", "Security", "Codecs", "SelfTest"]),
    tests(
      "Station", needs: ["Core", "Peer", "Voice", "VOIP", "Access", "Web", "Rooms", "Config", "Panel", "SelfTest"]),
    tests("Security", needs: ["Core", "Peer"]),
    tests("Codecs", needs: ["Core", "Voice"]),
    tests("Linux", needs: ["Core"]),
    tests("Host", needs: ["Core", "Linux", "Security"]),
    tests("SelfTest", needs: ["Core", "FuzzEntries"]),
    .target(
      name: "FuzzEntries",
      dependencies: [
        "Core", "ICE", "RTP", "SDP", "Voice", "Access", "Web", "Rooms", "Config", "Panel", "Station", "Security",
        "Codecs", "Linux",
      ],
      path: "Tests/Fuzz/Entries", swiftSettings: settings),
    .executableTarget(
      name: "Fuzz", dependencies: ["FuzzEntries", "Core"], path: "Tests/Fuzz/Driver", swiftSettings: settings),
    .testTarget(name: "HouseTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
