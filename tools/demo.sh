#!/bin/bash -eu
# demo.sh: what `make demo` does after the build: ten melodies, one of them to hear and to see.
bin=build/bin
out=build/demo
mkdir -p "$out"
"$bin/magenta" generate --config=lookback_rnn --num_outputs=10 --num_steps=128 \
  --primer_melody="[60]" --output_dir="$out"
first=$(ls -t "$out"/*_01.mid | head -n 1)
"$bin/magenta" render "$first" --output="${first%.mid}.wav"
"$bin/magenta" render "$first" --output="${first%.mid}.png"
echo
echo "Ten melodies by lookback_rnn:  $out/*.mid"
echo "Hear the first:                ${first%.mid}.wav"
echo "See it:                        ${first%.mid}.png"
echo "Make more:                     $bin/magenta generate --help"
echo "In the browser:                make studio   (builds what the page needs, and opens it)"
