#!/bin/sh
# From 1,797 handwritten digits to a distilled four-step sampler and a report.
# usage: Examples/digits/run.sh FLOWDISTILL OUTPUT-FOLDER
set -eu
flowdistill=$1
out=$2
data="$(dirname "$0")/digits.csv.gz"
pixels="--columns 1:64 --rescale 0:16"

# The folder is made anew, but only if it is an earlier demo's.
if [ -e "$out" ] && [ ! -e "$out/.flowdistill-demo" ]; then
  echo "$out exists and is no earlier demo; move it away" >&2
  exit 73
fi
rm -rf "$out"
mkdir -p "$out/runs"
: > "$out/.flowdistill-demo"

# shellcheck disable=SC2086 # $pixels is several words
"$flowdistill" fit "$data" $pixels --components 40 --covariance tied \
  --covariance-floor 0.0039 -o "$out/mixture.json"
"$flowdistill" stability "$out/mixture.json"

for segments in "--rule uniform" "--rule stability" "--segmentation planned"; do
  echo
  run="$out/runs/${segments##* }"
  # shellcheck disable=SC2086 # $segments is two words
  "$flowdistill" distill "$out/mixture.json" --segments 4 $segments --recipe best \
    --width 256 --depth 3 --batch 256 --steps 1500 --teacher-tolerance 1e-4 -o "$run"
  # shellcheck disable=SC2086
  "$flowdistill" evaluate "$run" --samples 4000 --seed 1 --data "$data" $pixels
done

echo
# shellcheck disable=SC2086
"$flowdistill" report "$out/runs" --title "Handwritten digits in four steps" \
  --data "$data" $pixels --image-size 8x8 -o "$out/report.html"
echo "Open $out/report.html in a browser."
