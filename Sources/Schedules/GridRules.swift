/// All grid rules.
public enum GridRules {
  /// Formulas and tables of the process alone.
  static let closedForms: [any GridRule.Type] = [
    UniformRule.self, UniformAlphaRule.self, UniformAlphaSquaredRule.self, QuadraticRule.self,
    LogSNRRule.self, KarrasRule.self, PolyexponentialRule.self, ArctanRule.self,
    KLOptimalRule.self, CosineRule.self, ImprovedDDPMRule.self, VPTimeRule.self,
    FlowUniformRule.self, FlowShiftRule.self, LinearQuadraticRule.self, LaplaceRule.self,
    BetaLevelsRule.self, BetaTimestepsRule.self, SimpleRule.self, NormalRule.self,
    SGMUniformRule.self, DiffusersLinspaceRule.self, DiffusersLeadingRule.self,
    DiffusersTrailingRule.self, AYSStableDiffusionRule.self, AYSStableDiffusionXLRule.self,
    AYSDeepFloydRule.self, AYSStableVideoRule.self, OSSFluxRule.self,
  ]

  /// Equal parts of a cumulative density.
  static let densities: [any GridRule.Type] = [
    StabilityRule.self, OneSidedRule.self, InformationRule.self, AveragedRule.self,
    RMSNativeRule.self, RMSEDMRule.self, RMSVPRule.self,
    MaximalNativeRule.self, MaximalEDMRule.self, MaximalVPRule.self,
    PartingRule.self, SharpEulerRule.self, SharpEulerEDMRule.self, EntropicRule.self,
    RescaledEntropicRule.self, ScoreOptimalRule.self, ConstantRateRule.self, AdjointRule.self,
  ]

  /// Objectives minimised over grids.
  static let optimised: [any GridRule.Type] = [
    OptimalRule.self, PlannedRule.self, GITSRule.self, GITSDistanceRule.self, OSSRule.self,
    OSSMedianRule.self, KLUBRule.self, DMNRule.self,
  ]

  /// In the order in which they are listed to users.
  public static let all: [any GridRule.Type] = closedForms + densities + optimised

  /// The rule of that name, if there is one.
  public static func named(_ name: String) -> (any GridRule.Type)? {
    all.first { $0.name == name }
  }
}
