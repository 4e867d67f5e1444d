import FlowDistill

let flow = ProbabilityFlow(try .paper(seed: 0), try OrnsteinUhlenbeck())
let grid = try InformationRule.grid(for: flow, segments: 4)
let noise = flow.marginal(at: 1).sample(1000, from: RandomStream(seed: 7))
let data = try Teacher(flow, tolerance: 1e-8).transport(noise, from: 1, to: 0).orThrow()
print(grid.times, data.evaluationsPerSample, data.largestErrorEstimate)
