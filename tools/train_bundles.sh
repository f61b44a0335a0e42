#!/bin/bash -eu
# train_bundles.sh CORPUS NOTTINGHAM [OUT]: trains the bundled weights again, from the folk tunes of
# `make corpus` and a folder of MIDI, and writes OUT/<model>.mag and its model card OUT/<model>.md
# (default OUT: build/bundles; copy them to data/bundles to ship them). Stopped, it goes on.
# The weights that are shipped are by this recipe.
corpus=${1:?usage: train_bundles.sh CORPUS NOTTINGHAM [OUT]}
nottingham=${2:?usage: train_bundles.sh CORPUS NOTTINGHAM [OUT]}
out=${3:-build/bundles}
export PATH=$PWD/build/bin:$PATH
mkdir -p "$out"

# The rate comes to 0 at the last step of each run, and the averaged weights are what is kept (docs/music.md, "How well
# training learns"); so no run ends before its last step, and the best of it is taken.
plan="--learning_rate_schedule=linear --average_weights=0.98"

learn() {  # model, run, hyper-parameters, steps, more flags of train
  local model=$1 run=$2 hparams=$3 steps=$4
  shift 4
  [ -d "$out/data/$model" ] ||
    magenta dataset --config="$model" --input="$out/nottingham.tfrecord,$out/corpus.tfrecord" \
      --output_dir="$out/data/$model" --eval_ratio=0.1 --seed=1
  magenta train --config="$model" --run_dir="$run" --hparams="$hparams" $plan \
    --sequence_example_file="$out/data/$model/training_*.tfrecord" \
    --eval_file="$out/data/$model/eval_*.tfrecord" --eval_every_steps=100 \
    --save_every_steps=100 --keep=3 --num_training_steps="$steps" "$@"
}

pack() {  # model, run, hyper-parameters as the card tells them
  local model=$1 run=$2 hparams=$3
  magenta bundle --config="$model" --run_dir="$run/best" --bundle_file="$out/$model.mag" \
    --bundle_description="${4:-Folk tunes (Nottingham, Ryan's, O'Neill's, Aird's)}; see the model card"
  magenta eval --config="$model" --run_dir="$run/best" --json \
    --sequence_example_file="$out/data/$model/eval_*.tfrecord" >"$out/$model.json"
  magenta score --bundle_file="$out/$model.mag" --json \
    "$out/data/$model"/eval_*.tfrecord >"$out/$model.score.json"
  python3 tools/model_card.py "$model" "$out/$model.json" "$out/$model.score.json" "$hparams; $plan" \
    "$out/data/$model" >"$out/$model.md"
}

[ -e "$out/nottingham.tfrecord" ] ||
  magenta convert --input_dir="$nottingham" --recursive --output_file="$out/nottingham.tfrecord"
# The models of melodies learn from the folk tunes alone; a tune's place is by its path below a folder of all three.
if [ ! -e "$out/corpus.tfrecord" ]; then
  rm -rf "$out/corpus" && mkdir "$out/corpus"
  cp -r "$corpus/ryansMammoth" "$corpus/oneills1850" "$corpus/airdsAirs" "$out/corpus"
  magenta convert --input_dir="$out/corpus" --recursive --output_file="$out/corpus.tfrecord"
fi
size="batch_size=64,rnn_layer_sizes=[128,128]"
first="$size,dropout_keep_prob=0.7,clip_norm=5,learning_rate=0.004"
for model in lookback_rnn basic_rnn; do
  learn $model "$out/run/$model" "$first" 3000 --seed=1
  pack $model "$out/run/$model" "$first"
