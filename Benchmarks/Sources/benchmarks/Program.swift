import FlowDistill
import Foundation

/// The command line: which benchmarks, and where results go.
@main
enum Program {
  static let usage = """
    usage: benchmarks [micro|macro|tables|NAME ...] [--threads N] [--json FILE]
           benchmarks list              prints all names
           benchmarks serve             answers {"case": NAME} lines with seconds
           benchmarks once NAME         one run, with the peak of memory
           benchmarks exchange FOLDER   samples and starts for another program
    """

  static func main() {
    startOverWithFasterKernels()
    // As the command line does.
    HeapMemory.keepFreed()
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      Console.note("benchmarks: \(error)")
      exit(error is UsageError ? 64 : 70)
    }
  }

  private static func run(_ arguments: [String]) throws {
    var (words, file): ([String], String?) = ([], nil)
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--json":
        guard let path = rest.popFirst() else { throw UsageError("--json needs a file") }
        file = path
      case "--threads":
        guard let count = rest.popFirst().flatMap(Int.init), count > 0 else {
          throw UsageError("--threads needs a number from 1 up")
        }
        Parallel.threadCount = count
      case "--help", "-h": return Console.print(usage)
      case let option where option.hasPrefix("-"):
        throw UsageError("there is no option \(option)\n\(usage)")
      default: words.append(word)
      }
    }
    switch (words.first, words.count) {
    case (nil, _): Console.print(usage)
    case ("list", 1): for one in Benchmark.all { Console.print(one.name.padded(24) + one.summary) }
    case ("serve", 1): try Server.run()
    case ("once", 2): try Server.once(words[1])
    case ("exchange", 2): try Exchange.write(to: words[1])
    default: try measure(words, file)
    }
  }

  private static func measure(_ words: [String], _ file: String?) throws {
    let benchmarks = try words.filter { $0 != "tables" }.flatMap(Benchmark.named)
    var results: [JSON] = []
    for benchmark in benchmarks {
      let result = try BenchmarkResult(benchmark)
      Console.print(result.line)
      results.append(result.json)
    }
    var tables: [JSON] = []
    if words.contains("tables") {
      try CostTables.measure { series in
        Console.print(series.text)
        tables.append(series.json)
      }
    }
    guard let file else { return }
    var output: JSONObject = ["format": "flowdistill.benchmarks/1", "machine": Console.machine]
    if !results.isEmpty { output["results"] = .array(results) }
    if !tables.isEmpty { output["tables"] = .array(tables) }
    try JSON.object(output).write(to: file)
  }

  /// What the command line does too: OpenBLAS reads its choice of kernels when it is loaded.
  private static func startOverWithFasterKernels() {
    #if os(Linux)
      guard getenv("OPENBLAS_CORETYPE") == nil, let name = BLAS.betterCoreType,
        setenv("OPENBLAS_CORETYPE", name, 1) == 0
      else { return }
      _ = execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
  }
}
