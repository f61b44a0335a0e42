"""What a client that knows only the port sees: run by server_test.py in the environment of grpcio.

grpc_check.py HOST:PORT reflection | health | slides | hostile | large
"""

import sys
import time

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory, text_format
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = 'magenta.SequenceGeneratorService'
# As the slides of 2016 show it.
SLIDES = '''
input_sequence {
  ticks_per_beat: 96
  tempos { bpm: 120 }
  notes { pitch: 60 velocity: 100 start_time: 0 end_time: 0.125 }
  total_time: 0.125
}
generator_options { generate_sections { start_time_seconds: 0.25 end_time_seconds: 16 } }
'''
TODAY = (('ticks_per_beat', 'ticks_per_quarter'), ('bpm', 'qpm'), ('_time_seconds', '_time'))


def reflected(channel):
    """Makes messages and calls of what the server says about itself."""
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = descriptor_pool.DescriptorPool(database)
    return database, pool


def method(channel, pool, name):
    service = pool.FindServiceByName(SERVICE)
    found = service.FindMethodByName(name)
    request = message_factory.GetMessageClass(found.input_type)
    response = message_factory.GetMessageClass(found.output_type)
    kind = channel.unary_stream if name.endswith('Stream') else channel.unary_unary
    return request, kind(f'/{SERVICE}/{name}', request_serializer=request.SerializeToString,
                         response_deserializer=response.FromString)


def reflection(channel):
    database, pool = reflected(channel)
    services = database.get_services()
    assert SERVICE in services and 'grpc.health.v1.Health' in services, services
    names = [m.name for m in pool.FindServiceByName(SERVICE).methods]
    assert names == ['ListGenerators', 'GenerateSequence', 'GenerateSequenceStream'], names
    assert pool.FindServiceByName('grpc.health.v1.Health').methods


def slides(channel):
    _, pool = reflected(channel)
    request, generate = method(channel, pool, 'GenerateSequence')
    asked = text_format.Parse(SLIDES, request())
    asked.generator_options.args['seed'].int_value = 3
    response, call = generate.with_call(asked, timeout=60)
    notes = response.generated_sequence.notes
    assert (notes[0].pitch, notes[0].start_time, notes[0].end_time) == (60, 0, 0.125), notes[0]
    assert len(notes) > 3
    for note in notes[1:]:
        assert 0.25 <= note.start_time < note.end_time <= 16, note
        assert (note.start_time * 8).is_integer() and (note.end_time * 8).is_integer(), note
    assert dict(call.trailing_metadata())['magenta-seed'] == '3'
    modern = SLIDES
    for old, name in TODAY:
        modern = modern.replace(old, name)
    modern = text_format.Parse(modern, request())
    modern.generator_options.args['seed'].int_value = 3
    assert generate(modern, timeout=60) == response
    # As grpcurl sends JSON.
    from_json = json_format.Parse(json_format.MessageToJson(asked), request())
    assert generate(from_json, timeout=60) == response
    _, stream = method(channel, pool, 'GenerateSequenceStream')
    pieces = list(stream(asked, timeout=60))
    assert len(pieces) > 3, len(pieces)
    for piece in pieces[1:]:
        pieces[0].MergeFrom(piece)
    assert pieces[0] == response
    request, lists = method(channel, pool, 'ListGenerators')
    assert lists(request()).generators[0].id == 'lookback_rnn'


def health(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ('', SERVICE):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING, answer


def hostile(channel):
    """Bytes that are no request, and a request that is too large."""
    call = channel.unary_unary(f'/{SERVICE}/GenerateSequence')
    for bytes_sent, expected in [(b'\xff\xff\xff\xff', ('INTERNAL', 'INVALID_ARGUMENT', 'UNIMPLEMENTED')),
                                 (b'\0' * (9 << 20), ('RESOURCE_EXHAUSTED',)),
                                 (b'', ('INVALID_ARGUMENT',))]:
        try:
            call(bytes_sent, timeout=20)
        except grpc.RpcError as error:
            assert error.code().name in expected, (error.code(), expected)
        else:
            raise AssertionError('no error')


def large(channel):
    """400 requests of 3.9 MB over 50 connections while none can be worked on: those that find no room are
    told so, and the others wait."""
    _, pool = reflected(channel)
    request, _ = method(channel, pool, 'GenerateSequence')
    asked = text_format.Parse(SLIDES, request())
    asked.input_sequence.id = 'x' * 3_900_000
    asked = asked.SerializeToString()
    channels = [grpc.insecure_channel(sys.argv[1], options=[('grpc.use_local_subchannel_pool', 1)])
                for _ in range(50)]
    calls = [one.unary_unary(f'/{SERVICE}/GenerateSequence').future(asked, timeout=60)
             for _ in range(8) for one in channels]
    deadline = time.time() + 50
    while sum(call.done() for call in calls) < 360 and time.time() < deadline:
        time.sleep(0.1)
    codes = [call.code().name for call in calls if call.done()]
    assert set(codes) == {'RESOURCE_EXHAUSTED'}, set(codes)
    assert 360 <= len(codes) < 400, len(codes)
    for call in calls:
        call.cancel()


if __name__ == '__main__':
    with grpc.insecure_channel(sys.argv[1]) as opened:
        globals()[sys.argv[2]](opened)
