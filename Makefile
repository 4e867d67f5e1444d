# make demo   the main job: digits to a distilled few-step sampler and demo/report.html
# make test   all tests, in release mode (debug numerics are about 150 times slower)
# make build  .build/release/flowdistill
# make lint   format and shell checks
# make bench  times kernels and steps; make bench-pytorch the same work in PyTorch in turn
.PHONY: build test demo lint format setup clean bench bench-pytorch

# Whether the toolchain has the static Swift runtime.
static := $(wildcard $(dir $(realpath $(shell command -v swift)))../lib/swift_static/linux/lib_FoundationCShims.a)
export FLOWDISTILL_STATIC_RUNTIME := $(if $(static),1,0)

build: setup
	swift build -c release --product flowdistill

# The test runner has the executable's objects and so its link flags, but the testing libraries are shared ones.
test: export FLOWDISTILL_STATIC_RUNTIME := 0
test: setup
	swift build -c release --build-tests
	swift build -c release --product flowdistill
	swift test -c release --skip-build

demo: build
	sh Examples/digits/run.sh .build/release/flowdistill demo

bench: build
	swift build -c release --package-path Benchmarks
	Benchmarks/.build/release/benchmarks micro macro tables

bench-pytorch:
	sh Benchmarks/against-pytorch/run.sh

lint:
	swift format lint --strict --recursive Sources Tests Package.swift Benchmarks/Sources \
	  Benchmarks/Package.swift

format:
	swift format --in-place --recursive Sources Tests Package.swift Benchmarks/Sources \
	  Benchmarks/Package.swift

setup:
	@sh Scripts/setup.sh

clean:
	rm -rf .build demo
