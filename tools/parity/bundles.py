"""Bundles that Magenta writes of each config at its default size: our programs open nothing else."""

import json
import os

import note_seq
import numpy as np
import tensorflow.compat.v1 as tf

from parity import checkpoints
from parity import families
from parity import ours
from parity import reference


def write_bundle(context, config):
  """(.mag of random weights that Magenta writes at the config's own size, a NoteSequence, the
  probability that Magenta gives to each of its events)."""
  whole, family = reference.config_of(config), families.of(config)
  training = reference.Training(whole, [reference.example_of(whole, family.random(
      whole, context.rng, 16))])
  checkpoint = training.save(context.folder('default-' + config))
  training.close()
  model = reference.Model(config, checkpoint=os.path.dirname(checkpoint))
  path = context.path('default-%s.mag' % config)
  model.write_bundle(path)
  sequence = family.sequence(whole, family.random(whole, context.rng, 100), 120.0)
  probabilities = model.label_probabilities(model.heard(sequence))
  model.close()
  return path, sequence, probabilities


def compare(report, context):
  made = {config: write_bundle(context, config) for config in context.configs}
  of_each = '.mag of each config at its default size, of random weights: '
  with report.row('bundle', 'Magenta -> ours', of_each + '`generate` from the file alone') as row:
    for config, (path, _, _) in made.items():
      files = checkpoints.seeded(context, 'from-default-' + config, '--bundle_file=' + path)
      row.check(len(files) == 3, '%s: %d files' % (config, len(files)))
  with report.row('bundle', 'Magenta -> ours', of_each + '`score`, the probability of every label '
                  'within 1e-4 of it') as row:
    worst = 0.0
    for config, (path, sequence, its) in made.items():
      music = context.path('score-default-%s.tfrecord' % config)
      with tf.python_io.TFRecordWriter(music) as writer:
        writer.write(sequence.SerializeToString())
      score = context.ours.json('score', '--bundle_file=' + path, music)['files'][0]
      mine = np.exp(score['per_event'])
      if row.check(len(mine) == len(its), '%s: %d events, Magenta %d' % (config, len(mine),
                                                                        len(its))):
        gap = float(np.abs(mine / its - 1).max())
        row.check(gap <= 1e-4, '%s: %g of it apart' % (config, gap))
        worst = max(worst, gap)
    row.note('largest difference %.1e' % worst)
  with report.row('bundle', 'Magenta -> ours', of_each + '`live` answers a bar of a file') as row:
    for config, (path, sequence, _) in made.items():
      played = context.path('played-%s.mid' % config)
      note_seq.sequence_proto_to_midi_file(sequence, played)
      said = context.ours.run('live', '--bundle_file=' + path, '--backend=file', '--json',
                              '--input_port=' + played, '--mode=bars:1,1', '--seed=3',
                              '--output_port=' + context.path('answered-%s.mid' % config),
                              *families.of(config).live_flags)
      events = [json.loads(line) for line in said.splitlines()]
      row.check('answer' in [event.get('event') for event in events] and
                events[-1]['event'] == 'end', '%s: %s' % (config, events[-1:]))
  with report.row('bundle', 'Magenta -> ours', of_each + '`serve` has them all and answers') as row:
    bundles = ','.join(path for path, _, _ in made.values())
    with context.ours.serving('--bundle_file=' + bundles) as where:
      row.equal(sorted(where['generators']), sorted(made), 'generators')
      for config in made:
        options = {'args': {'bars': {'intValue': 1}, 'seed': {'intValue': 3}}}
        said = ours.answer(where, config, {'generatorOptions': options})
        row.check('generatedSequence' in said, '%s: %s' % (config, said))
