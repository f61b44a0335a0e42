#!/bin/bash -eu
# pace_report.sh [JIGS]: what keeps the pace of 32 bars, as docs/music.md has it: 100 outputs of lookback_rnn a
# row, from [60], seed 1. With a folder of jigs in 6/8 (jigs*.mid of Nottingham), the lilt too: one
# continuation of each by 32 bars, with FLAGS (--ending) if there are some. MODELS names other models.
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
rows=()
row() {
  name=$1; shift
  build/bin/magenta generate --config=lookback_rnn --num_outputs=100 --num_steps=512 --seed=1 --quiet \
    --primer_melody="[60]" --output_dir="$out/${#rows[@]}" "$@" >/dev/null
  rows+=("$name=$out/${#rows[@]}")
}
row "temperature 1"
row "temperature 0.7" --temperature=0.7
row "0.7, \`top_p\` 0.95" --temperature=0.7 --top_p=0.95
row "0.7, \`min_p\` 0.05" --temperature=0.7 --min_p=0.05
row "0.7, \`top_k\` 5" --temperature=0.7 --top_k=5
row "1, \`top_p\` 0.95" --top_p=0.95
row "1, \`min_p\` 0.05" --min_p=0.05
row "1, \`top_k\` 5" --top_k=5
row "1, \`pitch_temperature\` 0.7" --pitch_temperature=0.7
row "1, \`pitch_temperature\` 0.5" --pitch_temperature=0.5
build/bench/pace_report "${rows[@]}"
[ $# -ge 1 ] || exit 0
echo
mkdir "$out/jigs"
cp "$1"/jigs*.mid "$out/jigs"
lilts=()
for model in ${MODELS:-basic_rnn lookback_rnn attention_rnn score}; do
  for jig in "$out"/jigs/*.mid; do
    build/bin/magenta generate --config=$model --num_outputs=1 --bars=32 --temperature=1 --seed=1 --quiet \
      --primer_midi="$jig" ${FLAGS:-} --output_dir="$out/$model/$(basename "$jig" .mid)" >/dev/null
  done
  lilts+=("$model=$out/$model")
done
build/bench/lilt_report "$out/jigs" "${lilts[@]}"
