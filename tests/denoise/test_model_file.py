from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from ldct_viewer.denoise.model_file import card_hash, default_model, find_model, list_models, load_model
from ldct_viewer.errors import ModelError

from .helpers import save_tiny


def refused(path: Path | str) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.message and caught.value.hint
    return caught.value.code


def rewrite(path: Path, data: bytes) -> None:
    """Replace weights and give the card their hash, so that only deeper checks can refuse them."""
    path.write_bytes(data)
    card = json.loads(path.with_suffix(".json").read_text())
    card["sha256"] = hashlib.sha256(data).hexdigest()
    card["card_sha256"] = card_hash(card)
    path.with_suffix(".json").write_text(json.dumps(card))


def split(data: bytes) -> tuple[dict, bytes]:
    n = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + n]), data[8 + n :]


def join(header: dict, body: bytes) -> bytes:
    raw = json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + body


def test_a_saved_model_is_listed_loaded_and_found_by_id(tmp_path, monkeypatch):
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path))
    info = save_tiny(tmp_path / "models")
    assert "tiny" in [m.id for m in list_models()]
    assert find_model("tiny") == find_model(info.path)
    assert load_model("tiny").info.name == "Tiny"
    assert [p.name for p in sorted((tmp_path / "models").iterdir())] == ["tiny.json", "tiny.safetensors"]


def test_the_shipped_model_is_the_default_and_small():
    info = default_model()
    assert (info.id, info.shipped) == ("fast", True)
    assert info.path.stat().st_size <= 3e6
    assert load_model(info).net.training is False
    assert info.trained_on and info.licence and info.card["split"]["by"] == "patient"


def test_listing_models_does_not_import_torch():
    code = (
        "import sys; from ldct_viewer.denoise import model_file as m; m.list_models(); m.default_model(); "
        "import ldct_viewer.denoise.engine, ldct_viewer.denoise.order; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_changed_weights_are_refused(tmp_path):
    path = save_tiny(tmp_path).path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert refused(path) == "damaged"


@pytest.mark.parametrize("keep", [0, 5, 40, -4])
def test_cut_weights_are_refused_even_with_a_matching_hash(tmp_path, keep):
    path = save_tiny(tmp_path).path
    rewrite(path, path.read_bytes()[:keep])
    assert refused(path) == "damaged"


def test_a_header_that_claims_more_than_the_file_is_refused(tmp_path):
    path = save_tiny(tmp_path).path
    rewrite(path, (2**62).to_bytes(8, "little") + path.read_bytes()[8:])
    assert refused(path) == "damaged"


def test_tensors_of_another_shape_name_or_type_are_refused(tmp_path):
    path = save_tiny(tmp_path).path
    original = path.read_bytes()
    header, body = split(original)
    other = json.loads(json.dumps(header))
    other["stem.bias"]["shape"] = [4, 2]
    rewrite(path, join(other, body))
    assert refused(path) == "foreign"
    other = json.loads(json.dumps(header))
    other["other.bias"] = other.pop("stem.bias")
    rewrite(path, join(other, body))
    assert refused(path) == "foreign"
    other = json.loads(json.dumps(header))
    other["stem.bias"]["dtype"] = "I32"
    rewrite(path, join(other, body))
    assert refused(path) == "wrong_dtype"
    other = json.loads(json.dumps(header))
    other["stem.bias"]["data_offsets"] = [-32, 0]
    rewrite(path, join(other, body))
    assert refused(path) == "damaged"


def test_weights_that_are_not_numbers_are_refused(tmp_path):
    path = save_tiny(tmp_path).path
    header, body = split(path.read_bytes())
    begin, _ = header["stem.bias"]["data_offsets"]
    rewrite(path, join(header, body[:begin] + b"\x00\x00\xc0\x7f" + body[begin + 4 :]))
    assert refused(path) == "damaged"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "other"}, "foreign"),
        ({"format_version": 99}, "wrong_version"),
        ({"architecture": {"family": "gan"}}, "unknown_arch"),
        ({"architecture": {"family": "pu", "channels": [8, 8], "blocks": [1, 1, 1]}}, "unknown_arch"),
        ({"architecture": {"family": "pu", "channels": [9**9, 8, 8], "blocks": [1, 1, 1]}}, "unknown_arch"),
        ({"architecture": "pu"}, "bad_card"),
        ({"name": 3}, "bad_card"),
        ({"input_range_hu": ["a", "b"]}, "bad_card"),
        ({"trained_on": 7}, "bad_card"),
    ],
)
def test_odd_cards_are_refused_with_a_code(tmp_path, change, code):
    path = save_tiny(tmp_path).path
    card = json.loads(path.with_suffix(".json").read_text())
    changed = card | change
    path.with_suffix(".json").write_text(json.dumps(changed | {"card_sha256": card_hash(changed)}))
    assert refused(path) == code


def test_a_card_with_a_changed_word_or_digit_is_refused(tmp_path):
    path = save_tiny(tmp_path).path.with_suffix(".json")
    said = path.read_text()
    assert '"version": "0"' in said
    path.write_text(said.replace('"version": "0"', '"version": "1"'))
    assert refused(path) == "damaged"
    card = json.loads(said)
    del card["card_sha256"]
    path.write_text(json.dumps(card))
    assert refused(path) == "damaged"
    path.write_text(json.dumps(card | {"format_version": 1}))  # as the first release wrote them
    assert load_model(path).info.name == "Tiny"


def test_missing_and_broken_cards_are_refused(tmp_path):
    path = save_tiny(tmp_path).path
    path.with_suffix(".json").write_bytes(b"\xff\xfe{")
    assert refused(path) == "bad_card"
    path.with_suffix(".json").unlink()
    assert refused(path) == "no_card"
    assert refused(tmp_path / "absent.safetensors") == "unknown_model"


def test_a_pickle_is_never_opened(tmp_path):
    bomb, proof = tmp_path / "model.pt", tmp_path / "executed"

    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(proof),)

    bomb.write_bytes(pickle.dumps(Bomb()))
    assert refused(bomb) == "not_safetensors"
    bomb.rename(tmp_path / "tiny2.safetensors")
    save_tiny(tmp_path)
    (tmp_path / "tiny.json").rename(tmp_path / "tiny2.json")
    assert refused(tmp_path / "tiny2.safetensors") == "damaged"
    assert not proof.exists()


def test_a_broken_user_card_does_not_hide_the_other_models(tmp_path, monkeypatch):
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path))
    save_tiny(tmp_path / "models")
    (tmp_path / "models" / "bad.json").write_text("{")
    assert [m.id for m in list_models() if not m.shipped] == ["tiny"]


def test_a_failed_write_leaves_the_old_model(tmp_path, monkeypatch):
    info = save_tiny(tmp_path)
    monkeypatch.setattr(os, "replace", lambda *a: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        save_tiny(tmp_path, active=False)
    monkeypatch.undo()
    assert load_model(info.path).info.sha256 == info.sha256
    assert len(list(tmp_path.iterdir())) == 2
