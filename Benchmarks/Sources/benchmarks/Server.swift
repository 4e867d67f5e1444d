import CMachine
import FlowDistill

/// Times one case after the other on request, for a driver that takes two programs in turn.
///
/// A request is a line `{"case": NAME}`, its answer a line `{"seconds": s, "work": w}`: seconds of one
/// run, and the number of things done in it (1 where the unit is operations). The first request of a case also prepares and warms up. The program ends with its input.
enum Server {
  static func run() throws {
    var samplers: [String: Sampler] = [:]
    while let line = readLine() {
      var request = try JSONReader(
        JSON.parse(Array(line.utf8), path: "request"), path: "request")
      let name = try request.string("case")
      try request.finish()
      guard let benchmark = try Benchmark.named(name).first else { continue }
      let sampler = try samplers[name] ?? Sampler(benchmark)
      samplers[name] = sampler
      let time = try sampler.sample()
      var answer: JSONObject = ["seconds": .number(time), "work": .number(benchmark.work)]
      if case .operations(let precision) = benchmark.unit {
        answer["work"] = 1
        answer["share_of_peak"] = .number(benchmark.work / time / precision.measure())
      }
      Console.print(JSON.object(answer).text(.compact))
    }
  }

  /// Prepares and runs a case once, for the peak of the memory of a process that does nothing else.
  static func once(_ name: String) throws {
    for benchmark in try Benchmark.named(name) {
      let run = try benchmark.prepare()
      let time = try run()
      let answer: JSON = [
        "seconds": .number(time), "peak_bytes": .integer(Int(bench_peak_memory())),
      ]
      Console.print(answer.text(.compact))
    }
  }
}