done
# attention_rnn has not learned all it can when its learning rate has run out, and a larger one makes its
# feedback unsteady: the rate rises at first, and a second run goes on from the first one's best weights.
model=attention_rnn
first="$size,dropout_keep_prob=0.7,clip_norm=3,learning_rate=0.003"
again="$size,dropout_keep_prob=0.75,clip_norm=3,learning_rate=0.001"
learn $model "$out/run/$model" "$first" 3000 --seed=1 --warmup_steps=100
pack $model "$out/run/$model" "$first"
cp "$out/$model.mag" "$out/first_$model.mag"
learn $model "$out/run/again_$model" "$again" 1500 --seed=2 --from="$out/first_$model.mag"
pack $model "$out/run/again_$model" "3000 steps of $first, then $again"
# Melodies over chords, in all keys: what chords mean is learned from twelve times as much.
model=chord_pitches_improv
first="batch_size=64,rnn_layer_sizes=[160,160],dropout_keep_prob=0.7,clip_norm=5,learning_rate=0.006"
[ -d "$out/data/$model" ] ||
  magenta dataset --config=$model --input="$out/nottingham.tfrecord" --output_dir="$out/data/$model" --infer_chords
learn $model "$out/run/$model" "$first" 1400 --seed=1
pack $model "$out/run/$model" "$first" "Folk tunes with chords (Nottingham)"
# Drums, of the patterns that come with the program: few, so the rate is high and the averages long.
model=drum_kit
first="batch_size=32,rnn_layer_sizes=[96,96],attn_length=0,dropout_keep_prob=0.75,clip_norm=5"
first="$first,learning_rate=0.012"
plan="--learning_rate_schedule=linear --average_weights=0.99 --warmup_steps=100"
[ -d "$out/data/$model" ] ||
  magenta dataset --config=$model --input=data/drums --unroll --seed=1 --output_dir="$out/data/$model"
learn $model "$out/run/$model" "$first" 2000 --seed=2
pack $model "$out/run/$model" "$first" "Patterns of data/drums"

# Chords, of chorales in all keys.
model=polyphony
first="batch_size=24,rnn_layer_sizes=[192],dropout_keep_prob=0.8,clip_norm=5,learning_rate=0.012"
plan="--learning_rate_schedule=linear --average_weights=0.99 --warmup_steps=50"
[ -d "$out/data/$model" ] ||
  magenta dataset --config=$model --input="$corpus/bach" --transpose=-6,-5,-4,-3,-2,-1,0,1,2,3,4,5 \
    --output_dir="$out/data/$model" --eval_ratio=0.1 --seed=1
learn $model "$out/run/$model" "$first" 3000 --seed=1
pack $model "$out/run/$model" "$first" "Bach's chorales"

# Several parts. The chorales come four times and the madrigals twice, since they are few and teach most; what is held
# out counts once.
model=score
first="batch_size=24,rnn_layer_sizes=[64,224,144],learning_rate=0.004,weight_decay=0.3,dropout_keep_prob=0.75,clip_norm=0"
plan="--learning_rate_schedule=linear --average_weights=0.998 --warmup_steps=100"
if [ ! -d "$out/data/$model" ]; then
  rm -rf "$out/data/part_of_$model"
  declare -A parts=([bach]="$corpus/bach" [madrigals]="$corpus/monteverdi" [tunes]="$corpus/ryansMammoth"
    [quartets]="$corpus/haydn,$corpus/mozart,$corpus/beethoven,$corpus/schumann_robert" [nottingham]="$nottingham")
  for part in "${!parts[@]}"; do
    magenta dataset --config=$model --input="${parts[$part]}" --output_dir="$out/data/part_of_$model/$part" \
      --eval_ratio=0.1 --seed=1
  done
  mkdir "$out/data/part_of_$model/all"
  cd "$out/data/part_of_$model"
  cat {bach,bach,bach,bach,madrigals,madrigals,quartets,nottingham,tunes}/training_scores.tfrecord >all/training_scores.tfrecord
  cat {bach,madrigals,quartets,nottingham}/eval_scores.tfrecord >all/eval_scores.tfrecord
  cd - >/dev/null
  mv "$out/data/part_of_$model/all" "$out/data/$model"
fi
learn $model "$out/run/$model" "$first" 7000 --seed=1 --eval_every_steps=500 --save_every_steps=500
pack $model "$out/run/$model" "$first" "Chorales, madrigals, quartets, folk tunes"
