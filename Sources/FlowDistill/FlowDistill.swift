// The umbrella: one import for everything that FlowDistill offers.
@_exported public import Arrays
@_exported public import Construction
@_exported public import Distillation
@_exported public import Experiments
@_exported public import Formats
@_exported public import Mixtures
@_exported public import Networks
@_exported public import ProbabilityFlow
@_exported public import Reports
@_exported public import Schedules
@_exported public import ScoreMatching
@_exported public import Stability
