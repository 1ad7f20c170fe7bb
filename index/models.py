"""Which model encodes, prepared once and loaded: the default one, or any of sentence-transformers."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Literal

from index import default_model
from index.deferred import DeferredEncoder
from index.embedding import Encoder, fingerprint_with
from index.errors import ModelUnavailable
from index.interaction import Interaction, load_interaction
from index.onnx_encoder import DESCRIPTION, OnnxEncoder, read_description
from index.onnx_graph import RECIPE

Runtime = Literal["onnx", "torch"]
# Seconds. A preparation that has not ended by then is dead.
_LONGEST = 3600.0
# Of a hub's model: other runtimes' copies of the weights, which are not needed.
_LEFT = ["onnx/*", "openvino/*", "*.onnx", "*.msgpack", "*.h5", "*.ot"]
_REFUSED, _BUILDING = "refused.txt", ".building-"
_log = logging.getLogger(__name__)


def load_encoder(
    model: str | None, models: Path, *, interaction: bool = True, runtime: Runtime = "onnx"
) -> Encoder:
    """The encoder for a model's name or path; None is the default model. Prepared in `models`, once.

    Only the default model has an interaction; `interaction` says whether to use it. The default
    model and local folders never touch the network. With `runtime` "onnx", a model of which no graph
    can be written is run by torch, and a warning says so. Raises ModelUnavailable.
    """
    found = deferred_encoder(model, models, interaction=interaction, runtime=runtime)
    return found.loaded if isinstance(found, DeferredEncoder) else found


def deferred_encoder(
    model: str | None, models: Path, *, interaction: bool = True, runtime: Runtime = "onnx"
) -> Encoder:
    """As `load_encoder`, but the model is loaded when it is first needed, once it is prepared.

    One that torch runs, other than the default, is loaded at once: its fingerprint is that of its weights.
    """
    learned = load_interaction() if interaction and model is None else None
    if runtime == "onnx":
        prepared = prepare(model, models)
        if prepared is not None:
            said = read_description(prepared)
            return DeferredEncoder(
                lambda: OnnxEncoder(prepared, learned),
                said.name,
                fingerprint_with(said.fingerprint, learned),
                said.dimension,
                learned,
            )
    if model is not None:
        return _torch_encoder(_folder_of(model), model, None)
    folder = default_model.prepare(models)
    return DeferredEncoder(
        lambda: _torch_encoder(folder, default_model.MODEL_NAME, learned),
        default_model.MODEL_NAME,
        fingerprint_with(default_model.MODEL_NAME, learned),
        default_model.DIMENSION,
        learned,
    )


def is_prepared(model: str | None, models: Path, runtime: Runtime = "onnx") -> bool:
    """Whether the model can be loaded as it is."""
    if runtime == "onnx":
        return _target(model, models).exists()
    return model is not None or (models / default_model.MODEL_NAME).exists()


def prepare(model: str | None, models: Path) -> Path | None:
    """The folder of the model's graph, written if it is missing; None where none can be, which is logged.

    Raises ModelUnavailable.
    """
    target = _target(model, models)
    if (target / DESCRIPTION).exists():
        return _told(target)
    # Kept, so that it is not tried at each start; a later recipe tries again, under another name.
    refused = target / _REFUSED
    if not refused.exists():
        if target.exists():
            return target  # damaged: whoever reads its description says so
        from index.onnx_export import Unsupported, export
        from index.torch_encoder import load_model

        _sweep(models)
        folder = default_model.prepare(models) if model is None else _folder_of(model)
        try:
            if model is None:
                export(load_model(folder), target, target.name, fingerprint=target.name, latin=True)
            else:
                export(load_model(folder), target, model)
        except Unsupported as error:
            _refuse(target, str(error))
        else:
            return _told(target)
    reason = refused.read_text("utf-8")
    name = model or default_model.MODEL_NAME
    _log.warning("le modèle %s est calculé par torch, plus lentement : %s", name, reason)
    return None


def _torch_encoder(folder: Path, name: str, learned: Interaction | None) -> Encoder:
    from index.torch_encoder import SentenceTransformerEncoder, load_model

    # The default model's name says all of it; of another, the weights are hashed.
    fingerprint = name if name == default_model.MODEL_NAME else None
    return SentenceTransformerEncoder(load_model(folder), name, fingerprint, learned)


def _told(target: Path) -> Path:
    description = read_description(target)
    if description.precision != "int8":
        name = description.name
        _log.warning(
            "le modèle %s est calculé sans 8 bits, plus lentement : ils changeraient ses vecteurs", name
        )
    return target


def _refuse(target: Path, reason: str) -> None:
    """Keeps the reason, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=target.parent))
    (made / _REFUSED).write_text(reason, "utf-8")
    made.chmod(0o755)
    try:
        made.rename(target)
    except OSError:
        # Another process finished first; it says the same.
        shutil.rmtree(made, ignore_errors=True)


def _sweep(models: Path) -> None:
    """Removes what preparations that died have left: one that lives takes half a minute."""
    for left in models.glob(f"{_BUILDING}*"):
        if time.time() - left.stat().st_mtime > _LONGEST:
            shutil.rmtree(left, ignore_errors=True)


def _target(model: str | None, models: Path) -> Path:
    if model is None:
        return models / default_model.ONNX_NAME
    folder = _folder_of(model)
    # A model changed in place is another one. Its bytes are not read: half a gigabyte at each start.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stamps = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    digest = hashlib.sha256(
        repr((str(folder.resolve()), stamps)).encode("utf-8", "surrogateescape")
    ).hexdigest()
    readable = re.sub(r"[^\w.-]+", "-", Path(model).name)
    return models / f"{readable}-{digest[:12]}-onnx-r{RECIPE}"


def _folder_of(model: str) -> Path:
    """Where the files of a model are: a folder of this machine, or a copy of a hub's, fetched if needed."""
    local = Path(model).expanduser()
    if local.is_dir():
        return local
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        try:
            # The same patterns, or a copy without them is taken for one that is not whole.
            return Path(snapshot_download(model, local_files_only=True, ignore_patterns=_LEFT))
        except LocalEntryNotFoundError:
            return Path(snapshot_download(model, ignore_patterns=_LEFT))
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelUnavailable(
            f"le modèle {model} ne se charge pas ({type(error).__name__}) ; "
            "vérifiez SOURCIER_MODEL : un nom ou un dossier de modèle sentence-transformers"
        ) from error
