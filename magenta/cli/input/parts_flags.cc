#include "magenta/cli/input/parts_flags.h"

#include <vector>

#include "magenta/request/generate_args.h"

namespace magenta::cli {

void PartsFlags::Describe(Flags& flags) {
  flags
      .Text("fill", &fill,
            "Draw bars anew, given everything else: BARS or BARS:PARTS, several by commas "
            "(5-8:alto+tenor,9:2); without parts all.")
      .NotEmpty()
      .Value("BARS");
  flags
      .Text("vary", &vary,
            "Draw half of the notes there anew, which half says the seed; the others stay.")
      .NotEmpty()
      .Value("BARS");
  flags.Bool("harmonise", &harmonise,
             "Add what is missing of soprano, alto, tenor and bass, below a melody say.");
  flags.Bool("accompany", &accompany, "Add a part of chords.");
  flags
      .Text("add", &add,
            "Add parts, by commas: soprano (or melody), alto, tenor, bass, chords, harmony. All "
            "over the piece, or in the bars that --fill names.")
      .NotEmpty()
      .Value("PARTS");
  flags
      .Text("keep", &keep,
            "What stays of what is filled or varied: its rhythm, or its pitches in their order.")
      .Choices({"rhythm", "pitches"})
      .Default("nothing");
  std::vector<std::string> densities(std::begin(kDensityNames), std::end(kDensityNames));
  for (int i = 0; i < kDensities; ++i) densities.push_back(std::to_string(i));
  flags
      .Text("density", &density,
            "How many notes the drawn parts have, from sparse (0) to dense (4).")
      .Choices(densities)
      .Default("as it comes");
  flags
      .Text("parallels", &parallels,
            "Whether lines that are drawn may go in parallel fifths or octaves with others.")
      .Choices({"avoid", "allow"})
      .Default("avoided where the given lines avoid them");
}

std::string PartsFlags::Added() const {
  std::string added;
  const auto append = [&added](const std::string& part) {
    added += (added.empty() ? "" : ",") + part;
  };
  if (!add.empty()) append(add);
  if (harmonise) append("harmony");
  if (accompany) append("chords");
  return added;
}

bool PartsFlags::SayWhere() const { return !fill.empty() || !vary.empty() || !Added().empty(); }

void PartsFlags::SetGiven(GeneratorOptions& options) const {
  auto& args = *options.mutable_args();
  if (!fill.empty()) args["fill"].set_string_value(fill);
  if (!vary.empty()) args["vary"].set_string_value(vary);
  if (const std::string added = Added(); !added.empty()) args["add"].set_string_value(added);
  if (!keep.empty()) args["keep"].set_string_value(keep);
  if (!density.empty()) args["density"].set_string_value(density);
  if (!parallels.empty()) args["parallels"].set_string_value(parallels);
}

}  // namespace magenta::cli
