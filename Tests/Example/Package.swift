// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A program that calls with nothing but the libraries, as a package of its own. The C libraries come from a
// toolset: INTERCOM_SCRATCH=.build-example board/build/host.sh run --package-path Tests/Example

import PackageDescription

let package = Package(
  name: "Example",
  dependencies: [.package(name: "intercom", path: "../..")],
  targets: [
    .executableTarget(
      name: "Example",
      dependencies: ["Core", "VOIP", "Host"].map { .product(name: $0, package: "intercom") })
  ]
)
