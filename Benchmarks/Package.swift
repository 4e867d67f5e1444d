// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that neither builds nor tests of the library pay for it.
///
/// It uses only what the umbrella library exports to everybody.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "FlowDistill", path: "..")],
  targets: [
    .target(name: "CMachine"),
    .executableTarget(
      name: "benchmarks",
      dependencies: ["CMachine", .product(name: "FlowDistill", package: "FlowDistill")]),
  ],
  swiftLanguageModes: [.v6]
)
