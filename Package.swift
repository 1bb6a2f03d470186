// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let structuredFields = Target.Dependency.product(
  name: "RawStructuredFieldValues", package: "swift-http-structured-headers")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "countersign",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "countersign", targets: ["countersign"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "CLinux"),
    .systemLibrary(
      name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .systemLibrary(
      name: "CPsl", pkgConfig: "libpsl", providers: [.apt(["libpsl-dev"])]),
    library("Domain"),
    library("Ledger", ["Domain", crypto]),
    library("Tokens", ["Domain", crypto]),
    library("Registries", ["Domain", "CPsl"]),
    library("Simulation", ["Domain"]),
    library("Metrics"),
    library("Reactor", ["CLinux", heap]),
    library("HTTP", ["Metrics", "Reactor", httpTypes]),
    library("Postgres", ["Metrics", "Reactor", "CPostgres", deque, logging]),
    library("Curl", ["Reactor", "CCurl"]),
    library("Store", ["Domain", "Ledger", "Postgres"]),
    library("Workflow", ["Domain", "Ledger", "Metrics", "Tokens", "Postgres", "Store"]),
    library(
      "Jobs",
      ["Domain", "Ledger", "Metrics", "Tokens", "Postgres", "Store", "Workflow", "Curl", logging]),
    library("Wire", ["Domain", structuredFields, yams]),
    library("LocalCluster"),
    library(
      "Server", ["Domain", "HTTP", "Metrics", "Tokens", "Wire", "Workflow", httpTypes, logging]),
    library(
      "CountersignTesting",
      [
        "Domain", "HTTP", "Ledger", "Postgres", "Reactor", "Registries", "Server", "Store",
        "Tokens", "Wire", "Workflow", "LocalCluster", "CPostgres", httpTypes, yams,
        logging,
      ]),
    .executableTarget(
      name: "countersign",
      dependencies: [
        "Curl", "Domain", "HTTP", "Jobs", "Ledger", "LocalCluster", "Metrics", "Postgres",
        "Reactor", "Registries", "Server", "Simulation",
        "Store", "Tokens", "Wire", "Workflow", arguments, configuration, logging, yams,
      ],
      swiftSettings: settings),
    tests("DomainTests", ["Domain", "Registries", "Wire"]),
    tests("SimulationTests", ["Simulation", "Domain"]),
    tests("LedgerTests", ["Ledger", "Domain"]),
    tests("TokensTests", ["Tokens", "Domain", crypto]),
    tests("RegistriesTests", ["Registries", "Domain"]),
    tests("MetricsTests", ["Metrics"]),
    tests("ReactorTests", ["Reactor"]),
    tests("HTTPTests", ["HTTP", "Reactor", httpTypes]),
    tests(
      "PostgresTests",
      ["Postgres", "Metrics", "Reactor", "CountersignTesting", "LocalCluster", logging]),
    tests("CurlTests", ["CountersignTesting", "Curl", "HTTP", "Reactor", httpTypes]),
    tests("LocalClusterTests", ["LocalCluster"]),
    tests(
      "StoreTests",
      ["Store", "Domain", "Ledger", "Postgres", "Tokens", "Workflow", "CountersignTesting"]),
    tests(
      "WorkflowTests",
      ["Workflow", "Store", "Domain", "Ledger", "Postgres", "Tokens", "CountersignTesting"]),
    tests(
      "JobsTests",
      [
        "Jobs", "Curl", "Metrics", "Workflow", "Store", "Domain", "Ledger", "Postgres", "Reactor",
        "Tokens",
        "CountersignTesting", logging,
      ]),
    tests("WireTests", ["Wire", "Domain", "CountersignTesting"]),
    tests(
      "ServerTests",
      [
        "Server", "HTTP", "Domain", "Ledger", "Tokens", "Wire", "Workflow", "CountersignTesting",
        httpTypes,
      ]),
    tests("TidyTests", ["Server", yams]),
    tests(
      "CountersignCLITests",
      ["countersign", "Domain", "Simulation", "Tokens", "Wire", arguments, configuration, logging]),
    tests(
      "EndToEndTests",
      [
        "countersign", "CountersignTesting", "CPostgres", "Curl", "Domain", "Reactor", "Tokens",
        crypto,
      ]),
  ]
)
