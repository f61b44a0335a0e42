"""What messages hold. Written by python/make_stubs.py out of proto/magenta."""
# mypy: disable-error-code="misc"
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import message as _message
from typing import (Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping,
                    Optional as _Optional, TypeAlias as _TypeAlias, TypeVar as _TypeVar,
                    Union as _Union)

__all__ = [
    "GenerateSequenceRequest",
    "GenerateSequenceResponse",
    "GeneratorBundle",
    "GeneratorDetails",
    "GeneratorOptions",
    "NoteSequence",
    "SequenceMetadata",
]

class NoteSequence(_message.Message):
    __slots__ = ["collection_name", "control_changes", "filename", "id", "instrument_infos", "key_signatures", "notes", "part_infos", "pitch_bends", "quantization_info", "reference_number", "section_annotations", "section_groups", "sequence_metadata", "source_info", "subsequence_info", "tempos", "text_annotations", "ticks_per_beat", "ticks_per_quarter", "time_signatures", "total_quantized_steps", "total_time"]
    class PitchName(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class ControlChange(_message.Message):
        __slots__ = ["control_number", "control_value", "instrument", "is_drum", "program", "quantized_step", "time"]
        CONTROL_NUMBER_FIELD_NUMBER: _ClassVar[int]
        CONTROL_VALUE_FIELD_NUMBER: _ClassVar[int]
        INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
        IS_DRUM_FIELD_NUMBER: _ClassVar[int]
        PROGRAM_FIELD_NUMBER: _ClassVar[int]
        QUANTIZED_STEP_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        control_number: int
        control_value: int
        instrument: int
        is_drum: bool
        program: int
        quantized_step: int
        time: float
        def __init__(self, time: _Optional[float] = ..., control_number: _Optional[int] = ..., control_value: _Optional[int] = ..., instrument: _Optional[int] = ..., program: _Optional[int] = ..., is_drum: bool = ..., quantized_step: _Optional[int] = ...) -> None: ...
    class InstrumentInfo(_message.Message):
        __slots__ = ["instrument", "name"]
        INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        instrument: int
        name: str
        def __init__(self, instrument: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...
    class KeySignature(_message.Message):
        __slots__ = ["key", "mode", "time"]
        class Key(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        A: NoteSequence.KeySignature.Key
        A_FLAT: NoteSequence.KeySignature.Key
        A_SHARP: NoteSequence.KeySignature.Key
        B: NoteSequence.KeySignature.Key
        B_FLAT: NoteSequence.KeySignature.Key
        C: NoteSequence.KeySignature.Key
        C_SHARP: NoteSequence.KeySignature.Key
        D: NoteSequence.KeySignature.Key
        DORIAN: NoteSequence.KeySignature.Mode
        D_FLAT: NoteSequence.KeySignature.Key
        D_SHARP: NoteSequence.KeySignature.Key
        E: NoteSequence.KeySignature.Key
        E_FLAT: NoteSequence.KeySignature.Key
        F: NoteSequence.KeySignature.Key
        F_SHARP: NoteSequence.KeySignature.Key
        G: NoteSequence.KeySignature.Key
        G_FLAT: NoteSequence.KeySignature.Key
        G_SHARP: NoteSequence.KeySignature.Key
        KEY_FIELD_NUMBER: _ClassVar[int]
        LOCRIAN: NoteSequence.KeySignature.Mode
        LYDIAN: NoteSequence.KeySignature.Mode
        MAJOR: NoteSequence.KeySignature.Mode
        MINOR: NoteSequence.KeySignature.Mode
        MIXOLYDIAN: NoteSequence.KeySignature.Mode
        MODE_FIELD_NUMBER: _ClassVar[int]
        NOT_SPECIFIED: NoteSequence.KeySignature.Mode
        PHRYGIAN: NoteSequence.KeySignature.Mode
        TIME_FIELD_NUMBER: _ClassVar[int]
        key: NoteSequence.KeySignature.Key
        mode: NoteSequence.KeySignature.Mode
        time: float
        def __init__(self, time: _Optional[float] = ..., key: _Optional[_Union[NoteSequence.KeySignature.Key, str]] = ..., mode: _Optional[_Union[NoteSequence.KeySignature.Mode, str]] = ...) -> None: ...
    class Note(_message.Message):
        __slots__ = ["denominator", "end_time", "instrument", "is_drum", "numerator", "part", "pitch", "pitch_name", "program", "quantized_end_step", "quantized_start_step", "start_time", "velocity", "voice"]
        DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
        IS_DRUM_FIELD_NUMBER: _ClassVar[int]
        NUMERATOR_FIELD_NUMBER: _ClassVar[int]
        PART_FIELD_NUMBER: _ClassVar[int]
        PITCH_FIELD_NUMBER: _ClassVar[int]
        PITCH_NAME_FIELD_NUMBER: _ClassVar[int]
        PROGRAM_FIELD_NUMBER: _ClassVar[int]
        QUANTIZED_END_STEP_FIELD_NUMBER: _ClassVar[int]
        QUANTIZED_START_STEP_FIELD_NUMBER: _ClassVar[int]
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        VELOCITY_FIELD_NUMBER: _ClassVar[int]
        VOICE_FIELD_NUMBER: _ClassVar[int]
        denominator: int
        end_time: float
        instrument: int
        is_drum: bool
        numerator: int
        part: int
        pitch: int
        pitch_name: NoteSequence.PitchName
        program: int
        quantized_end_step: int
        quantized_start_step: int
        start_time: float
        velocity: int
        voice: int
        def __init__(self, pitch: _Optional[int] = ..., velocity: _Optional[int] = ..., start_time: _Optional[float] = ..., end_time: _Optional[float] = ..., numerator: _Optional[int] = ..., denominator: _Optional[int] = ..., instrument: _Optional[int] = ..., program: _Optional[int] = ..., is_drum: bool = ..., part: _Optional[int] = ..., pitch_name: _Optional[_Union[NoteSequence.PitchName, str]] = ..., voice: _Optional[int] = ..., quantized_start_step: _Optional[int] = ..., quantized_end_step: _Optional[int] = ...) -> None: ...
    class PartInfo(_message.Message):
        __slots__ = ["name", "part"]
        NAME_FIELD_NUMBER: _ClassVar[int]
        PART_FIELD_NUMBER: _ClassVar[int]
        name: str
        part: int
        def __init__(self, part: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...
    class PitchBend(_message.Message):
        __slots__ = ["bend", "instrument", "is_drum", "program", "time"]
        BEND_FIELD_NUMBER: _ClassVar[int]
        INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
        IS_DRUM_FIELD_NUMBER: _ClassVar[int]
        PROGRAM_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        bend: int
        instrument: int
        is_drum: bool
        program: int
        time: float
        def __init__(self, time: _Optional[float] = ..., bend: _Optional[int] = ..., instrument: _Optional[int] = ..., program: _Optional[int] = ..., is_drum: bool = ...) -> None: ...
    class QuantizationInfo(_message.Message):
        __slots__ = ["steps_per_quarter", "steps_per_second"]
        STEPS_PER_QUARTER_FIELD_NUMBER: _ClassVar[int]
        STEPS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
        steps_per_quarter: int
        steps_per_second: int
        def __init__(self, steps_per_quarter: _Optional[int] = ..., steps_per_second: _Optional[int] = ...) -> None: ...
    class Section(_message.Message):
        __slots__ = ["section_group", "section_id"]
        SECTION_GROUP_FIELD_NUMBER: _ClassVar[int]
        SECTION_ID_FIELD_NUMBER: _ClassVar[int]
        section_group: NoteSequence.SectionGroup
        section_id: int
        def __init__(self, section_id: _Optional[int] = ..., section_group: _Optional[_Union[NoteSequence.SectionGroup, _Mapping[str, _Any]]] = ...) -> None: ...
    class SectionAnnotation(_message.Message):
        __slots__ = ["section_id", "time"]
        SECTION_ID_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        section_id: int
        time: float
        def __init__(self, time: _Optional[float] = ..., section_id: _Optional[int] = ...) -> None: ...
    class SectionGroup(_message.Message):
        __slots__ = ["num_times", "sections"]
        NUM_TIMES_FIELD_NUMBER: _ClassVar[int]
        SECTIONS_FIELD_NUMBER: _ClassVar[int]
        num_times: int
        sections: _containers.RepeatedCompositeFieldContainer[NoteSequence.Section]
        def __init__(self, sections: _Optional[_Iterable[_Union[NoteSequence.Section, _Mapping[str, _Any]]]] = ..., num_times: _Optional[int] = ...) -> None: ...
    class SourceInfo(_message.Message):
        __slots__ = ["encoding_type", "parser", "source_type"]
        class EncodingType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        class Parser(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        class SourceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        ABC: NoteSequence.SourceInfo.EncodingType
        ENCODING_TYPE_FIELD_NUMBER: _ClassVar[int]
        MAGENTA_ABC: NoteSequence.SourceInfo.Parser
        MAGENTA_MUSICNET: NoteSequence.SourceInfo.Parser
        MAGENTA_MUSIC_XML: NoteSequence.SourceInfo.Parser
        MIDI: NoteSequence.SourceInfo.EncodingType
        MUSIC21: NoteSequence.SourceInfo.Parser
        MUSICNET: NoteSequence.SourceInfo.EncodingType
        MUSIC_XML: NoteSequence.SourceInfo.EncodingType
        PARSER_FIELD_NUMBER: _ClassVar[int]
        PERFORMANCE_BASED: NoteSequence.SourceInfo.SourceType
        PRETTY_MIDI: NoteSequence.SourceInfo.Parser
        SCORE_BASED: NoteSequence.SourceInfo.SourceType
        SOURCE_TYPE_FIELD_NUMBER: _ClassVar[int]
        TONEJS_MIDI_CONVERT: NoteSequence.SourceInfo.Parser
        UNKNOWN_ENCODING_TYPE: NoteSequence.SourceInfo.EncodingType
        UNKNOWN_PARSER: NoteSequence.SourceInfo.Parser
        UNKNOWN_SOURCE_TYPE: NoteSequence.SourceInfo.SourceType
        encoding_type: NoteSequence.SourceInfo.EncodingType
        parser: NoteSequence.SourceInfo.Parser
        source_type: NoteSequence.SourceInfo.SourceType
        def __init__(self, source_type: _Optional[_Union[NoteSequence.SourceInfo.SourceType, str]] = ..., encoding_type: _Optional[_Union[NoteSequence.SourceInfo.EncodingType, str]] = ..., parser: _Optional[_Union[NoteSequence.SourceInfo.Parser, str]] = ...) -> None: ...
    class SubsequenceInfo(_message.Message):
        __slots__ = ["end_time_offset", "start_time_offset"]
        END_TIME_OFFSET_FIELD_NUMBER: _ClassVar[int]
        START_TIME_OFFSET_FIELD_NUMBER: _ClassVar[int]
        end_time_offset: float
        start_time_offset: float
        def __init__(self, start_time_offset: _Optional[float] = ..., end_time_offset: _Optional[float] = ...) -> None: ...
    class Tempo(_message.Message):
        __slots__ = ["bpm", "qpm", "time"]
        BPM_FIELD_NUMBER: _ClassVar[int]
        QPM_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        bpm: float
        qpm: float
        time: float
        def __init__(self, time: _Optional[float] = ..., qpm: _Optional[float] = ..., bpm: _Optional[float] = ...) -> None: ...
    class TextAnnotation(_message.Message):
        __slots__ = ["annotation_type", "quantized_step", "text", "time"]
        class TextAnnotationType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        ANNOTATION_TYPE_FIELD_NUMBER: _ClassVar[int]
        BEAT: NoteSequence.TextAnnotation.TextAnnotationType
        CHORD_SYMBOL: NoteSequence.TextAnnotation.TextAnnotationType
        QUANTIZED_STEP_FIELD_NUMBER: _ClassVar[int]
        TEXT_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        UNKNOWN: NoteSequence.TextAnnotation.TextAnnotationType
        annotation_type: NoteSequence.TextAnnotation.TextAnnotationType
        quantized_step: int
        text: str
        time: float
        def __init__(self, time: _Optional[float] = ..., text: _Optional[str] = ..., annotation_type: _Optional[_Union[NoteSequence.TextAnnotation.TextAnnotationType, str]] = ..., quantized_step: _Optional[int] = ...) -> None: ...
    class TimeSignature(_message.Message):
        __slots__ = ["denominator", "numerator", "time"]
        DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
        NUMERATOR_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        denominator: int
        numerator: int
        time: float
        def __init__(self, time: _Optional[float] = ..., numerator: _Optional[int] = ..., denominator: _Optional[int] = ...) -> None: ...
    A: NoteSequence.PitchName
    A_FLAT: NoteSequence.PitchName
    A_FLAT_FLAT: NoteSequence.PitchName
    A_SHARP: NoteSequence.PitchName
    A_SHARP_SHARP: NoteSequence.PitchName
    B: NoteSequence.PitchName
    B_FLAT: NoteSequence.PitchName
    B_FLAT_FLAT: NoteSequence.PitchName
    B_SHARP: NoteSequence.PitchName
    B_SHARP_SHARP: NoteSequence.PitchName
    C: NoteSequence.PitchName
    COLLECTION_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTROL_CHANGES_FIELD_NUMBER: _ClassVar[int]
    C_FLAT: NoteSequence.PitchName
    C_FLAT_FLAT: NoteSequence.PitchName
    C_SHARP: NoteSequence.PitchName
    C_SHARP_SHARP: NoteSequence.PitchName
    D: NoteSequence.PitchName
    D_FLAT: NoteSequence.PitchName
    D_FLAT_FLAT: NoteSequence.PitchName
    D_SHARP: NoteSequence.PitchName
    D_SHARP_SHARP: NoteSequence.PitchName
    E: NoteSequence.PitchName
    E_FLAT: NoteSequence.PitchName
    E_FLAT_FLAT: NoteSequence.PitchName
    E_SHARP: NoteSequence.PitchName
    E_SHARP_SHARP: NoteSequence.PitchName
    F: NoteSequence.PitchName
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    F_FLAT: NoteSequence.PitchName
    F_FLAT_FLAT: NoteSequence.PitchName
    F_SHARP: NoteSequence.PitchName
    F_SHARP_SHARP: NoteSequence.PitchName
    G: NoteSequence.PitchName
    G_FLAT: NoteSequence.PitchName
    G_FLAT_FLAT: NoteSequence.PitchName
    G_SHARP: NoteSequence.PitchName
    G_SHARP_SHARP: NoteSequence.PitchName
    ID_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_INFOS_FIELD_NUMBER: _ClassVar[int]
    KEY_SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    PART_INFOS_FIELD_NUMBER: _ClassVar[int]
    PITCH_BENDS_FIELD_NUMBER: _ClassVar[int]
    QUANTIZATION_INFO_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SECTION_ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    SECTION_GROUPS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_METADATA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_INFO_FIELD_NUMBER: _ClassVar[int]
    SUBSEQUENCE_INFO_FIELD_NUMBER: _ClassVar[int]
    TEMPOS_FIELD_NUMBER: _ClassVar[int]
    TEXT_ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    TICKS_PER_BEAT_FIELD_NUMBER: _ClassVar[int]
    TICKS_PER_QUARTER_FIELD_NUMBER: _ClassVar[int]
    TIME_SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_QUANTIZED_STEPS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TIME_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_PITCH_NAME: NoteSequence.PitchName
    collection_name: str
    control_changes: _containers.RepeatedCompositeFieldContainer[NoteSequence.ControlChange]
    filename: str
    id: str
    instrument_infos: _containers.RepeatedCompositeFieldContainer[NoteSequence.InstrumentInfo]
    key_signatures: _containers.RepeatedCompositeFieldContainer[NoteSequence.KeySignature]
    notes: _containers.RepeatedCompositeFieldContainer[NoteSequence.Note]
    part_infos: _containers.RepeatedCompositeFieldContainer[NoteSequence.PartInfo]
    pitch_bends: _containers.RepeatedCompositeFieldContainer[NoteSequence.PitchBend]
    quantization_info: NoteSequence.QuantizationInfo
    reference_number: int
    section_annotations: _containers.RepeatedCompositeFieldContainer[NoteSequence.SectionAnnotation]
    section_groups: _containers.RepeatedCompositeFieldContainer[NoteSequence.SectionGroup]
    sequence_metadata: SequenceMetadata
    source_info: NoteSequence.SourceInfo
    subsequence_info: NoteSequence.SubsequenceInfo
    tempos: _containers.RepeatedCompositeFieldContainer[NoteSequence.Tempo]
    text_annotations: _containers.RepeatedCompositeFieldContainer[NoteSequence.TextAnnotation]
    ticks_per_beat: int
    ticks_per_quarter: int
    time_signatures: _containers.RepeatedCompositeFieldContainer[NoteSequence.TimeSignature]
    total_quantized_steps: int
    total_time: float
    def __init__(self, id: _Optional[str] = ..., filename: _Optional[str] = ..., collection_name: _Optional[str] = ..., ticks_per_quarter: _Optional[int] = ..., ticks_per_beat: _Optional[int] = ..., time_signatures: _Optional[_Iterable[_Union[NoteSequence.TimeSignature, _Mapping[str, _Any]]]] = ..., key_signatures: _Optional[_Iterable[_Union[NoteSequence.KeySignature, _Mapping[str, _Any]]]] = ..., tempos: _Optional[_Iterable[_Union[NoteSequence.Tempo, _Mapping[str, _Any]]]] = ..., notes: _Optional[_Iterable[_Union[NoteSequence.Note, _Mapping[str, _Any]]]] = ..., total_time: _Optional[float] = ..., pitch_bends: _Optional[_Iterable[_Union[NoteSequence.PitchBend, _Mapping[str, _Any]]]] = ..., control_changes: _Optional[_Iterable[_Union[NoteSequence.ControlChange, _Mapping[str, _Any]]]] = ..., part_infos: _Optional[_Iterable[_Union[NoteSequence.PartInfo, _Mapping[str, _Any]]]] = ..., source_info: _Optional[_Union[NoteSequence.SourceInfo, _Mapping[str, _Any]]] = ..., text_annotations: _Optional[_Iterable[_Union[NoteSequence.TextAnnotation, _Mapping[str, _Any]]]] = ..., quantization_info: _Optional[_Union[NoteSequence.QuantizationInfo, _Mapping[str, _Any]]] = ..., total_quantized_steps: _Optional[int] = ..., subsequence_info: _Optional[_Union[NoteSequence.SubsequenceInfo, _Mapping[str, _Any]]] = ..., reference_number: _Optional[int] = ..., sequence_metadata: _Optional[_Union[SequenceMetadata, _Mapping[str, _Any]]] = ..., section_annotations: _Optional[_Iterable[_Union[NoteSequence.SectionAnnotation, _Mapping[str, _Any]]]] = ..., section_groups: _Optional[_Iterable[_Union[NoteSequence.SectionGroup, _Mapping[str, _Any]]]] = ..., instrument_infos: _Optional[_Iterable[_Union[NoteSequence.InstrumentInfo, _Mapping[str, _Any]]]] = ...) -> None: ...
class SequenceMetadata(_message.Message):
    __slots__ = ["artist", "composers", "genre", "title"]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    COMPOSERS_FIELD_NUMBER: _ClassVar[int]
    GENRE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    artist: str
    composers: _containers.RepeatedScalarFieldContainer[str]
    genre: _containers.RepeatedScalarFieldContainer[str]
    title: str
    def __init__(self, title: _Optional[str] = ..., artist: _Optional[str] = ..., genre: _Optional[_Iterable[str]] = ..., composers: _Optional[_Iterable[str]] = ...) -> None: ...
class VelocityRange(_message.Message):
    __slots__ = ["max", "min"]
    MAX_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    max: int
    min: int
    def __init__(self, min: _Optional[int] = ..., max: _Optional[int] = ...) -> None: ...
class GenerateSequenceRequest(_message.Message):
    __slots__ = ["generator_id", "generator_options", "input_sequence"]
    GENERATOR_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATOR_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    INPUT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    generator_id: str
    generator_options: GeneratorOptions
    input_sequence: NoteSequence
    def __init__(self, input_sequence: _Optional[_Union[NoteSequence, _Mapping[str, _Any]]] = ..., generator_options: _Optional[_Union[GeneratorOptions, _Mapping[str, _Any]]] = ..., generator_id: _Optional[str] = ...) -> None: ...
class GenerateSequenceResponse(_message.Message):
    __slots__ = ["generated_sequence"]
    GENERATED_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    generated_sequence: NoteSequence
    def __init__(self, generated_sequence: _Optional[_Union[NoteSequence, _Mapping[str, _Any]]] = ...) -> None: ...
class GeneratorBundle(_message.Message):
    __slots__ = ["bundle_details", "card", "checkpoint_file", "checksum", "generator_details", "hparams", "metagraph_file", "steps_per_quarter"]
    class BundleDetails(_message.Message):
        __slots__ = ["description"]
        DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
        description: str
        def __init__(self, description: _Optional[str] = ...) -> None: ...
    BUNDLE_DETAILS_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FILE_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    GENERATOR_DETAILS_FIELD_NUMBER: _ClassVar[int]
    HPARAMS_FIELD_NUMBER: _ClassVar[int]
    METAGRAPH_FILE_FIELD_NUMBER: _ClassVar[int]
    STEPS_PER_QUARTER_FIELD_NUMBER: _ClassVar[int]
    bundle_details: GeneratorBundle.BundleDetails
    card: str
    checkpoint_file: _containers.RepeatedScalarFieldContainer[bytes]
    checksum: int
    generator_details: GeneratorDetails
    hparams: str
    metagraph_file: bytes
    steps_per_quarter: int
    def __init__(self, generator_details: _Optional[_Union[GeneratorDetails, _Mapping[str, _Any]]] = ..., checkpoint_file: _Optional[_Iterable[bytes]] = ..., metagraph_file: _Optional[bytes] = ..., bundle_details: _Optional[_Union[GeneratorBundle.BundleDetails, _Mapping[str, _Any]]] = ..., hparams: _Optional[str] = ..., steps_per_quarter: _Optional[int] = ..., checksum: _Optional[int] = ..., card: _Optional[str] = ...) -> None: ...
class GeneratorDetails(_message.Message):
    __slots__ = ["arguments", "config", "control", "description", "has_control", "id", "kind", "steps_per_quarter", "steps_per_second"]
    class Argument(_message.Message):
        __slots__ = ["choices", "default_value", "help", "high", "low", "low_excluded", "name", "type"]
        class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = []
        BOOL: GeneratorDetails.Argument.Type
        CHOICES_FIELD_NUMBER: _ClassVar[int]
        DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
        FLOAT: GeneratorDetails.Argument.Type
        HELP_FIELD_NUMBER: _ClassVar[int]
        HIGH_FIELD_NUMBER: _ClassVar[int]
        INT: GeneratorDetails.Argument.Type
        LOW_EXCLUDED_FIELD_NUMBER: _ClassVar[int]
        LOW_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        STRING: GeneratorDetails.Argument.Type
        TYPE_FIELD_NUMBER: _ClassVar[int]
        TYPE_UNSPECIFIED: GeneratorDetails.Argument.Type
        choices: _containers.RepeatedScalarFieldContainer[str]
        default_value: GeneratorOptions.ArgValue
        help: str
        high: float
        low: float
        low_excluded: bool
        name: str
        type: GeneratorDetails.Argument.Type
        def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[GeneratorDetails.Argument.Type, str]] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., low_excluded: bool = ..., choices: _Optional[_Iterable[str]] = ..., default_value: _Optional[_Union[GeneratorOptions.ArgValue, _Mapping[str, _Any]]] = ..., help: _Optional[str] = ...) -> None: ...
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    HAS_CONTROL_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STEPS_PER_QUARTER_FIELD_NUMBER: _ClassVar[int]
    STEPS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    arguments: _containers.RepeatedCompositeFieldContainer[GeneratorDetails.Argument]
    config: str
    control: str
    description: str
    has_control: bool
    id: str
    kind: str
    steps_per_quarter: int
    steps_per_second: int
    def __init__(self, id: _Optional[str] = ..., description: _Optional[str] = ..., kind: _Optional[str] = ..., steps_per_quarter: _Optional[int] = ..., steps_per_second: _Optional[int] = ..., has_control: bool = ..., control: _Optional[str] = ..., arguments: _Optional[_Iterable[_Union[GeneratorDetails.Argument, _Mapping[str, _Any]]]] = ..., config: _Optional[str] = ...) -> None: ...
class GeneratorOptions(_message.Message):
    __slots__ = ["args", "generate_sections", "input_sections"]
    class ArgValue(_message.Message):
        __slots__ = ["bool_value", "byte_value", "float_value", "int_value", "string_value"]
        BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
        BYTE_VALUE_FIELD_NUMBER: _ClassVar[int]
        FLOAT_VALUE_FIELD_NUMBER: _ClassVar[int]
        INT_VALUE_FIELD_NUMBER: _ClassVar[int]
        STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
        bool_value: bool
        byte_value: bytes
        float_value: float
        int_value: int
        string_value: str
        def __init__(self, byte_value: _Optional[bytes] = ..., int_value: _Optional[int] = ..., float_value: _Optional[float] = ..., bool_value: bool = ..., string_value: _Optional[str] = ...) -> None: ...
    class ArgsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: GeneratorOptions.ArgValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[GeneratorOptions.ArgValue, _Mapping[str, _Any]]] = ...) -> None: ...
    class SequenceSection(_message.Message):
        __slots__ = ["end_time", "end_time_seconds", "parts", "start_time", "start_time_seconds"]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
        PARTS_FIELD_NUMBER: _ClassVar[int]
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        START_TIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
        end_time: float
        end_time_seconds: float
        parts: _containers.RepeatedScalarFieldContainer[str]
        start_time: float
        start_time_seconds: float
        def __init__(self, start_time: _Optional[float] = ..., end_time: _Optional[float] = ..., start_time_seconds: _Optional[float] = ..., end_time_seconds: _Optional[float] = ..., parts: _Optional[_Iterable[str]] = ...) -> None: ...
    ARGS_FIELD_NUMBER: _ClassVar[int]
    GENERATE_SECTIONS_FIELD_NUMBER: _ClassVar[int]
    INPUT_SECTIONS_FIELD_NUMBER: _ClassVar[int]
    args: _containers.MessageMap[str, GeneratorOptions.ArgValue]
    generate_sections: _containers.RepeatedCompositeFieldContainer[GeneratorOptions.SequenceSection]
    input_sections: _containers.RepeatedCompositeFieldContainer[GeneratorOptions.SequenceSection]
    def __init__(self, input_sections: _Optional[_Iterable[_Union[GeneratorOptions.SequenceSection, _Mapping[str, _Any]]]] = ..., generate_sections: _Optional[_Iterable[_Union[GeneratorOptions.SequenceSection, _Mapping[str, _Any]]]] = ..., args: _Optional[_Mapping[str, GeneratorOptions.ArgValue]] = ...) -> None: ...

AnySequence: _TypeAlias = _Union[NoteSequence, _message.Message, bytes]

_M = _TypeVar("_M", bound=_message.Message)

def parsed(cls: type[_M], data: bytes, into: _Optional[_M] = None) -> _M: ...
def to_sequence(sequence: AnySequence) -> NoteSequence: ...
def to_bytes(message: _Union[_message.Message, bytes], cls: type[_message.Message] = ...) -> bytes: ...
