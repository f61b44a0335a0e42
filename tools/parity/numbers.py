"""The same weights give the same numbers: probabilities, notes, losses."""

import glob
import os

import numpy as np
import tensorflow.compat.v1 as tf

from parity import families
from parity import reference

LAYERS = 'rnn_layer_sizes=[64,64]'
TRAINING = LAYERS + ',batch_size=8,dropout_keep_prob=1.0'
CLOSE = 1e-5


def random_examples(context, config, count=8):
  """Music of several lengths, encoded."""
  family = families.of(config.details.id)
  return [reference.example_of(config, family.random(
      config, context.rng, int(context.rng.integers(40, 100)))) for _ in range(count)]


def trained(context, name):
  """A run of Magenta's that has learnt enough to be sure of something."""
  config = reference.config_of(name, TRAINING + ',learning_rate=0.01')
  training = reference.Training(config, random_examples(context, config),
                                seed=int(context.rng.integers(1 << 30)))
  training.run(40)
  run = context.folder('weights-' + name)
  training.save(os.path.join(run, 'train'))
  training.close()
  return run


def distances(model, checkpoint, music, mine, its):
  """How far ours and Magenta's are from the network in double precision, as text."""
  exactly = model.family.exact_probabilities(model.config, checkpoint, music)
  return '; from float64 ours %.1e, Magenta %.1e' % (np.abs(mine - exactly).max(),
                                                     np.abs(its - exactly).max())


def likelihoods(report, context, runs):
  """`score` against Magenta's softmax, teacher-forced."""
  per_event = report.row('same numbers', 'both', 'probability of every label of random music, '
                         'teacher-forced, within 1e-5')
  total = report.row('same numbers', 'both', 'log-likelihood of that music, within 1e-4 relative')
  with per_event as events, total as whole:
    worst = [0.0, 0.0]
    for name, run in runs.items():
      model = reference.Model(name, LAYERS, checkpoint=os.path.join(run, 'train'))
      paths, pieces = [], []
      for i in range(context.count(60)):
        # The wide ones are folded into the range of the model.
        low, high = (50, 74) if i % 3 else (30, 100)
        music = model.family.random(model.config, context.rng,
                                    int(context.rng.integers(8, 300)), low, high)
        sequence = model.family.sequence(model.config, music,
                                         float(context.rng.choice([120, 97, 60.5])))
        paths.append(context.path('score-%s-%d.tfrecord' % (name, i)))
        with tf.python_io.TFRecordWriter(paths[-1]) as writer:
          writer.write(sequence.SerializeToString())
        pieces.append(model.heard(sequence))
      scores = context.ours.json('score', '--config=' + name, '--run_dir=' + run, *paths)['files']
      for i, (score, music) in enumerate(zip(scores, pieces)):
        mine, its = np.exp(score['per_event']), model.label_probabilities(music)
        if events.check(len(mine) == len(its), '%s %d: %d events, Magenta %d'
                        % (name, i, len(mine), len(its))):
          gaps = np.abs(mine - its)
          events.compared += len(its) - 1
          close = gaps.max() <= CLOSE
          events.check(close, '%s %d: %g apart%s' % (
              name, i, gaps.max(), '' if close else distances(
                  model, os.path.join(run, 'train'), music, mine, its)))
          events.compared -= 1
          worst[0] = max(worst[0], float(gaps.max()))
        wanted = model.log_likelihood(music)
        gap = abs(score['log_likelihood'] - wanted) / abs(wanted)
        whole.check(gap <= 1e-4, '%s %d: %g, Magenta %g' % (name, i, score['log_likelihood'],
                                                            wanted))
        worst[1] = max(worst[1], gap)
      model.close()
    events.note('largest difference %.1e' % worst[0])
    whole.note('largest difference %.1e' % worst[1])


def random_request(context, model, i):
  """Flags of `generate`, those that Magenta's program has alike."""
  rng = context.rng
  flags = model.family.length(int(rng.integers(90, 160)))
  if model.family.draws:
    flags['temperature'] = float(rng.choice([1.0, 0.7, 1.3]))
  if model.family.has_qpm and rng.random() < 0.7:
    flags['qpm'] = float(rng.choice([120, 60, 97, 133.3, 44]))
  flags.update(model.family.random_primer(model.config, context, i))
  return flags


def beam_request(context, model, unused_i):
  rng = context.rng
  flags = model.family.length(int(rng.integers(20, 40)))
  flags.update(beam_size=int(rng.integers(2, 4)), branch_factor=int(rng.integers(1, 4)))
  if model.family.draws:
    flags['steps_per_iteration'] = int(rng.integers(1, 5))
  flags.update(model.family.default_primer(model.config, context))
  return flags


def same_files(row, context, name, run, model, flags, outputs):
  """Whether files made from one seed are the same bytes; returns how many hung on a tie, and how
  many the reference did not make."""
  seed = int(context.rng.integers(1 << 30))
  made = context.ours.json('generate', '--config=' + name, '--run_dir=' + run,
                           '--output_dir=' + context.path('ours-notes'), '--reference_windows',
                           '--num_outputs=%d' % outputs, '--seed=%d' % seed,
                           *model.family.generate_flags,
                           *('--%s=%s' % (flag, str(value).lower() if isinstance(value, bool)
                                          else value) for flag, value in flags.items()))
  ties = refused = 0
  for i, output in enumerate(made['outputs']):
    with open(output['file'], 'rb') as f:
      mine = model.family.as_written(f.read())
    try:
      its, near = model.generate(context.folder('magenta-notes'), seed + i, **flags)
    except model.family.refuses:
      refused += 1
      continue
    if mine != its and any(
        mine == model.generate(context.folder('magenta-notes'), seed + i, moved=draw, **flags)[0]
        for draw in near):
      ties += 1
      its = mine
    row.equal(mine, its, '%s seed %d %s' % (name, seed + i, flags))
  return ties, refused


