#!/bin/bash -eu
# ending_report.sh CORPUS NOTTINGHAM: how music ends, as docs/music.md has it: 100 tunes of these folders (`make corpus`
# makes the first) that the models of one line have not learned, and continuations of their first 8 bars by 8 bars, as
# they come and with --ending, at temperature 1, seeds 1 to 100; then the pace of 100 outputs of 32 bars from [60], both
# ways, seed 1. MODELS names other models.
[ $# -eq 2 ] || { echo "usage: ending_report.sh corpus ../shared/data/nottingham" >&2; exit 2; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# As make bundles holds out: by their paths below a folder of these three.
mkdir "$out/corpus"
cp -r "$1"/{ryansMammoth,oneills1850,airdsAirs} "$out/corpus"
build/bench/ending_report tunes "$out" 100 "$out/corpus" "$2"
rows=()
paces=()
for model in ${MODELS:-basic_rnn lookback_rnn attention_rnn score}; do
  steps=512
  [ $model != score ] || steps=1536  # of twelve a quarter, not four
  for ending in false true; do
    name=$model
    [ $ending = false ] || name="$model, --ending"
    for primer in "$out"/primers/*.mid; do
      number=$(basename "$primer" .mid)
      build/bin/magenta generate --config=$model --primer_midi="$primer" --num_outputs=1 --bars=8 --ending=$ending \
        --temperature=1 --seed=$((10#$number)) --quiet --output_dir="$out/$model/$ending/$number" >/dev/null
    done
    rows+=("$name=$out/$model/$ending")
    build/bin/magenta generate --config=$model --num_outputs=100 --num_steps=$steps --temperature=1 --seed=1 --quiet \
      --ending=$ending --primer_melody="[60]" --output_dir="$out/pace/$model/$ending" >/dev/null
    paces+=("$name=$out/pace/$model/$ending")
  done
done
build/bench/ending_report measure "$out" "${rows[@]}"
echo
build/bench/pace_report "${paces[@]}"
