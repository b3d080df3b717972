"""The words by which a line of a log says where the training is, and on which data."""

from __future__ import annotations

import re

from gradlint.runs.roles.translations import word_in_english

_TOKEN = re.compile(r"[^\W\d_]+|\d+")

WITHIN_EPOCH = 6
"""Rank of the words that count steps only beside an epoch: `iters: 1000` alone is a setting."""

_EPOCH = frozenset(("epoch", "ep"))
_STEP = {
    "step": 1,
    "iter": 1,
    "iteration": 1,
    "itr": 1,
    "it": 2,
    "update": 2,
    "timestep": 1,
    "timesteps": 1,
    "frame": 3,
    "frames": 3,
    "round": 4,
    "tick": 4,
    "episode": 5,
    "iters": WITHIN_EPOCH,
}
"""Words for the global step, and which one counts where a line has several (the lowest)."""

_COUNTED = {
    ("global", "step"): 0,
    ("global", "steps"): 0,
    ("num", "updates"): 0,
    ("train", "updates"): 0,
    ("total", "timesteps"): 0,
    ("num", "timesteps"): 0,
    ("env", "steps"): 1,
    ("agent", "steps"): 1,
}
_BATCH = {"batch", "minibatch", "mb"}
_BATCH_PAIRS = {("batch", "idx"), ("batch", "index"), ("n", "batch"), ("batch", "id")}

_ABBREVIATED = {"up.": ("step", 2), "it.": ("step", 2), "iter.": ("step", 1)}
"""Marks that are one only with their full stop: Marian's `Up. 100` counts updates."""

_PER = re.compile(
    r"(?:tok(?:en)?s?|samples?|ex(?:ample)?s?|images?|imgs?|words?|seqs?|sequences?|bytes|flops|"
    r"tflops|ms|s|secs?|seconds|batches|steps)/[a-z]+",
    re.IGNORECASE,
)
"""How much there is of something in one step: `tokens/iter`."""

_NOT_A_MARK = frozenset(
    "best per max min total num warmup every each last final early until till from since resume "
    "resumed resuming load loaded loading save saved saving decay milestone in by log stop stopped "
    "next remaining size after avg average mean sec time first previous prev patience start_ "
    "skipped bad nan accumulated epoch".split()
)
"""Before `epoch` or `step`, these say that it is not progress: `best epoch`, `max step`."""

_SECTION = re.compile(
    r"(?<![A-Za-z_./\\-])(train(?:ing|_inner)?|valid(?:ation|ate|ating|_inner)?|val|"
    r"eval(?:uation|uating|uate)?|test(?:ing)?|dev)(?![A-Za-z_./\\])",
    re.IGNORECASE,
)

_HELD_OUT = frozenset(
    "valid validation validate val eval evaluation evaluate test testing dev".split()
)
_SPLITS = _HELD_OUT | {"train", "training"}

LED = re.compile(r"(?:train(?:ing)?|val(?:id(?:ation)?)?|eval(?:uation)?|test|dev) ", re.IGNORECASE)
SPLIT_LAST = re.compile(
    r"(?<=\w) (?:train(?:ing)?|val(?:id(?:ation)?)?|eval|test|dev)(?: \([\w ]+\))?$", re.IGNORECASE
)
"""Before a key and behind one: the split that it was taken on."""

NAMES = frozenset(
    "rank host pid line port gpu gpus cuda device node worker version seed eta world_size".split()
)
"""Keys whose numbers name something, or change with the clock, and measure nothing."""

