"""Runs, checkpoints, bundles and event files that one side makes and the other goes on from."""

import glob
import os
import shutil

import numpy as np
import tensorflow.compat.v1 as tf
from magenta.models.shared import sequence_generator_bundle
from tensorboard.backend.event_processing import event_accumulator

from parity import families
from parity import reference

LAYERS = 'rnn_layer_sizes=[24,16]'
TRAINING = LAYERS + ',batch_size=4'
WEIGHTS = ('rnn/', 'fully_connected/', 'decoder/', 'nade/')


class Runs:
  """A data set and a run of four steps by each side, for one config."""

  def __init__(self, context, config):
    self.config = config
    self.family = families.of(config)
    model = reference.config_of(config, TRAINING)
    self.examples = [
        reference.example_of(model, self.family.random(model, context.rng, 64))
        for _ in range(6)]
    self.data = context.path('examples-%s.tfrecord' % config)
    reference.write_examples(self.data, self.examples)
    self.ours = context.folder('run-ours-' + config)
    context.ours.run('train', '--config=' + config, '--run_dir=' + self.ours,
                     '--sequence_example_file=' + self.data, '--hparams=' + TRAINING,
                     '--num_training_steps=4', '--summary_frequency=1', '--seed=3')
    self.theirs = context.folder('run-magenta-' + config)
    context.reference.program(self.family.program('train'), config=config,
                              run_dir=self.theirs, sequence_example_file=self.data,
                              hparams=TRAINING, num_training_steps=4)

  def copy(self, context, side, name):
    folder = context.path('%s-%s' % (name, self.config))
    shutil.copytree(self.ours if side == 'ours' else self.theirs, folder)
    state = os.path.join(folder, 'train', 'checkpoint')
    with open(state, encoding='utf-8') as f:
      text = f.read()
    with open(state, 'w', encoding='utf-8') as f:
      f.write(text.replace(self.ours, folder).replace(self.theirs, folder))
    return folder


def newest(run):
  return tf.train.latest_checkpoint(os.path.join(run, 'train'))


def norms(tensors):
  """Name -> (shape, norm) of the floats; ours alone keeps tensors under magenta/."""
  return {name: (list(value.shape), float(np.sqrt(np.sum(np.square(value.astype(np.float64))))))
          for name, value in tensors.items() if value.dtype == np.float32}


def same_norms(row, context, path, tensors, detail):
  """Whether `inspect` shows the variables as TensorFlow reads them."""
  listed = context.ours.json('inspect', path)['files'][0]['variables']
  mine = {v['name']: (v['shape'], v['norm']) for v in listed if v['dtype'] == 'float32'}
  its = norms(tensors)
  row.equal(sorted(mine), sorted(its), detail + ' names')
  for name in sorted(set(mine) & set(its)):
    row.check(mine[name][0] == its[name][0] and np.isclose(mine[name][1], its[name][1], rtol=1e-9),
              '%s %s: ours %s, TensorFlow %s' % (detail, name, mine[name], its[name]))


def seeded(context, folder, *model):
  """The bytes of three files that our `generate` makes with one seed."""
  made = context.ours.json('generate', *model, '--output_dir=' + context.folder(folder),
                           '--num_outputs=3', '--num_steps=80', '--seed=11')
  files = []
  for output in made['outputs']:
    with open(output['file'], 'rb') as f:
      files.append(f.read())
  return files


def ours_in_tensorflow(report, context, runs):
  with report.row('checkpoint', 'ours -> TensorFlow', 'tf.train.load_checkpoint: every variable of '
                  'Magenta\'s training graph with its shape, Adam slots and powers too; norms as '
                  '`inspect` shows them') as row:
    for run in runs:
      tensors = context.reference.tensors(newest(run.ours))
      same_norms(row, context, newest(run.ours), tensors, run.config)
      training = reference.Training(reference.config_of(run.config, TRAINING), run.examples)
      training.close()
      mine = {name: list(value.shape) for name, value in tensors.items()
              if not name.startswith('magenta/')}
      row.equal(mine, training.shapes, run.config + ' variables')
      row.check(tensors['global_step'] == 4 and tensors['global_step'].dtype == np.int64,
                '%s global_step %r' % (run.config, tensors['global_step']))
      powers = [tensors['beta1_power'], tensors['beta2_power']]
      row.check(np.allclose(powers, [0.9**5, 0.999**5], rtol=1e-6),
                '%s Adam powers %s' % (run.config, powers))


