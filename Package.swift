// swift-tools-version: 6.2
import PackageDescription

/// Strict everywhere: explicit existentials and imports, and every unsafe
/// expression marked `unsafe` (they live in `Arrays` and in the zlib border of
/// `Formats` only).
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

/// The rooms, lowest first.
///
/// A room may depend only on rooms above it in this list.
let rooms: [(name: String, dependencies: [Target.Dependency])] = [
  ("Arrays", ["_CKernels", realModule]),
  ("Formats", ["Arrays", "CZlib"]),
  ("Mixtures", ["Arrays", "Formats", realModule]),
  ("ProbabilityFlow", ["Arrays", "Mixtures", realModule]),
  ("Stability", ["Arrays", "Formats", "Mixtures", "ProbabilityFlow", realModule]),
  (
    "Schedules", ["Arrays", "Formats", "Mixtures", "ProbabilityFlow", "Stability", realModule]
  ),
  ("Networks", ["Arrays", "Formats", realModule]),
  (
    "Construction",
    [
      "Arrays", "Formats", "Mixtures", "ProbabilityFlow", "Stability", "Networks", realModule,
    ]
  ),
  (
    "ScoreMatching",
    [
      "Arrays", "Formats", "Mixtures", "ProbabilityFlow", "Stability", "Networks", realModule,
    ]
  ),
  (
    "Distillation",
    [
      "Arrays", "Formats", "Mixtures", "ProbabilityFlow", "Stability", "Schedules", "Networks",
      "Construction", "ScoreMatching", logging, realModule,
    ]
  ),
  (
    "Experiments",
    [
      "Arrays", "Formats", "Mixtures", "ProbabilityFlow", "Stability", "Schedules", "Networks",
      "Distillation", realModule,
    ]
  ),
  (
    "Reports",
    [
      "Arrays", "Formats", "Mixtures", "ProbabilityFlow", "Stability", "Schedules", "Networks",
      "Construction", "ScoreMatching", "Distillation", "Experiments", realModule,
    ]
  ),
]

/// The rooms themselves, for targets that depend on all.
///
/// A target is compiled anew only when a module that it names itself has changed. One that reached a
/// room through another alone would keep the old layout of its types, and crash.
let allRooms = rooms.map { Target.Dependency.target(name: $0.name) }

/// The dependencies of a room with the rooms behind them, each once.
func closure(_ dependencies: [Target.Dependency]) -> [Target.Dependency] {
  func name(_ dependency: Target.Dependency) -> String? {
    if case .byNameItem(let name, _) = dependency { return name }
    return nil
  }
  var names = dependencies.compactMap(name)
  for room in rooms.reversed() where names.contains(room.name) {
    names += room.dependencies.compactMap(name).filter {
      !names.contains($0) && !$0.hasPrefix("_C")
    }
  }
  return dependencies.filter { name($0) == nil } + names.map { .byName(name: $0) }
}

/// The rooms whose tests share reference vectors, random cases, naive twins and folders.
let usersOfTestSupport = [
  "Mixtures", "ProbabilityFlow", "Stability", "Schedules", "ScoreMatching", "Distillation",
  "Experiments",
]

/// With FLOWDISTILL_STATIC_RUNTIME=1, as make sets it on Linux, the executable holds the Swift runtime.
///
/// It starts in 7.5 ms in place of 12, and runs where no Swift is installed. Foundation's C parts are named
/// because the compiler, which still looks at the shared runtime, does not know that they are needed; lld, which
/// comes with Swift, links them without remarks about their use of mktemp.
let runtime: [LinkerSetting] =
  Context.environment["FLOWDISTILL_STATIC_RUNTIME"] == "1"
  ? [
    .unsafeFlags(
      ["-static-stdlib", "-use-ld=lld", "-l_FoundationCollections", "-l_FoundationCShims"],
      .when(platforms: [.linux]))
  ] : []

let package = Package(
  name: "FlowDistill",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "FlowDistill", targets: ["FlowDistill"]),
    .executable(name: "flowdistill", targets: ["FlowDistillCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "_CKernels",
      dependencies: [.target(name: "COpenBLAS", condition: .when(platforms: [.linux]))],
      cSettings: [.define("ACCELERATE_NEW_LAPACK", .when(platforms: [.macOS]))],
      linkerSettings: [
        .linkedFramework("Accelerate", .when(platforms: [.macOS])),
        .linkedLibrary("m", .when(platforms: [.linux])),
      ]),
  ]
    + rooms.map { room in
      .target(name: room.name, dependencies: closure(room.dependencies), swiftSettings: strict)
    }
    + [
      .target(
        name: "FlowDistill",
        dependencies: allRooms,
        swiftSettings: strict),
      .executableTarget(
        name: "FlowDistillCLI",
        dependencies: ["FlowDistill", argumentParser, logging, realModule] + allRooms,
        swiftSettings: strict, linkerSettings: runtime),
    ]
    + [
      .target(
        name: "TestSupport",
        dependencies: closure(["Arrays", "Mixtures", "ProbabilityFlow", realModule]),
        path: "Tests/TestSupport", resources: [.copy("Fixtures")], swiftSettings: strict)
    ]
    + rooms.map { room in
      .testTarget(
        name: room.name + "Tests",
        dependencies: [.target(name: room.name)]
          + (usersOfTestSupport.contains(room.name) ? ["TestSupport"] : [])
          // The bounds' published numbers include the grids made of them.
          + (room.name == "Stability" ? ["Schedules"] : [])
          + closure(room.dependencies).filter { dependency in
            if case .byNameItem(let name, _) = dependency { return !name.hasPrefix("_C") }
            return true
          },
        exclude: room.name == "Reports" ? ["Snapshots"] : [],
        resources: ["Formats", "Mixtures", "Networks", "Schedules"].contains(room.name)
          ? [.copy("Fixtures")] : [],
        swiftSettings: strict)
    }
    + [
      .testTarget(
        name: "CommandLineTests",
        dependencies: ["FlowDistill", "FlowDistillCLI"] + allRooms,
        exclude: ["Fixtures"],
        swiftSettings: strict)
    ],
  swiftLanguageModes: [.v6]
)