def generation(report, context, runs):
  beams = {name: run for name, run in runs.items() if families.of(name).has_beams}
  for what, of, count, outputs, request in (
      ('seeded `generate --reference_windows` against ..._generate at batch size 1: MIDI '
       'files, byte for byte', runs, 15, 2, random_request),
      ('the same by beam search', beams, 5, 1, beam_request)):
    if not of:
      continue
    with report.row('same numbers', 'both', what) as row:
      ties = refused = 0
      for name, run in of.items():
        model = reference.Model(name, LAYERS, checkpoint=os.path.join(run, 'train'))
        for i in range(context.count(count)):
          seen = same_files(row, context, name, run, model, request(context, model, i), outputs)
          ties, refused = ties + seen[0], refused + seen[1]
        model.close()
      if ties:
        row.note('%d where a draw within %g of the edge between two classes falls beyond it'
                 % (ties, reference.TIE))
      if refused:
        row.note('%d that Magenta refuses, since its chords and its section end on different steps'
                 % refused)


def scalars_of(run):
  """Step -> loss, from all event files of a run."""
  losses = {}
  for path in sorted(glob.glob(os.path.join(run, 'train', 'events.out.tfevents.*'))):
    for event in tf.train.summary_iterator(path):
      for value in event.summary.value:
        if value.tag == 'loss':
          losses[event.step] = value.simple_value
  return losses


def train_ours(context, name, run, data, total):
  context.ours.run('train', '--config=' + name, '--run_dir=' + run, '--hparams=' + TRAINING,
                   '--sequence_example_file=' + data, '--eval_file=none',
                   '--num_training_steps=%d' % total, '--summary_frequency=1', '--seed=1')


def compare_steps(rows, context, name, run, examples, data, steps):
  """Both go on from the newest checkpoint of `run`; returns the largest differences."""
  start = tf.train.latest_checkpoint(os.path.join(run, 'train'))
  begin = int(tf.train.load_checkpoint(start).get_tensor('global_step'))
  training = reference.Training(reference.config_of(name, TRAINING), examples)
  training.restore(start)
  its = training.run(steps)
  end = training.save(context.folder('steps-%s-%d' % (name, begin)))
  training.close()
  known = set(scalars_of(run))
  train_ours(context, name, run, data, begin + steps)
  mine = [loss for step, loss in sorted(scalars_of(run).items()) if step not in known]
  worst = [0.0, 0.0]
  if rows[0].check(len(mine) == steps, '%s: %d losses of %d' % (name, len(mine), steps)):
    rows[0].compared -= 1
    for i, (a, b) in enumerate(zip(mine, its)):
      rows[0].check(abs(a - b) <= 1e-4 * b,
                    '%s step %d: %.7g, Magenta %.7g' % (name, begin + i, a, b))
      worst[0] = max(worst[0], abs(a - b) / b)
  ours = context.reference.tensors(tf.train.latest_checkpoint(os.path.join(run, 'train')))
  for variable, value in context.reference.tensors(end).items():
    if value.dtype != np.float32 or variable not in ours:
      rows[1].check(variable in ours and ours[variable] == value, '%s %s' % (name, variable))
      continue
    gap = float(np.linalg.norm(ours[variable] - value) / max(np.linalg.norm(value), 1e-12))
    rows[1].check(gap <= 1e-2, '%s %s: %g apart' % (name, variable, gap))
    worst[1] = max(worst[1], gap)
  return worst


def losses(report, context):
  """Steps of Adam on one batch, from Magenta's start and from ours."""
  steps = 20
  loss_row = report.row('same numbers', 'both', 'loss of %d training steps from a start of '
                        'Magenta\'s, then %d from ours, within 1e-4 relative' % (steps, steps))
  weight_row = report.row('same numbers', 'both', 'every variable and Adam slot after those steps: '
                          'norm of the difference within 1e-2 of the norm')
  with loss_row as loss, weight_row as weight:
    worst = []
    for name in context.configs:
      config = reference.config_of(name, TRAINING)
      examples = random_examples(context, config)
      data = context.path('batch-%s.tfrecord' % name)
      reference.write_examples(data, examples)
      run = context.folder('loss-magenta-' + name)
      training = reference.Training(config, examples, seed=int(context.rng.integers(1 << 30)))
      training.save(os.path.join(run, 'train'))
      training.close()
      worst.append(compare_steps((loss, weight), context, name, run, examples, data, steps))
      run = context.folder('loss-ours-' + name)
      train_ours(context, name, run, data, 3)
      worst.append(compare_steps((loss, weight), context, name, run, examples, data, steps))
    loss.note('largest difference %.1e' % max(pair[0] for pair in worst))
    weight.note('largest difference %.1e' % max(pair[1] for pair in worst))


def compare(report, context):
  runs = {name: trained(context, name) for name in context.configs}
  likelihoods(report, context, runs)
  generation(report, context, runs)
  losses(report, context)