def ours_in_magenta(report, context, runs):
  with report.row('checkpoint', 'ours -> Magenta', '..._generate --run_dir=OURS writes two '
                  'files, once a config') as row:
    for run in runs:
      folder = context.folder('generate-from-ours-' + run.config)
      context.reference.program(run.family.program('generate'), config=run.config,
                                run_dir=run.ours, hparams=LAYERS + ',batch_size=1', num_outputs=2,
                                output_dir=folder, **run.family.short())
      made = glob.glob(os.path.join(folder, '*.mid'))
      row.check(len(made) == 2, '%s: %d files' % (run.config, len(made)))
  with report.row('checkpoint', 'ours -> Magenta', '..._train goes on from ours for two '
                  'steps, once a config; ours reads the result') as row:
    for run in runs:
      folder = run.copy(context, 'ours', 'resumed-by-magenta')
      context.reference.program(run.family.program('train'), config=run.config,
                                run_dir=folder, sequence_example_file=run.data, hparams=TRAINING,
                                num_training_steps=2)
      step = context.reference.global_step(os.path.join(folder, 'train'))
      row.check(step == 6, '%s: stopped at step %s' % (run.config, step))
      row.check(len(seeded(context, 'again-' + run.config, '--config=' + run.config,
                           '--run_dir=' + folder)) == 3, run.config + ' generate')


def theirs_in_ours(report, context, runs):
  with report.row('checkpoint', 'Magenta -> ours', 'checkpoint of ..._train in `inspect`: '
                  'names, shapes, norms') as row:
    for run in runs:
      same_norms(row, context, newest(run.theirs),
                 context.reference.tensors(newest(run.theirs)), run.config)
  with report.row('checkpoint', 'Magenta -> ours', '`train` goes on from Magenta\'s run for two '
                  'steps, once a config; ..._generate reads the result') as row:
    for run in runs:
      folder = run.copy(context, 'theirs', 'resumed-by-ours')
      context.ours.run('train', '--config=' + run.config, '--run_dir=' + folder,
                       '--sequence_example_file=' + run.data, '--hparams=' + TRAINING,
                       '--num_training_steps=6', '--seed=3')
      step = context.reference.global_step(os.path.join(folder, 'train'))
      row.check(step == 6, '%s: stopped at step %s' % (run.config, step))
      model = reference.Model(run.config, LAYERS, checkpoint=os.path.join(folder, 'train'))
      made, _ = model.generate(context.folder('resumed-' + run.config), 5,
                              **run.family.short())
      model.close()
      row.check(made.startswith(b'MThd'), run.config + ' generate')
  with report.row('checkpoint, V1', 'TensorFlow -> ours', 'the run saved in the old format: '
                  '`inspect` as before, `generate` the same bytes as from V2') as row:
    for run in runs:
      training = reference.Training(reference.config_of(run.config, TRAINING), run.examples)
      training.restore(newest(run.theirs))
      v1 = training.save(context.folder('v1-' + run.config), v1=True)
      training.close()
      same_norms(row, context, v1, context.reference.tensors(newest(run.theirs)), run.config)
      row.equal(seeded(context, 'from-v1-' + run.config, '--config=' + run.config,
                       '--checkpoint_file=' + v1),
                seeded(context, 'from-v2-' + run.config, '--config=' + run.config,
                       '--checkpoint_file=' + newest(run.theirs)), run.config + ' generate')


def make_bundle(context, run):
  path = context.path('magenta-%s.mag' % run.config)
  context.reference.program(run.family.program('generate'), config=run.config,
                            run_dir=run.theirs, hparams=LAYERS + ',batch_size=1',
                            save_generator_bundle='true', bundle_file=path,
                            bundle_description='Made for parity')
  return path


def weights_in(context, path):
  """(bundle, name -> array of its checkpoint), read by Magenta and TensorFlow."""
  bundle = sequence_generator_bundle.read_bundle_file(path)
  checkpoint = context.path('unpacked.ckpt')
  with open(checkpoint, 'wb') as f:
    f.write(bundle.checkpoint_file[0])
  return bundle, context.reference.tensors(checkpoint)


def equal_tensors(row, mine, its, detail):
  row.equal(sorted(mine), sorted(its), detail + ' names')
  for name in set(mine) & set(its):
    row.check(np.array_equal(mine[name], its[name]), '%s %s' % (detail, name))


