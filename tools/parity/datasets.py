"""Training examples: ours against Magenta's pipeline, each trained from by the other."""

import os

import tensorflow.compat.v1 as tf

from parity import families


def write_sequences(context, config):
  path, family = context.path('sequences-%s.tfrecord' % config), families.of(config)
  with tf.python_io.TFRecordWriter(path) as writer:
    for i in range(context.count(family.sequences[config])):
      writer.write(family.random_sequence(context.rng, i).SerializeToString())
  return path


def canonical(record):
  """An example's bytes with its map in a fixed order."""
  return tf.train.SequenceExample.FromString(record).SerializeToString(deterministic=True)


def what_differs(ours, theirs):
  parts = []
  for name in ('inputs', 'labels'):
    rows = [tf.train.SequenceExample.FromString(data).feature_lists.feature_list[name].feature
            for data in (ours, theirs)]
    step = next((i for i, (a, b) in enumerate(zip(*rows)) if a != b), None)
    parts.append('%s: %d and %d steps, first difference at %s' % (name, len(rows[0]), len(rows[1]),
                                                                 step))
  return '; '.join(parts)


def examples(path):
  return [canonical(record) for record in tf.python_io.tf_record_iterator(path)]


def pipelines(report, context):
  """The same NoteSequences through both; the files of examples of each config."""
  folders = {}
  for config in context.configs:
    source, family = write_sequences(context, config), families.of(config)
    ours, theirs = context.folder('data-ours-' + config), context.folder('data-magenta-' + config)
    folders[config] = (os.path.join(ours, family.examples), os.path.join(theirs, family.examples))
    with report.row('data set', 'ours -> Magenta', config + ': dense examples against '
                    '%s_create_dataset, in order, every input and label' % family.package) as row:
      summary = context.ours.json('dataset', '--config=' + config, '--input=' + source,
                                  '--output_dir=' + ours, '--format=dense', '--eval_ratio=0',
                                  *family.dataset_flags)
      named = {'config': config} if family.has_dataset_config else {}
      context.reference.program(family.program('create_dataset'), **named,
                                input=source, output_dir=theirs, eval_ratio=0)
      mine, its = map(examples, folders[config])
      row.check(len(mine) == len(its), 'ours has %d, Magenta %d' % (len(mine), len(its)))
      row.compared = 0
      for i, (a, b) in enumerate(zip(mine, its)):
        row.check(a == b, lambda i=i, a=a, b=b: 'example %d: %s' % (i, what_differs(a, b)))
      row.note('%d sequences' % summary['sequences'])
  return folders


def trainers(report, context, folders):
  """Each trainer on the other's examples."""
  hparams = 'batch_size=8,rnn_layer_sizes=[16,16],dropout_keep_prob=1.0'
  with report.row('data set', 'ours -> Magenta', '..._train trains 3 steps on our examples, once a '
                  'config') as row:
    for config in context.configs:
      run = context.folder('train-on-ours-' + config)
      context.reference.program(families.of(config).program('train'), config=config, run_dir=run,
                                sequence_example_file=folders[config][0],
                                num_training_steps=3, hparams=hparams)
      step = context.reference.global_step(os.path.join(run, 'train'))
      row.check(step == 3, '%s: stopped at step %s' % (config, step))
  with report.row('data set', 'Magenta -> ours', '`train` trains 3 steps on Magenta\'s examples, '
                  'once a config') as row:
    for config in context.configs:
      run = context.folder('train-on-magenta-' + config)
      context.ours.run('train', '--config=' + config, '--run_dir=' + run, '--hparams=' + hparams,
                       '--sequence_example_file=' + folders[config][1],
                       '--num_training_steps=3', '--seed=1')
      step = context.reference.global_step(os.path.join(run, 'train'))
      row.check(step == 3, '%s: stopped at step %s' % (config, step))


def read_by_ours(report, context, folders):
  """Magenta's examples, as `inspect` sees them."""
  with report.row('data set', 'Magenta -> ours', 'examples of ..._create_dataset: steps, '
                  'width and labels in `inspect --json`') as row:
    for config in context.configs:
      path = folders[config][1]
      listed = context.ours.json('inspect', path)['files'][0]['examples']
      for i, record in enumerate(tf.python_io.tf_record_iterator(path)):
        lists = tf.train.SequenceExample.FromString(record).feature_lists.feature_list
        labels = [label for feature in lists['labels'].feature
                  for label in feature.int64_list.value]
        width = len(lists['inputs'].feature[0].float_list.value)
        wanted = {'steps': len(lists['labels'].feature), 'input_size': width, 'labels': labels}
        row.equal(listed[i] if i < len(listed) else None, wanted, '%s %d' % (config, i))


def compare(report, context):
  folders = pipelines(report, context)
  read_by_ours(report, context, folders)
  trainers(report, context, folders)
