import Arrays
import Mixtures

extension MixtureSuite {
  /// Twenty spherical Gaussians fitted to 1,797 handwritten digits of 8 × 8 pixels from −1 to 1 (UCI, Optical
  /// Recognition of Handwritten Digits, CC BY 4.0), rounded: means to 1/32, variances to 0.001.
  ///
  /// By `flowdistill fit Examples/digits/digits.csv.gz --columns 1:64 --rescale 0:16 --components 20
  /// --covariance spherical --covariance-floor 0.0039`.
  static func digits() throws(MixtureError) -> GaussianMixture {
    let total = digitWeights.reduce(0, +)
    let means = Matrix(digitMeans.map { row in row.utf8.map { Double(Int($0) - 48) / 32 - 1 } })
    return try GaussianMixture(
      weights: digitWeights.map { $0 / total }, means: means,
      covariances: .spherical(digitVariances))
  }

  private static let digitWeights: [Double] = [
    88, 96, 59, 15, 85, 51, 42, 45, 49, 31, 33, 25, 42, 26, 64, 54, 39, 59, 47, 50,
  ]

  private static let digitVariances = [
    0.178, 0.091, 0.157, 0.096, 0.141, 0.142, 0.076, 0.166, 0.111, 0.09, 0.097, 0.094, 0.132,
    0.054, 0.173, 0.118, 0.145, 0.143, 0.127, 0.125,
  ]

  /// A character for each pixel, 0 for −1 up to p for 1.
  private static let digitMeans = [
    #"01E_aI3006Yd`]8007X]aZ4005QhgE1004Tk`90006^_`?0004\[aF2001G`]@20"#,
    #"00Ae]<0003cf^^400?iE9a>00Ec81TJ00H^30SM00>f65]H003eXYf:000AgfE10"#,
    #"00;]hgP602WbTfV405N;:dH104GCWd@003J\k_@003ATgF30003[W30000<eC100"#,
    #"00Kc700000JnB00003KoL00003NnY30002@^d:00003CeH1000I\ifUA00GknolX"#,
    #"01Le^C100<gSY\400?`ETe8006T_eg>0016=>`G001312XP003NCB_L101Lfj[;0"#,
    #"000=g>00003`c82100LiJA=10<gQGUH00RlR]jI00Ncbjf:006>FjM00000?i?00"#,
    #"008bG20000Ve800004jD00000=i>73000Ak]d^:00:nVCUY001a[=W^1009`nc?0"#,
    #"0006\cB1007ShdE107Tdce?00?a`ff9007IK^b60026=_^40001;c_700007]\80"#,
    #"02QjfD000EhRbV100;B?eI00006^jC00004H]h=003816`S005THIfP001TllY60"#,
    #"001Z_50000BnT30001Ye600004dbRC100:jjafE004g\8R^200RhH_^3003XlfC0"#,
    #"04YlkW500<^SZl@00368`e60001JmK00001@hX400011Li=002FI\i;004]lfI10"#,
    #"002Yc<0000InU60004`b500009gX40000>meZB0008jc]fC001WiPcV2004WlfF1"#,
    #"07]hicA00HngWO;00OkI63000Ef_C10006N`V400016Sb80004Fb_50007bkE000"#,
    #"007g_800009loA0000;ln?0002Bll:0001Clj70000Eng50000Amf600007dj=00"#,
    #"00@]cJ2008b]Ta:00@`CE`:008T\dU4002GcgO3003QKF`<003VSEbC000?_iZ:0"#,
    #"06`lQ5000Mkbb<000GMGf;00036Pd400007dP00002Mg>65008gg[^L106clg^H1"#,
    #"01Pk\9000>i_dM100?U:YS200594^P20001<eE10005Rb=3002OlfXQ601Phb`]C"#,
    #"02Scg`@00:i\MG700AhE93100Fkb]I3009PKT_:00152Bb=003FF\\7002Uk^=00"#,
    #"003\W21000HmA66205hS;LB20Jm@RaI00TjZjhC00EZalP30039Ye500003aW100"#,
    #"01MjjQ7107^[a]5004;6^X3003ASl_H008\lkW@005FgP61001Dg:00001UY1000"#,
  ]
}
