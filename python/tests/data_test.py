"""Data sets for DataLoader: items, batches, processes."""
import multiprocessing
import pathlib
import pickle

from material import ROOT, folder_of_tunes
import numpy as np
import pytest

import magenta_native as mm
from magenta_native.data import EventDataset, pad


def built(folder: pathlib.Path, config: str = "lookback_rnn", format: str = "compact") -> str:
    done = mm.pipelines.dataset(folder_of_tunes(folder), folder / format, config, format=format, eval_ratio=0)
    path: str = done["training_file"]
    return path


def test_items_are_what_the_network_sees(tmp_path: pathlib.Path) -> None:
    dense = EventDataset(built(tmp_path / "1", format="dense"), "lookback_rnn")
    compact = EventDataset(built(tmp_path / "2"))
    assert compact.config == "lookback_rnn" and len(compact) == len(dense) == 6
    assert compact.lengths.tolist() == [len(item.labels) for item in compact.__getitems__(range(6))]
    for i in range(-6, 6):
        inputs, labels = compact[i]
        assert inputs.dtype == np.float32 and inputs.shape == (len(labels), compact.input_size)
        assert labels.dtype == np.int64 and 0 <= labels.min() and labels.max() < compact.num_classes[0]
        assert (inputs == dense[i].inputs).all() and (labels == dense[i].labels).all()
    assert compact.origin(0) == ("0.mid", 0) and dense.events(0) is None
    events = compact.events(0)
    assert events is not None and events[:2].tolist() == [60, -2] and len(events) == len(compact[0].labels) + 1
    assert EventDataset(dense._pattern.decode()).input_size == dense.input_size, "its width tells the model"


def test_arrays_are_no_copies(tmp_path: pathlib.Path) -> None:
    inputs, labels = EventDataset(built(tmp_path))[0]
    for array in (inputs, labels):
        assert not array.flags.owndata and array.flags.writeable and array.flags.c_contiguous


def test_drums(tmp_path: pathlib.Path) -> None:
    done = mm.pipelines.dataset(ROOT / "data" / "drums", tmp_path, "drum_kit", eval_ratio=0)
    data = EventDataset(done["training_file"])
    assert data.config == "drum_kit" and len(data) == done["training_examples"] > 10
    labels = pad(data.__getitems__(range(10))).labels
    assert labels.max() < data.num_classes[0]


def test_other_models(tmp_path: pathlib.Path) -> None:
    path = built(tmp_path)
    assert EventDataset(path, "attention_rnn").input_size > 0, "whose events are the same"
    with pytest.raises(mm.InputError, match="made for lookback_rnn, the model is drum_kit"):
        len(EventDataset(path, "drum_kit"))
    assert len(EventDataset([path, path])) == 12 and len(EventDataset(str(path).replace("training", "train*"))) == 6


def test_padded_batches(tmp_path: pathlib.Path) -> None:
    data = EventDataset(built(tmp_path))
    inputs, labels, lengths = pad(data.__getitems__([0, 3, 5]))
    assert inputs.shape == (3, lengths.max(), data.input_size) and labels.shape == inputs.shape[:2]
    for i, index in enumerate((0, 3, 5)):
        size = len(data[index].labels)
        assert lengths[i] == size and (inputs[i, :size] == data[index].inputs).all() and not inputs[i, size:].any()
        assert (labels[i, :size] == data[index].labels).all() and (labels[i, size:] == -100).all()


def sums(data: EventDataset, indices: list[int]) -> list[int]:
    return [int(item.labels.sum()) for item in data.__getitems__(indices)]


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("opened", [False, True])
def test_processes_read_their_own(method: str, opened: bool, tmp_path: pathlib.Path) -> None:
    path = built(tmp_path)
    data = EventDataset(path)
    wanted = sums(EventDataset(path), list(range(6)))
    if opened:
        assert len(data) == 6
    with multiprocessing.get_context(method).Pool(2) as pool:
        parts = pool.starmap(sums, [(data, [i]) for i in range(6)])
    assert [part[0] for part in parts] == wanted
    assert sums(pickle.loads(pickle.dumps(data)), [2]) == wanted[2:3]


def test_a_loader_of_torch(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch", reason="left out: torch is not installed")
    data = EventDataset(built(tmp_path))
    loader = torch.utils.data.DataLoader(data, batch_size=4, collate_fn=pad, num_workers=2, shuffle=True)
    assert sum(len(batch.lengths) for batch in loader) == 6
    inputs = data[0].inputs
    assert torch.from_numpy(inputs).data_ptr() == inputs.ctypes.data


def test_bad_files_are_told_by_file_and_record(tmp_path: pathlib.Path) -> None:
    path = pathlib.Path(built(tmp_path))
    whole = path.read_bytes()
    for broken, said in ((whole[:-3], "record 5"), (whole[:40] + b"?" + whole[41:], "record 0"), (b"no record", "record"),
                         (b"", "empty")):
        bad = tmp_path / "bad.tfrecord"
        bad.write_bytes(broken)
        with pytest.raises(mm.InputError, match=said) as caught:
            EventDataset(bad)[0]
        assert caught.value.file == str(bad)
    with pytest.raises(mm.InputError, match="no such file"):
        len(EventDataset(tmp_path / "none"))
    with pytest.raises(IndexError, match="no example 6: the data set has 6"):
        EventDataset(path)[6]
