"""The same as weather_primer.cc, with nothing but grpcio (and grpcio-tools) and our .proto files.

    python3 weather_primer.py 127.0.0.1:50051 < fortnight.csv

Prints the notes: pitch, start and end in seconds.
"""
import csv
import os
import sys

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'proto'))
messages = grpc.protos('magenta/generator.proto')
services = grpc.services('magenta/service.proto')

SCALE = [60, 62, 64, 67, 69, 72, 74, 76]  # pentatonic, from middle C
EIGHTH = 0.25  # seconds, at 120 quarters a minute


def primer_of(table):
    """A note a day: warm days are high, rain lengthens them."""
    request = messages.GenerateSequenceRequest()
    primer = request.input_sequence
    primer.tempos.add(qpm=120)
    for day in csv.DictReader(table):
        start = primer.total_time
        pitch = SCALE[min(7, max(0, int(float(day['temperature_c']) / 2 + 0.5)))]
        length = EIGHTH * (2 if float(day['rain_mm']) > 1 else 1)
        primer.notes.add(pitch=pitch, velocity=90, start_time=start, end_time=start + length)
        primer.total_time = start + length
    return request


def main():
    request = primer_of(sys.stdin)
    end = request.input_sequence.total_time
    request.generator_options.generate_sections.add(start_time=end, end_time=end + 16)
    request.generator_options.args['temperature'].float_value = 0.9
    if len(sys.argv) > 2:
        request.generator_options.args['seed'].int_value = int(sys.argv[2])
    server = sys.argv[1] if len(sys.argv) > 1 else '127.0.0.1:50051'
    with grpc.insecure_channel(server) as channel:
        try:
            response = services.SequenceGeneratorServiceStub(channel).GenerateSequence(request)
        except grpc.RpcError as error:
            sys.exit(f'weather_primer: {error.details()}')
    for note in response.generated_sequence.notes:
        print(note.pitch, note.start_time, note.end_time)


if __name__ == '__main__':
    main()
