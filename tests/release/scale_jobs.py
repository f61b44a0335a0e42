"""scale_jobs.py beam|spark MUSIC OUTPUT MARKER: the jobs of python/examples, in which something fails once: a DoFn in the
midst of its file, a worker in the midst of a part that it writes. MARKER is made then.
scale_jobs.py usage: what can't be meant is told.
scale_jobs.py missing: what is told where there is no Beam."""

import os
import signal
import sys
import types

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'python', 'examples'))


def first_time(marker):
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def beam(music, output, marker):
    import beam_dataset
    from magenta_native import beam as ours

    class Failing(ours.MusicOf):
        def process(self, path):
            for made in super().process(path):
                yield made
                if path.endswith('/7.mid') and first_time(marker):
                    raise RuntimeError('a fault that another try has not')

    ours.MusicOf = Failing
    # Of Beam's local runners this one tries again, as those of clusters do.
    beam_dataset.main([f'--folder={music}', f'--output={output}', '--runner=BundleBasedDirectRunner'])


def spark(music, output, marker):
    import spark_dataset
    from magenta_native import spark as ours
    from pyspark import SparkConf, SparkContext

    def dying(records):
        for i, record in enumerate(records):
            yield record
            if i == 1 and first_time(marker):
                os.kill(os.getpid(), signal.SIGKILL)

    def save(folder, stem, parts):
        write = ours.save(folder, stem, parts)
        return lambda part, records: write(part, dying(records))

    spark_dataset.spark = types.SimpleNamespace(music=ours.music, examples=ours.examples, save=save)
    context = SparkContext(conf=SparkConf().setAppName('dying').setMaster('local[2,4]'))
    try:
        spark_dataset.convert(context, music, output, 'lookback_rnn', 5)
    finally:
        context.stop()


def usage():
    import magenta_native as mm
    from magenta_native import beam as on_beam, spark as on_spark
    for call in (lambda: on_beam.ExamplesOf('tuba_rnn'), lambda: on_spark.examples('tuba_rnn'),
                 lambda: on_beam.MakeExamples(eval_ratio=2), lambda: on_spark.examples(eval_ratio=2)):
        try:
            call()
        except mm.UsageError as error:
            print(error)
        else:
            raise AssertionError('no error')


def missing():
    sys.modules['apache_beam'] = None
    try:
        from magenta_native import beam  # noqa: F401
    except ImportError as error:
        print(error)
    else:
        raise AssertionError('no error')


if __name__ == '__main__':
    globals()[sys.argv[1]](*sys.argv[2:])