_LABEL = re.compile(
    r"^\W*(?:(?:results?|metrics|scores?|set|error|phase|start(?:ing)?|begin|run(?:ning)?|on|the|"
    r"comput(?:e|ing)|evaluat(?:e|ing|ion)|performance|summary)\W+)*"
    r"(train(?:ing)?|valid(?:ation|ate|ating)?|val|eval(?:uation|uating)?|test(?:ing)?|dev)"
    r"(?:\W+(?:results?|metrics|scores?|set|error|phase|split|data|performance|summary))*\W*$",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(r"\b(evaluat(?:ion|ing|e)|validat(?:ion|ing|e)|testing)\b", re.IGNORECASE)

_HEADS_LINES = re.compile(
    r"[-=#*> ]*(?:\[epoch=\d+(?:/\d+)?\])?\[?batch[ =:]{1,2}\d+ ?/ ?\d+\]?[-=#*:. ]*$",
    re.IGNORECASE,
)
"""Composer's `[batch=31/200]:`, alone above the lines of its metrics."""
_BEST = re.compile(r"\bbest (\w{1,20})(?: is| was)?:$", re.IGNORECASE)

_MEASURE = re.compile(
    r"loss|acc|err|ppl|perplex|reward|return(?!ed|ing|[ _]?code|[ _]?value)|score|norm|nll|elbo|"
    r"auc|(?<![a-z])fb?1|mse|mae|rmse|bleu|rouge|meteor|cider|sensitivity|specificity|kappa|jaccard|"
    r"dice|iou|entropy|crit|cost(?!s)|metric|precision|recall|kl(?![a-z])|psnr|ssim|"
    r"(?<![a-z])(?:ap|map|lr|gnorm|mcc|wer|cer|fid|bpb|bpc|bpd|mfu|ce|l1|l2)(?![a-z])|"
    r"learning[ _]rate|success[ _]rate",
    re.IGNORECASE,
)

STOPWORDS = frozenset(
    "a an and are as at be been by do does down for from got had has have if in into it its on or "
    "over than that the then there these this to too took using was were when where which while "
    "will with".split()
)
"""Words of a sentence: a key does not reach back over them, and none ends with one."""

_FIRST_COLUMNS = ("epoch", "ep", "e", "#", "step", "iter", "iteration", "round")
_COLUMN = re.compile(r"[A-Za-z_#%][\w./()@%+-]{0,60}(?::[\w.]{1,10})?")

_FEWEST_COLUMNS = 3
"""Columns of a header; two words are a title."""

BARS = frozenset("|│┃║")
_BAR_OF_A_TABLE = re.compile(f"[{''.join(BARS)}]")
_GAP = re.compile(r"\t+| {2,}")
_RULED_NAME = re.compile(r"[A-Za-z_#%][\w ./()@%+#-]{0,60}")
_WIDEST_HEADER = 1_000
"""Characters of a header; one of 20 columns has about 300."""

SUMMARY_COLUMNS = ("Class", "Images")
"""The header of YOLO's validation, whose row for all classes begins with `all`."""


def tokens_of(key: str) -> list[str]:
    """The words of a key, in lower case: `time/total_timesteps` has three."""
    return _TOKEN.findall(key.lower())


def mark_of(key: str) -> tuple[str, int] | None:
    """Whether `key` counts progress: `epoch`, `step` or `batch`, and its rank among its kind."""
    if key[-1:] == "." and key.lower() in _ABBREVIATED:
        return _ABBREVIATED[key.lower()]
    tokens = tokens_of(key)
    if not tokens:
        return None
    pair = tuple(tokens[-2:])
    if pair in _COUNTED:
        return "step", _COUNTED[pair]
    if pair in _BATCH_PAIRS:
        return "batch", 0
    if not _NOT_A_MARK.isdisjoint(tokens[:-1]) or (len(tokens) > 1 and measures(key)):
        return None  # Lightning's `train_loss_step` is a loss
    if "/" in key and _PER.fullmatch(key):
        return None
    last = word_in_english(tokens[-1])
    if last in _EPOCH:
        return "epoch", 0
    if last in _STEP:
        return "step", _STEP[last]
    if last in _BATCH:
        return "batch", 0
    return None


def section_in(text: str) -> str:
    """The last word of `text` that names a split of the data, in lower case; "" if none does."""
    found = _SECTION.findall(text)
    return found[-1].lower() if found else ""


def label_of(line: str) -> str:
    """The split that a whole line announces (`Validation:`, `--- Test set ---`), or ""."""
    match = _LABEL.match(line) if len(line) < 80 and _speaks_of_splits(line) else None
    return match[1].lower() if match else ""


def _speaks_of_splits(line: str) -> bool:
    low = line.lower()
    return "val" in low or "test" in low or "train" in low or "dev" in low


def announced_in(line: str) -> str:
    """The split that a sentence speaks of (`Now we are doing evaluation on dev`), or ""."""
    if len(line) > 200 or not _speaks_of_splits(line):
        return ""
    match = _ANNOUNCED.search(line)
    return (section_in(line) or match[1].lower()) if match else ""


def heads_lines(text: str) -> bool:
    """Whether a line says at which batch the lines below it are, and nothing else."""
    return _HEADS_LINES.match(text) is not None


def recalls_best(line: str) -> bool:
    """Whether a sentence announces the best place there was: `Stopping. Best iteration:`."""
    match = _BEST.search(line.rstrip())
    return match is not None and mark_of(match[1]) is not None


def column_names(line: str) -> tuple[str, ...]:
    """The names of the columns that `line` announces, () if it announces none."""
    words = line.rstrip(": ").split()
    if len(words) < _FEWEST_COLUMNS or not all(map(_COLUMN.fullmatch, words)):
        return ()
    if words[0].lower() not in _FIRST_COLUMNS and tuple(words[:2]) != SUMMARY_COLUMNS:
        return ()
    names = tuple(word.strip("#()").replace("Box(", "") or word for word in words)
    return names if len(set(names)) == len(names) else ()


def ruled_names(line: str) -> tuple[str, ...]:
    """The names of columns told apart by bars, tabs or wide gaps, so that they may have spaces."""
    if len(line) > _WIDEST_HEADER:
        return ()
    names = tuple(cells_of(line))
    if len(names) < _FEWEST_COLUMNS or names[0].lower().lstrip("%") not in _FIRST_COLUMNS:
        return ()
    named = all(map(_RULED_NAME.fullmatch, names))
    # Of names that come twice, the next row may tell which is which.
    return names if named and (len(set(names)) == len(names) or line.lstrip()[0] in BARS) else ()


def matrix_names(line: str) -> tuple[str, ...]:
    """The names of a line that stands above a line of their values, () if it has none.

    Wide gaps part them, and one has a word that only metrics have.
    """
    if len(line) > _WIDEST_HEADER or "  " not in line.strip():
        return ()
    words = line.rstrip("\\ ").split()
    names = set(words)
    if not _FEWEST_COLUMNS <= len(names) == len(words) or not STOPWORDS.isdisjoint(names):
        return ()
    return tuple(words) if measures(line) and all(map(_COLUMN.fullmatch, words)) else ()


def cells_of(line: str) -> list[str]:
    """The cells of a row between bars, or else those that tabs or wide gaps tell apart."""
    line = line.strip()
    if line[:1] in BARS and line[-1:] in BARS:
        return [cell.strip(" *`") for cell in _BAR_OF_A_TABLE.split(line[1:-1])]
    return _GAP.split(line)


def split_in(key: str) -> str:
    """The split that a key names among its words (`valid_loss`, `Train Loss`), or ""."""
    return next((token for token in tokens_of(key) if token in _SPLITS), "")


def is_split(key: str) -> bool:
    """Whether `key` is the name of a split of the data and nothing else: `Train`, `val`."""
    return key.lower() in _SPLITS


def is_evaluated(tag: str) -> bool:
    """Whether a series is of an evaluation, by the split that it names."""
    return split_in(tag) in _HELD_OUT


def measures(key: str) -> bool:
    """Whether `key` has a word that only metrics have."""
    return _MEASURE.search(key) is not None
