#!/bin/sh
# What lies beside this script, made anew by the programs in folder $1 (README.md says which). From
# this folder, into it; the weights depend on the width of vectors, so that is the narrowest.
set -e
magenta=$1/magenta
export MAGENTA_KERNEL=scalar
rm -rf lookback_rnn attention_rnn
tmp=$(mktemp -d)
for config in lookback_rnn attention_rnn; do
  mkdir -p $config/expected
  if [ $config = lookback_rnn ]; then
    hparams='batch_size=2,rnn_layer_sizes=[4,4],dropout_keep_prob=0.8' held_out=$config/data/eval_melodies.tfrecord
  else
    hparams='batch_size=2,rnn_layer_sizes=[4],attn_length=3' held_out=none
  fi
  "$magenta" dataset --config=$config --input=midi --output_dir=$config/data --eval_ratio=0.2 --seed=3 --quiet
  train() {
    run=$1
    shift
    "$magenta" train --config=$config --run_dir="$run" --hparams="$hparams" \
      --sequence_example_file=$config/data/training_melodies.tfrecord --eval_file=$held_out \
      --seed=5 --num_threads=1 --quiet --json "$@"
  }
  train $config/run --num_training_steps=4 --keep=1 > /dev/null
  find $config/run -name 'events.*' -delete
  find $config/run -type d -empty -delete
  cp -r $config/run $tmp/$config
  train $tmp/$config --more_steps=3 > $config/expected/train.json
  "$magenta" inspect --json $tmp/$config/train/model.ckpt-7 > $config/expected/step_7.json
  "$magenta" inspect --json --limit=0 $config/data/training_melodies.tfrecord > $config/expected/examples.json
  # Not the names of this machine's folders.
  sed -i "s|$tmp/$config|run|g" $config/expected/*.json
  "$magenta" bundle --config=$config --run_dir=$config/run --bundle_file=$config/$config.mag \
    --bundle_description='before kinds of music' --quiet
  "$magenta" eval --json --bundle_file=$config/$config.mag --quiet \
    --sequence_example_file=$config/data/eval_melodies.tfrecord > $config/expected/eval.json
  generate() {
    name=$1
    shift
    "$magenta" generate --bundle_file=$config/$config.mag --output_dir=$tmp/$config.$name --num_outputs=1 \
      --seed=7 --quiet "$@" > /dev/null
    mv $tmp/$config.$name/*.mid $config/expected/$name.mid
  }
  generate melody --primer_melody='[60, -2, 64, -1, 67, -2]' --num_steps=64
  generate beam --primer_melody='[60, -2, 64, -1, 67, -2]' --num_steps=48 --beam_size=3 --branch_factor=2
  generate piece --primer_midi=midi/1.mid --bars=4 --temperature=0.9 --program=flute
  for request in request fill; do
    "$magenta" request --bundle_file=$config/$config.mag --format=json --quiet requests/$request.json \
      > $config/expected/$request.json
  done
done
rm -rf "$tmp"
