"""Which files of a directory may be logs, by their names alone; their contents decide later."""

from __future__ import annotations

import re
from itertools import islice

_SUFFIXES = frozenset(
    ("", *".log .txt .csv .tsv .json .jsonl .ndjson .out .err .stdout .stderr .wandb".split())
)
"""Logs are seen with these in public repositories; everything else (images, weights, sources,
documents) is not opened."""

_OTHER_SUFFIXES = frozenset(
    ".png .jpg .jpeg .gif .bmp .tif .tiff .webp .svg .ico .mp3 .mp4 .avi .mov .wav .flac .ogg "
    ".zip .gz .bz2 .xz .zst .7z .tar .tgz .whl .egg .jar .so .o .a .dll .exe .bin .dat .npy "
    ".npz .pt .pth .ckpt .onnx .pb .h5 .hdf5 .safetensors .pkl .pickle .parquet .arrow "
    ".feather .db .sqlite .lmdb .py .pyc .pyi .pyx .ipynb .c .cc .cpp .cu .cuh .h .hpp .java "
    ".js .mjs .ts .tsx .jsx .css .scss .go .rs .rb .r .jl .m .lua .sh .bash .bat .ps1 .pl "
    ".php .sql .yaml .yml .toml .ini .cfg .conf .xml .html .htm .md .rst .tex .bib .pdf .doc "
    ".docx .xls .xlsx .ppt .pptx .lock .diff .patch .proto .prototxt .ttf .woff .woff2 .map "
    ".pdb .po .mo".split()
)
"""Endings of other things, which a project has by the thousand: these are not even looked into."""

_ROTATED = re.compile(r"\.[oe]\d+$|(?<=\.log|\.out|\.err|\.txt)\.\d+$")
"""`job.o12345` of a batch system, `train.log.1`: the part in front decides. Not `ls.1`, a page of
the manual."""

_PROSE = frozenset(
    "license licence copying notice news history todo thanks install faq authors contributors "
    "changelog changes readme".split()
)
"""Names of texts (without suffix, in lower case) for people. A `history.csv` is a log."""

_NOT_LOGS = frozenset(
    "makefile dockerfile containerfile procfile rakefile gemfile "
    "pipfile jenkinsfile vagrantfile cname version requirements environment constraints vocab "
    "merges bpe dict labels classes class_names cmakelists robots manifest package package-lock "
    "tsconfig composer config configs hparams hyperparams params args options settings tokenizer "
    "tokenizer_config special_tokens_map added_tokens generation_config preprocessor_config "
    "model_index adapter_config pytorch_model.bin.index model.safetensors.index quantize_config "
    "wandb-summary wandb-metadata wandb-events debug-internal debug-core debug-cli "
    "feature_extractor processor_config chat_template "
    "pyvenv top_level sources entry_points record wheel installer checkpoint".split()
)
"""Names of files (without suffix, in lower case) that stand beside logs and hold other things. A
tokenizer.json alone has 10 MB."""

_FOLDERS = frozenset(
    "node_modules site-packages dist-packages __pycache__ __pypackages__ venv env".split()
)

_EVENTS = re.compile(r"\.tfevents(?:\.|$)")


def is_event_file(name: str) -> bool:
    """Whether a file is called as event files are: `events.out.tfevents.1795226190.host.1.0`."""
    return _EVENTS.search(name) is not None


def may_be_log(name: str) -> bool:
    """Whether a file found in a directory is worth opening."""
    stem, suffix = _parts(name)
    return suffix in _SUFFIXES and not _is_other(stem, suffix) and not name.startswith(".")


def is_called_otherwise(name: str) -> bool:
    """Whether a file has the ending of a log, and the name of something else."""
    stem, suffix = _parts(name)
    return suffix in _SUFFIXES and _is_other(stem, suffix)


def may_be_unlisted_log(name: str) -> bool:
    """Whether a file has an ending that neither logs nor anything else is known by."""
    suffix = _parts(name)[1]
    return not (suffix in _SUFFIXES or suffix in _OTHER_SUFFIXES or name.startswith("."))


_POINT = re.compile(
    rb"(?:loss|accuracy|acc|error|err|ppl|score|reward|mse|mae|auc|f1)[\"'\])]?[ \t]{0,3}[:=|\[(]?"
    rb"[ \t]{0,3}-?(?:\d|nan|inf)",
    re.IGNORECASE,
)
_FEWEST_POINTS = 3


def looks_logged(head: bytes) -> bool:
    """Whether lines of a text tell numbers of a training: three of them, at least."""
    if b"\0" in head:
        return False
    told = (line for line in head.split(b"\n") if _POINT.search(line))
    return sum(1 for _ in islice(told, _FEWEST_POINTS)) == _FEWEST_POINTS


def _is_other(stem: str, suffix: str) -> bool:
    return stem in _NOT_LOGS or (stem in _PROSE and suffix in ("", ".txt"))


def _parts(name: str) -> tuple[str, str]:
    name = _ROTATED.sub("", name.lower().removesuffix(".gz"))
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix}") if dot else (name, "")


def may_hold_logs(name: str) -> bool:
    """Whether a subdirectory is worth entering."""
    return not name.startswith(".") and name not in _FOLDERS


_WORD = re.compile(r"[^\W\d_]+|\d+")

_ANY_LOG = frozenset(
    "log logs logger train training trainer valid validation val test eval evaluation metric "
    "metrics history progress stdout stderr output outputs out err console nohup result results "
    "scalar scalars curve curves event events state stats statistics loss losses summary monitor "
    "record records data table text epoch epochs step steps run job".split()
)
"""Words that a log of any run is called by."""


def tells_apart(name: str, other: str) -> bool:
    """Whether the names of two files in one folder may say that they are of different runs.

    `train.log` and `metrics.csv` say nothing; `seed0.log` and `seed1.csv` do, and so may
    `metrics.csv` and `train2.log`. An event file is called by a time, a host and a process.
    """
    if is_event_file(name) or is_event_file(other):
        return False
    return _own_words(name) != _own_words(other)


def _own_words(name: str) -> set[str]:
    """The words and numbers of a file's name that are not those of any log."""
    return set(_WORD.findall(_parts(name)[0])) - _ANY_LOG


_TIME = re.compile(r"tfevents\.(\d+)")
_DIGITS = re.compile(r"(\d+)")


def event_file_order(name: str) -> tuple[int, list[str | int]]:
    """Sorts event files by the time at which they were begun, which stands in their names."""
    time = _TIME.search(name)
    return (int(time[1]) if time else 0, natural_order(name))


def natural_order(name: str) -> list[str | int]:
    """Sorts `run2` before `run10`."""
    # Text and digits alternate, so that two keys never compare a number with a text.
    return [int(part) if i % 2 else part for i, part in enumerate(_DIGITS.split(name))]