def theirs_bundles(report, context, runs):
  bundles = {run.config: make_bundle(context, run) for run in runs}
  with report.row('bundle', 'Magenta -> ours', '.mag of ..._generate: `inspect`, and '
                  '`generate` the same bytes as from the run') as row:
    for run in runs:
      path = bundles[run.config]
      bundle, tensors = weights_in(context, path)
      same_norms(row, context, path, tensors, run.config)
      shown = context.ours.json('inspect', path)['files'][0]
      row.equal([shown['id'], shown['bundle_description'], shown['metagraph_bytes']],
                [reference.id_of(run.config), 'Made for parity', len(bundle.metagraph_file)],
                run.config)
      row.equal(seeded(context, 'from-mag-' + run.config, '--bundle_file=' + path),
                seeded(context, 'from-run-' + run.config, '--config=' + run.config,
                       '--run_dir=' + run.theirs), run.config + ' generate')
  with report.row('bundle', 'Magenta -> ours -> Magenta', 'written again by `bundle --from`: '
                  'metagraph bytes kept, weights equal, Magenta generates the same from it') as row:
    for run in runs:
      again = context.path('again-%s.mag' % run.config)
      context.ours.run('bundle', '--from=' + bundles[run.config], '--bundle_file=' + again)
      old, old_tensors = weights_in(context, bundles[run.config])
      new, new_tensors = weights_in(context, again)
      equal_tensors(row, new_tensors, old_tensors, run.config)
      row.equal(new.generator_details.id, old.generator_details.id, run.config)
      if not row.check(new.metagraph_file == old.metagraph_file, '%s: metagraph of %d bytes has %d'
                       % (run.config, len(old.metagraph_file), len(new.metagraph_file))):
        continue
      if not run.family.opens_bundles:
        continue
      made = []
      for bundle in (new, old):
        model = reference.Model(run.config, LAYERS, bundle=bundle)
        made.append(model.generate(context.folder('mag'), 7, **run.family.short())[0])
        model.close()
      row.equal(made[0], made[1], run.config + ' generate')


def ours_bundles(report, context, runs):
  with report.row('bundle', 'ours -> TensorFlow', '.mag of `bundle --run_dir`: Magenta reads its '
                  'details, TensorFlow its checkpoint, bit for bit that of the run') as row:
    for run in runs:
      path = context.path('ours-%s.mag' % run.config)
      context.ours.run('bundle', '--config=' + run.config, '--run_dir=' + run.ours,
                       '--bundle_file=' + path, '--bundle_description=Ours')
      bundle, tensors = weights_in(context, path)
      row.equal([bundle.generator_details.id, bundle.bundle_details.description],
                [reference.id_of(run.config), 'Ours'], run.config)
      whole = context.reference.tensors(newest(run.ours))
      weights = {name for name in whole if name.startswith(WEIGHTS) and 'Adam' not in name}
      equal_tensors(row, tensors, {name: whole[name] for name in weights}, run.config)


def events(report, context, runs):
  # As text, since what is no number (the share of none) equals nothing.
  with report.row('event files', 'ours -> TensorFlow', 'summary_iterator and EventAccumulator: '
                  'steps, tags and values as `inspect` shows them') as row:
    for run in runs:
      files = glob.glob(os.path.join(run.ours, 'train', 'events.out.tfevents.*'))
      row.check(len(files) == 1, '%s: %d event files' % (run.config, len(files)))
      read = list(tf.train.summary_iterator(files[0]))
      row.check(read[0].file_version == 'brain.Event:2', 'file_version ' + read[0].file_version)
      scalars = sorted((event.step, value.tag, repr(value.simple_value)) for event in read
                       for value in event.summary.value
                       if value.WhichOneof('value') == 'simple_value')
      shown = context.ours.json('inspect', files[0])['files'][0]['scalars']
      row.equal(sorted((s['step'], s['tag'], repr(float(np.float32(s['value'])))) for s in shown),
                scalars, run.config)
      loaded = event_accumulator.EventAccumulator(os.path.join(run.ours, 'train'))
      loaded.Reload()
      tags = set(loaded.Tags()['scalars'])
      wanted = run.family.tags
      row.check(wanted <= tags, '%s lacks %s' % (run.config, sorted(wanted - tags)))
      for tag in sorted(wanted & tags):
        row.equal([(s.step, tag, repr(s.value)) for s in loaded.Scalars(tag)],
                  [scalar for scalar in scalars if scalar[1] == tag], run.config)
        row.check(len(loaded.Scalars(tag)) == 4, '%s %s: %d values' % (run.config, tag,
                                                                      len(loaded.Scalars(tag))))


def compare(report, context):
  runs = []
  with report.row('checkpoint', 'both', 'four steps by `train` and by ..._train, once a '
                  'config') as row:
    for config in context.configs:
      runs.append(Runs(context, config))
      row.check(newest(runs[-1].ours) and newest(runs[-1].theirs), config + ': no checkpoint')
  ours_in_tensorflow(report, context, runs)
  ours_in_magenta(report, context, runs)
  theirs_in_ours(report, context, runs)
  theirs_bundles(report, context, runs)
  ours_bundles(report, context, runs)
  events(report, context, runs)
