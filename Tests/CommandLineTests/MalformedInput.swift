import Testing

/// A call that must fail: its arguments, separated by spaces; its status; a word of its message.
struct MalformedInput: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let status: Int32
  let word: String

  init(_ arguments: String, _ status: Int32, _ word: String) {
    self.arguments = arguments.split(separator: " ").map {
      // "''" is an empty argument, as in a shell.
      $0 == "''" ? "" : String($0)
    }
    (self.status, self.word) = (status, word)
  }

  var testDescription: String { arguments.joined(separator: " ") }

  /// Every case; adding one is one line.
  static let all =
    mixtures + samples + fits + grids + gridOptions + usage + mismatches + constructions
    + outputs + runs
    + reports + comparisons + experiments + teachers

  private static let teachers = [
    MalformedInput("learn x-many.csv -o new", 64, ".safetensors"),
    MalformedInput("learn missing.csv -o new.safetensors", 66, "no such file"),
    MalformedInput("learn x-many.csv -o teacher.safetensors", 73, "--resume"),
    MalformedInput("learn x-many.csv -o teacher.safetensors --resume", 64, "choices"),
    MalformedInput("learn x-many.csv --steps 0 -o new.safetensors", 64, "steps"),
    MalformedInput("learn x-many.csv --depth 0 -o new.safetensors", 64, "--depth is 0"),
    MalformedInput("learn x-many.csv --width 0 -o new.safetensors", 64, "width"),
    MalformedInput("learn x-many.csv --batch 0 -o new.safetensors", 64, "batch"),
    MalformedInput("learn x-many.csv --held-out 1 -o new.safetensors", 64, "held out"),
    MalformedInput("learn x-many.csv --learning-rate nan -o new.safetensors", 64, "rate"),
    MalformedInput("learn x-many.csv --columns 5:9 -o new.safetensors", 65, "columns"),
    MalformedInput(
      "distill teacher.safetensors --segments 2 --rule stability -o new", 64, "log-snr"),
    MalformedInput("distill m.json --segments 2 --segmentation best -o new", 64, "use planned"),
    MalformedInput(
      "distill m.json --segments 2 --segmentation planned --rule uniform -o new", 64, "--rule"),
    MalformedInput("distill m.json --segments auto:0 -o new", 64, "auto:E"),
    MalformedInput("distill m.json --segments auto:x -o new", 64, "auto:E"),
    MalformedInput(
      "distill m.json --segments auto:1 --no-prediction -o new", 64, "--no-prediction"),
    MalformedInput("distill m.json --segments 4 --no-prediction -o new", 64, "--no-prediction"),
    MalformedInput("distill m.json --segments auto:0.1 --rule uniform -o new", 64, "--rule"),
    MalformedInput("distill m.json --segments two -o new", 64, "whole number"),
    MalformedInput(
      "distill m.json --segments 2 --segmentation planned --student constructed -o new", 64,
      "nothing to plan"),
    MalformedInput("distill m.json --segments 2 --pool 3 -o new", 64, "3 trajectories"),
    MalformedInput("distill m.json --segments 2 --averaging 1 -o new", 64, "averaging is 1"),
    MalformedInput("distill teacher.safetensors --segments 2 -o new", 64, "needs a mixture"),
    MalformedInput(
      "distill teacher.safetensors --segments 2 --rule uniform --teacher published -o new", 64,
      "published"),
    MalformedInput(
      "distill teacher.safetensors --segments 2 --rule uniform --student constructed -o new", 64,
      "constructed"),
    MalformedInput(
      "distill teacher.safetensors --sigma0 1 --segments 2 --rule uniform -o new", 64, "--sigma0"),
    MalformedInput("distill missing.safetensors --segments 2 -o new", 66, "no such file"),
    MalformedInput("distill t-truncated.safetensors --segments 2 -o new", 65, "t-truncated"),
    MalformedInput("grid teacher.safetensors --segments 2 --rule uniform", 64, "learned teacher"),
    MalformedInput("stability teacher.safetensors --state edm", 64, "--state"),
    MalformedInput("stability m.json --profile new.csv", 64, "--profile"),
    MalformedInput("evaluate learned --columns 1:2", 64, "--data"),
    MalformedInput("evaluate learned --data x-three.npy", 65, "x-three"),
  ]

  private static let mixtures =
    [
      ("missing.json", 66, "no such file"), ("m-nan.json", 65, "NaN"),
      ("m-huge.json", 65, "largest double"), ("m-null.json", 65, "means[0][0]"),
      ("m-negative.json", 65, "weights"), ("m-sum.json", 65, "sum to 0.9"),
      ("m-weights.json", 65, "weights has 3"), ("m-ragged.json", 65, "means[1]"),
      ("m-flat.json", 65, "means[0]"), ("m-empty-means.json", 65, "means"),
      ("m-variances.json", 65, "variances"), ("m-zero.json", 65, "must be positive"),
      ("m-type.json", 65, "spherical, diag, tied or full"),
      ("m-indefinite.json", 65, "not positive definite"),
      ("m-asymmetric.json", 65, "not symmetric"),
      ("m-square.json", 65, "matrices"), ("m-repeated.json", 65, "'weights'"),
      ("m-unknown.json", 65, "did you mean 'weights'"), ("m-version.json", 65, "mixture/1"),
      ("m-truncated.json", 65, "m-truncated.json"), ("m-trailing.json", 65, "m-trailing.json"),
      ("m-list.json", 65, "object"), ("m-missing.json", 65, "'means' is missing"),
      ("m-deep.json", 65, "m-deep.json"), ("empty.json", 65, "empty.json"),
      ("x.npy", 65, "x.npy"), (".", 74, "directory"), ("paper:xyz", 64, "paper:"),
      ("paper:-1", 64, "paper:"), ("paper:4294967296", 64, "paper:"),
      ("suite:list", 64, "ring-8"), ("suite:", 64, "ring-8"),
      ("suite:ring-8 --sigma0 2", 64, "--sigma0"),
      ("m.json --sigma0 2", 64, "--sigma0"), ("paper:0 --sigma0 0", 64, "--sigma0"),
      ("paper:0 --sigma0 nan", 64, "--sigma0"),
    ].map { MalformedInput("sample \($0.0) --time 0.5 --count 3 -o new.npy", $0.1, $0.2) }

  private static let samples =
    [
      ("missing.npy", 66, "no such file"), ("x-truncated.npy", 65, "x-truncated.npy"),
      ("x-header.npy", 65, "x-header.npy"), ("x-long.npy", 65, "x-long.npy"),
      ("x-three.npy", 65, "3 columns"), ("x-nan.npy", 65, "x-nan.npy"),
      ("x-infinite.npy", 65, "x-infinite.npy"), ("x-none.npy", 65, "no samples"),
      ("x-empty.npy", 65, "x-empty.npy"), ("x-text.npy", 65, "x-text.npy"),
      ("x-object.npy", 65, "x-object.npy"), ("x-big.npy", 65, "x-big.npy"),
      ("x-ragged.csv", 65, "x-ragged.csv"), ("x-word.csv", 65, "two"), ("x-nan.csv", 65, "nan"),
      ("x-empty.csv", 65, "x-empty.csv"), ("m.json", 65, "json"),
    ].flatMap { (name: String, status: Int32, word: String) in
      [
        MalformedInput("transport m.json \(name) -o new.npy", status, word),
        MalformedInput(
          "evaluate-field m.json \(name) --time 0.5 --quantity score -o new.npy", status, word),
      ]
    }

  private static let fits =
    [
      ("missing.csv --components 2 --covariance full", 66, "no such file"),
      ("x-nan.csv --components 1 --covariance full", 65, "nan"),
      ("x-many.csv --components 0 --covariance full", 64, "--components is 0"),
      ("x-many.csv --components 41 --covariance full", 65, "there are 40"),
      ("x-many.csv --components 2 --covariance round", 64, "spherical, diag, tied, full"),
      ("x-many.csv --covariance full", 64, "--components"),
      ("x-many.csv --components 2 --covariance full --noise-variance=-1", 64, "noise-variance"),
      ("x-many.csv --components 2 --covariance full --covariance-floor nan", 64, "floor"),
      ("x-many.csv --components 2 --covariance full --restarts 0", 64, "--restarts"),
      ("x-many.csv --components 2 --covariance full --tolerance inf", 64, "--tolerance"),
      ("x-many.csv --components 2 --covariance full --columns 2:1", 64, "--columns"),
      ("x-many.csv --components 2 --covariance full --columns 0:1", 64, "--columns"),
      ("x-many.csv --components 2 --covariance full --columns 1:3", 65, "has 2"),
      ("x-many.csv --components 2 --covariance full --rescale 1:1", 64, "--rescale"),
      ("x-many.csv --components 2 --covariance full --rescale 1", 64, "LOW:HIGH"),
      ("x-equal.csv --components 1 --covariance full --covariance-floor 0", 65, "are equal"),
    ].map { MalformedInput("fit \($0.0) -o new.json", $0.1, $0.2) }

  private static let reports = [
    MalformedInput("report missing -o new.html", 66, "missing"),
    MalformedInput("report stopped -o new.html", 65, "1 of 2 students"),
    MalformedInput("report run/segments -o new.html", 65, "holds no run"),
    MalformedInput("report m.json -o new.html", 74, "directory"),
    MalformedInput("report run --image-size 8 -o new.html", 64, "WIDTHxHEIGHT"),
    MalformedInput("report run --image-size 0x2 -o new.html", 64, "--image-size"),
    MalformedInput("report run --image-size 3x3 -o new.html", 64, "9 pixels"),
    MalformedInput("report run --columns 1:2 -o new.html", 64, "--data"),
    MalformedInput("report run --data missing.csv -o new.html", 66, "missing.csv"),
    MalformedInput("report run --data x-three.npy -o new.html", 65, "3 columns"),
  ]

  private static let grids = [
    MalformedInput("grid m.json --segments 0", 64, "--segments is 0"),
    MalformedInput("grid m.json --segments -3", 64, "segments"),
    MalformedInput("grid m.json --segments 2.5", 64, "2.5"),
    MalformedInput("grid m.json --segments 1000000000000", 64, "--segments"),
    MalformedInput("grid m.json", 64, "--segments"),
    MalformedInput("grid --segments 3", 64, "mixture"),
    MalformedInput("grid m.json --segments 3 --rule best", 64, "uniform"),
    MalformedInput("grid m-unequal.json --segments 3 --rule stability", 65, "covariance"),
    MalformedInput("stability m.json --times garbage", 64, "garbage"),
    MalformedInput("stability m.json --times ''", 64, "--times"),
    MalformedInput("stability m.json --times 0.5,,1", 64, "--times"),
    MalformedInput("stability m.json --times 0.5,2", 64, "[0, 1.0]"),
    MalformedInput("stability m.json --times nan", 64, "--times"),
    MalformedInput("stability m.json --noise-levels 0,1e9", 64, "--noise-levels is 1000000000.0"),
    MalformedInput("stability m.json --noise-levels nan", 64, "--noise-levels"),
    MalformedInput("stability m.json --noise-levels 1,", 64, "separated by commas"),
    MalformedInput("stability m.json --times 1 --noise-levels 1", 64, "exclude"),
    MalformedInput("stability m.json --state ve", 64, "native, edm or vp"),
    MalformedInput("stability m.json --report missing/new.html", 73, "'missing' does not exist"),
    MalformedInput(
      "stability m.json --process rectified-flow --state edm --measure 5", 64, "alpha = 0"),
  ]

  private static let comparisons =
    [
      ("", 64, "mixtures"), ("missing", 66, "no such file"), ("run/segments", 65, "no mixture"),
      ("run", 65, "grid.json"), ("m.json m.json", 64, "called \"m\""),
      ("suite suite:tree", 64, "called \"tree\""), ("suite:oak", 64, "ring-8"),
      ("m.json --rules best", 64, "uniform"), ("m.json --rules ''", 64, "uniform"),
      ("m.json --rules uniform,uniform", 64, "twice"),
      ("m.json --rules uniform --parameter rho=7", 64, "unknown to all rules"),
      ("m.json --rules karras --parameter rho", 64, "name=value"),
      ("m.json --samplers rk5", 64, "euler"), ("m.json --segments 4,x", 64, "whole numbers"),
      ("m.json --segments 4,0", 64, "--segments is 0"), ("m.json --segments 4,4", 64, "twice"),
      ("m.json --segments 1000000000000", 64, "--segments"),
      ("m.json --end 1", 64, "[0, 1.0)"), ("m.json --end nan", 64, "--end is nan"),
      ("m.json --end-level nan", 64, "--end-level"), ("m.json --end-level 1e9", 64, "--end-level"),
      ("m.json --end 0 --end-level 0", 64, "exclude"),
      ("m.json --samples 99", 64, "at least 100"), ("m.json --samples 1000000000000", 64, "GB"),
      ("m.json --time-budget 0", 64, "--time-budget"),
      ("m.json --report missing/r.html", 73, "'missing' does not exist"),
      ("m.json --report run", 73, "directory"),
    ].map { MalformedInput("compare-grids \($0.0)", $0.1, $0.2) }

  private static let mismatches =
    [
      ("", 64, "--budget"), ("--budget 0", 64, "--budget is 0"), ("--budget nan", 64, "--budget"),
      ("--budget 1e200", 64, "--budget"), ("--budget 2 --batch 3", 64, "4 to 4096"),
      ("--budget 2 --samples 100", 64, "two batches"),
      ("--budget 2 --samples 1000000000000", 64, "GB"),
      ("--budget 2 --confidence 1", 64, "--confidence"),
      ("--budget 2 --rule uniform", 64, "--segments"),
      ("--budget 2 --segments 0", 64, "--segments is 0"),
      ("--budget 2 --segments 2 --rule best", 64, "uniform"),
    ].map { MalformedInput("mismatch m.json \($0.0)", $0.1, $0.2) }
    + [MalformedInput("mismatch m-unequal.json --budget 2 --segments 2", 65, "covariance")]

  private static let constructions =
    [
      ("m.json", 64, "--tolerance"), ("m.json --tolerance 0", 64, "--tolerance is 0"),
      ("m.json --tolerance nan", 64, "--tolerance"),
      ("m.json --tolerance 1e-3 --time 2", 64, "--time"),
      ("m.json --tolerance 1e-3 --norm l3", 64, "uniform, l1"),
      ("m.json --tolerance 1e-3 --float32", 64, "--onnx"),
      ("m.json --tolerance 1e-3 --samples 0", 64, "--samples is 0"),
      ("m.json --tolerance 1e-30", 65, "rounding"),
      ("m-unequal.json --tolerance 1e-30", 65, "rounding"),
      ("m.json --tolerance 1e-3 --onnx missing/n.onnx", 73, "'missing' does not exist"),
      ("m.json --tolerance 1e-3 --report missing/r.html", 73, "'missing' does not exist"),
      ("m.json --tolerance 1e-3 --report run", 73, "directory"),
      ("m.json --tolerance 1e-3 --variant deep", 64, "log-log"),
      ("m-unequal.json --tolerance 1e-3 --variant pure", 65, "shared covariance"),
    ].map { MalformedInput("construct \($0.0) -o new.fdnet", $0.1, $0.2) }
    + constructionForms

  private static let constructionForms =
    [
      ("--uniform-in-time --from 1", 64, "[0, 1.0)"), ("--uniform-in-time --from -1", 64, "--from"),
      ("--uniform-in-time --from nan", 64, "--from is nan"),
      ("--from 0.1", 64, "--uniform-in-time"),
      ("--uniform-in-time --time 0.5", 64, "--from"), ("--uniform-in-time --sweep", 64, "--sweep"),
      ("--uniform-in-time --report new.html", 64, "--report is for the score at one time"),
      ("--flow-map --segments 2 --report new.html", 64, "--report is for the score at one time"),
      ("--uniform-in-time --norm uniform", 64, "l1, l2 or l4"),
      ("--uniform-in-time --process ve", 64, "--process ou"),
      ("--uniform-in-time --flow-map", 64, "exclude"), ("--segments 3", 64, "--flow-map"),
      ("--flow-map", 64, "--segments n"), ("--flow-map --segments 0", 64, "--segments is 0"),
      ("--flow-map --segments 2 --scheme rk5", 64, "euler, heun, rk4"),
      ("--flow-map --segments 2 --rule best", 64, "uniform"),
      ("--flow-map --segments 2 --norm l1", 64, "l2 over p_T"),
      ("--flow-map --segments 2 --time 0.5", 64, "--times"),
      ("--flow-map --times 1,x", 64, "\"x\""), ("--flow-map --times 0.5,1", 64, "fall"),
      ("--flow-map --times 2,1", 64, "--times is 2"), ("--flow-map --times 1", 64, "two times"),
      ("--flow-map --times 1,0 --segments 2", 64, "one of both"),
      ("--flow-map --grid grid.json --segments 2", 64, "--grid"),
      ("--flow-map --grid g-order.json", 65, "times"),
      ("--flow-map --grid grid.json --rule uniform", 64, "exclude"),
    ].map {
      MalformedInput("construct m.json --tolerance 1e-3 \($0.0) -o new.fdnet", $0.1, $0.2)
    }
    + ["--uniform-in-time", "--flow-map --segments 2"].map {
      MalformedInput(
        "construct m-unequal.json --tolerance 1e-3 \($0) -o new.fdnet", 65, "isotropic")
    }

  private static let usage = [
    MalformedInput("nonsense", 64, "flowdistill --help"),
    MalformedInput("sample m.json --time 0.5 --count 3", 64, "--output"),
    MalformedInput("sample m.json --time 0.5 --count 0 -o new.npy", 64, "--count is 0"),
    MalformedInput("sample m.json --time 0.5 --count many -o new.npy", 64, "many"),
    MalformedInput(
      "sample m.json --time 0.5 --count 1000000000000000000 -o new.npy", 64, "--count"),
    MalformedInput("sample m.json --time 0.5 --count 100000000000 -o new.npy", 64, "GB"),
    MalformedInput("sample m.json --time 1.5 --count 3 -o new.npy", 64, "--time is 1.5"),
    MalformedInput("sample m.json --time -0.1 --count 3 -o new.npy", 64, "time"),
    MalformedInput("sample m.json --time nan --count 3 -o new.npy", 64, "--time is nan"),
    MalformedInput("sample m.json --time 1 --count 3 -o new.npy --beta=-5", 64, "--beta"),
    MalformedInput("sample m.json --time 1 --count 3 -o new.npy --beta 0", 64, "--beta"),
    MalformedInput("sample m.json --time 1 --count 3 -o new.npy --horizon inf", 64, "--horizon"),
    MalformedInput(
      "sample m.json --time 1 --count 3 -o new.npy --sigma-inf nan", 64, "--sigma-inf"),
    MalformedInput(
      "sample m.json --time 1 --count 3 -o new.npy --process brownian", 64, "brownian"),
    MalformedInput("sample m.json --time 1 --count 3 -o new.npy --threads 0", 64, "--threads"),
    MalformedInput("sample m.json --time 1 --count 3 -o new.npy --seed -1", 64, "seed"),
    MalformedInput("sample m.json --time 1 --count 3 -o new.npy --colour red", 64, "--colour"),
    MalformedInput("evaluate-field m.json x.npy --time 1 --quantity mass -o new.npy", 64, "mass"),
    MalformedInput("transport m.json x.npy --solver rk5 -o new.npy", 64, "rk5"),
    MalformedInput("transport m.json x.npy --tolerance 0 -o new.npy", 64, "--tolerance"),
    MalformedInput("transport m.json x.npy --from 3 -o new.npy", 64, "--from"),
    MalformedInput("transport m.json x.npy --solver rk4 --steps 0 -o new.npy", 64, "--steps"),
    MalformedInput(
      "transport m.json x.npy --solver rk4 --steps 1000000000000000000 -o new.npy", 64, "--steps"),
    MalformedInput("transport m.json x-far.csv --solver euler -o new.npy", 65, "diverged"),
  ]

  private static let outputs = [
    "sample m.json --time 0.5 --count 3", "evaluate-field m.json x.npy --time 0.5 --quantity score",
    "transport m.json x.npy", "grid m.json --segments 3", "compare-grids m.json",
    "generate run --count 3", "report run",
    "fit x-many.csv --components 2 --covariance full",
  ].flatMap { command in
    [
      MalformedInput("\(command) -o missing/new.npy", 73, "'missing' does not exist"),
      MalformedInput("\(command) -o run", 73, "directory"),
      MalformedInput("\(command) -o m.json/new.npy", 73, "m.json"),
      MalformedInput("\(command) -o ''", 73, "empty"),
    ]
  }

  private static let runs = [
    MalformedInput("distill m.json --segments 2 -o run", 73, "--resume"),
    MalformedInput("distill m.json --segments 2 -o m.json/run", 73, "m.json"),
    MalformedInput("distill --segments 2 -o new", 64, "mixture"),
    MalformedInput("distill m.json -o new", 64, "--segments"),
    MalformedInput("distill m.json --segments 0 -o new", 64, "--segments is 0"),
    MalformedInput("distill m.json --segments 5 --steps 4 -o new", 64, "--steps is 4"),
    MalformedInput("distill m.json --segments 2 --recipe quick -o new", 64, "paper, residual"),
    MalformedInput("distill m.json --segments 2 --rule best -o new", 64, "best"),
    MalformedInput("distill m.json --segments 2 --schedule up -o new", 64, "constant or cosine"),
    MalformedInput("distill m.json --segments 2 --learning-rate 0 -o new", 64, "learning rate"),
    MalformedInput("distill m.json --segments 2 --clamp inf -o new", 64, "bound"),
    MalformedInput("distill m.json --segments 2 --width 0 -o new", 64, "width 0"),
    MalformedInput("distill m.json --segments 2 --width 9223372036854775807 -o new", 64, "width"),
    MalformedInput("distill m.json --segments 2 --width 1000000 -o new", 64, "GB"),
    MalformedInput("distill m.json --segments 2 --depth 9223372036854775807 -o new", 64, "--depth"),
    MalformedInput("distill m.json --segments 2 --batch 9223372036854775807 -o new", 64, "batch"),
    MalformedInput("distill m.json --segments 2 --steps 9223372036854775807 -o new", 64, "steps"),
    MalformedInput(
      "distill m.json --segments 2 --checkpoint-every 0 -o new", 64, "--checkpoint-every"),
    MalformedInput("distill m.json --grid grid.json --segments 2 -o new", 64, "--grid"),
    MalformedInput("distill m.json --grid grid.json --beta 3 -o new", 64, "--grid"),
    MalformedInput("distill m.json --grid g-order.json -o new", 65, "times"),
    MalformedInput("distill m.json --grid g-short.json -o new", 65, "times"),
    MalformedInput("distill m.json --grid m.json -o new", 65, "grid/1"),
    MalformedInput("distill m-unequal.json --segments 2 -o new", 65, "covariance"),
    MalformedInput(
      "distill m-unequal.json --grid grid.json --student constructed -o new", 65, "isotropic"),
    MalformedInput("distill m.json --segments 2 --student other -o new", 64, "or constructed"),
    MalformedInput(
      "distill m.json --segments 2 --student constructed --width 8 -o new", 64, "trained"),
    MalformedInput("distill m.json --segments 2 --scheme rk4 -o new", 64, "--student constructed"),
    MalformedInput(
      "distill m.json --segments 2 --student constructed --scheme rk5 -o new", 64, "euler"),
    MalformedInput(
      "distill m.json --segments 2 --student constructed --tolerance 0 -o new", 64, "tolerance"),
    MalformedInput(
      "distill m.json --segments 2 --student constructed --steps-per-segment 0 -o new", 64,
      "steps of a constructed student"),
    MalformedInput("distill --resume -o new", 66, "plan.json"),
    MalformedInput("distill --resume -o run --segments 3", 64, "--resume"),
    MalformedInput("distill --resume -o run --seed 0", 64, "--resume"),
    MalformedInput("distill --resume -o run --beta 5", 64, "--resume"),
    MalformedInput("distill --resume -o run --width 8", 64, "--resume"),
    MalformedInput("distill --resume -o run --sigma0 1", 64, "--resume"),
    MalformedInput("distill m.json --resume --segments 2 --steps 6 -o run", 64, "another"),
    MalformedInput(
      "distill m.json --resume --grid grid.json --steps 7 --width 8 --depth 1 --batch 16 -o run",
      64,
      "another recipe"),
    MalformedInput("evaluate missing", 66, "missing/plan.json"),
    MalformedInput("evaluate stopped", 65, "1 of 2 students"),
    MalformedInput("evaluate run --samples 0", 64, "--samples is 0"),
    MalformedInput("evaluate run --samples 100000000000000000", 64, "GB"),
    MalformedInput("generate stopped --count 3 -o new.npy", 65, "1 of 2 students"),
    MalformedInput("generate missing --count 3 -o new.npy", 66, "missing/plan.json"),
    MalformedInput("generate run --count 0 -o new.npy", 64, "--count is 0"),
    MalformedInput("generate run --count 1000000000000000000 -o new.npy", 64, "GB"),
    MalformedInput("generate run --count 3 --start middle -o new.npy", 64, "middle"),
  ]
}
