#include <utility>

#include "magenta/base/check.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/codec/one_hot.h"

namespace magenta {
namespace {

class OneHotEncoder final : public EventEncoder {
 public:
  explicit OneHotEncoder(const OneHot& one_hot) : one_hot_(one_hot) {}

  void Push(Event event) override { last_class_ = one_hot_.Class(event); }

  void Input(SparseVector& input) const override {
    MAGENTA_CHECK(last_class_ >= 0);
    input.Clear();
    input.Add(last_class_, 1.0f);
  }

  void Labels(Event next, std::span<int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1);
    labels[0] = one_hot_.Class(next);
  }

  Event Decode(std::span<const int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1);
    return one_hot_.EventOf(labels[0]);
  }

  void Reset() override { last_class_ = kNothingPushed; }

  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<OneHotEncoder>(*this);
  }

 private:
  static constexpr int kNothingPushed = -1;

  const OneHot& one_hot_;
  int last_class_ = kNothingPushed;
};

class OneHotCodec final : public EventCodec {
 public:
  explicit OneHotCodec(std::shared_ptr<const OneHot> one_hot)
      : one_hot_(std::move(one_hot)), classes_(one_hot_->size()) {}

  std::string_view name() const override { return "onehot"; }
  int input_size() const override { return classes_; }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }
  int default_label() const override { return one_hot_->Class(default_event()); }
  Event default_event() const override { return one_hot_->default_event(); }
  bool Accepts(Event event) const override { return one_hot_->Accepts(event); }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<OneHotEncoder>(*one_hot_);
  }

 private:
  std::shared_ptr<const OneHot> one_hot_;
  int classes_;
};

}  // namespace

std::unique_ptr<EventCodec> MakeOneHotCodec(std::shared_ptr<const OneHot> one_hot) {
  return std::make_unique<OneHotCodec>(std::move(one_hot));
}

std::unique_ptr<EventCodec> MakeOneHotCodec(NoteRange range) {
  return MakeOneHotCodec(std::make_shared<OneHotMelody>(range));
}

}  // namespace magenta
