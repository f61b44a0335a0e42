#pragma once
// The codecs of Magenta's performance models. Source: docs/rules.md section 16 (note-seq's
// performance_encoder_decoder, magenta's performance_controls).

#include <cstdint>
#include <functional>
#include <memory>

#include "magenta/codec/codec.h"
#include "magenta/music/performance/conditions.h"

namespace magenta {

/// Input and label are the class of the event: of all 388, or without velocities of 356.
/// performance, performance_with_dynamics.
std::unique_ptr<EventCodec> MakePerformanceCodec(bool velocities);

/// The same network of 388 numbers; a dense example holds the class alone.
/// performance_with_dynamics_compact.
std::unique_ptr<EventCodec> MakeCompactPerformanceCodec();

/// Labels as before; sixteen inputs, pitches, shifts and velocities as places on circles.
/// performance_with_dynamics_and_modulo_encoding.
std::unique_ptr<EventCodec> MakeModuloPerformanceCodec();

/// PerformedNotes: six heads and as many one-hots, 315 numbers. One that is no note but time alone
/// is read as the shortest, and no label stands for it.
/// performance_with_dynamics_and_note_encoding.
std::unique_ptr<EventCodec> MakeWholeNoteCodec();

/// Events as MakePerformanceCodec(true) encodes them, after Conditions (music/performance), which
/// are read by the step on which the event to come stands. A sequence without control says its own.
/// density_conditioned_performance_with_dynamics and the like.
std::unique_ptr<EventCodec> MakeConditionedPerformanceCodec(const ConditionedInputs& inputs);

/// What `conditions` says of a step (0 or more), as the control of codecs of these `inputs`. It is
/// asked whenever an input is made, and must answer alike for the past.
std::shared_ptr<const Control> MakeConditionControl(
    const ConditionedInputs& inputs, std::function<Conditions(int64_t step)> conditions);

}  // namespace magenta
