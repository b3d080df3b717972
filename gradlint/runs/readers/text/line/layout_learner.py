"""A line of text -> its layout: the general `key: number`, `key=number`, `key number` reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradlint.runs.readers.text.line.beginnings import (
    DEEPSPEED,
    HEADER,
    LEADING,
    PAIR,
    SUMMARY,
)
from gradlint.runs.readers.text.line.found_numbers import Found, named
from gradlint.runs.readers.text.line.keys import LONGEST_KEY, key_of
from gradlint.runs.readers.text.line.layouts import Layout, Metric
from gradlint.runs.readers.text.line.numbers import COUNT_UNITS, Units, is_time
from gradlint.runs.readers.text.line.prefixes import bare_number, rank_of, text_start
from gradlint.runs.readers.text.line.programs import is_sum, looks_programmed
from gradlint.runs.readers.text.line.progress_bars import BAR, begins_with_bar
from gradlint.runs.readers.text.line.scopes import Scopes
from gradlint.runs.readers.text.line.tokens import (
    ARROW,
    MORE,
    WHOLE,
    Token,
    is_place,
    is_word,
    tokens_in,
)
from gradlint.runs.readers.text.line.words import (
    STOPWORDS,
    WITHIN_EPOCH,
    announced_in,
    column_names,
    heads_lines,
    is_evaluated,
    is_split,
    label_of,
    mark_of,
    matrix_names,
    measures,
    recalls_best,
    ruled_names,
    section_in,
    split_in,
    tokens_of,
)
from gradlint.runs.roles.translations import IN_ASCII

_STEMS = (
    *"epoch step iter tick batch update frame episode round loss acc err ppl perpl reward return "
    "score norm nll elbo auc f1 mse mae bleu rouge dice iou entropy metric precis recall lr gnorm "
    "rate cost".split(),
    " ep ",
    *IN_ASCII,
)
"""A line in ASCII with none of these, no bullet, no `:` and no `=` before a number, has nothing to
be read."""

_RATE = re.compile(r"(?<![a-z])(?:lr|learning[ _]rate)$", re.IGNORECASE)
"""Of the learning rates of parameter groups, the first is read."""

_NEXT_BRACKET = re.compile(r"\] ?\[|\) ?\(")
"""Between two numbers in brackets: of `Epoch: [3][120]`, the second is a position in the epoch."""

_RECALLED = re.compile(
    r"\b(?:best|early|restor\w+|resum\w+|load\w*|sav\w+|previous)\b", re.IGNORECASE
)
"""Before a key: it speaks of another time than now (`Best model at epoch 3`)."""

_PLACE = re.compile(r"[\w>)]:[\w<>.()]{1,80}:$")
"""Before a line number: `module:function:120` is a place in a program, as `host.module:120` is."""

_TWO_NAMES = re.compile(r"\b(\w{1,30})/(\w{1,30})$")

_TWO_MEASURES = re.compile(r"(?P<of>(?:\S+ )*)(?P<one>\S+) \((?P<other>[A-Za-z]\w*)\)")
"""`Discriminator Accuracy (Loss): 0.99 (0.04)`: what has them, and two measures of it."""

_CHOICE = re.compile(r"[=:] ?(?:True|False|None|true|false|null)\b")
_FEWEST_CHOICES = 3
"""Values on a line that are not numbers, from which on it may list settings: what stands there is
believed only if it comes again."""

_FEWEST_FILLERS = 3
"""Articles, prepositions and the like that make a line a sentence: what a model wrote, or a person.
Its whole numbers and NaN are no values (`and step 0 of it loss = 3`)."""

_INDEX = re.compile(r"[a-z]|idx|index", re.IGNORECASE)  # the variable of a loop over batches
_DAYS = re.compile(r" days?\b")

_COST = re.compile(r"(?:loss|cost)(?:es|s)?$", re.IGNORECASE)
"""What is no loss if it is a time: `cost: 0.40 min`."""

_SECONDS = frozenset(("ns", "us", "µs", "ms", "s", "sec"))
"""Units that make a time of any measure: `Reward + Adv: 17.12s`."""

_SPLIT_NAMED = re.compile(
    r"""["'](?:split|mode|phase|stage|set|dataset)["']: ?["'](\w+)["']""", re.IGNORECASE
)
_TEXT = re.compile(r"""(["'])(?:(?!\1).)*\1""")

_SEPARATORS = frozenset(":=")


def _is_timed(key: str, token: Token, after: str) -> bool:
    """Whether what is called a measure is the time that it took."""
    if token.unit in _SECONDS and measures(key):
        return True
    return _COST.search(key) is not None and is_time(after)


def learn(line: str, raw: str, parts: Sequence[str], units: Units, ranked: bool) -> Layout | None:
    """The layout of `line`, which `SPLIT` made into `parts`; None if it says nothing.

    `raw` is the line with its spaces as they were printed; `ranked`: whether earlier lines had a
    bare rank before them.
    """
    if BAR in line and (names := column_names(line.partition(BAR)[0])):
        return Layout(columns=names)
    if len(parts) == 1 or not _hopeful(line, parts):
        said = line[text_start(line, rank_of(line)[1]) :]
        layout = Layout(section=label_of(said), announced=announced_in(line))
        layout.recalls = recalls_best(line)
        layout.columns = ruled_names(raw) or column_names(line)
        layout.matrix = () if layout.columns else matrix_names(raw)
        return layout if layout.useful else None
    if looks_programmed(line) or (is_sum(line) and not measures(line)):
        return None
    return _Learner(line, parts, ranked).layout(units)


def _hopeful(line: str, parts: Sequence[str]) -> bool:
    """Whether there may be something to read; quick, as most texts that are new have nothing."""
    if any(text.rstrip(" '\"[(>")[-1:] in _SEPARATORS and len(text) > 1 for text in parts[:-1:2]):
        return True
    low = f" {line.lower()}"
    return any(stem in low for stem in _STEMS) or " * " in low or not line.isascii()


class _Learner:
    """Goes through the numbers of one line from left to right."""

    def __init__(self, line: str, parts: Sequence[str], ranked: bool) -> None:
        self.line = line
        self.out = Layout()
        self.ranked = ranked
        rank, begin = rank_of(line)
        self.out.rank = rank or 0
        self.start = text_start(line, begin)
        self.bare = -1
        if rank is None and not parts[0] and bare_number(line, 0):
            self.bare = 0
            self.start = text_start(line, bare_number(line, 0))
        self.section = section_in(line[begin : self.start])
        self.text = line[self.start :]
        self.parts = parts
        self.scopes = Scopes(self.text)
        self.tokens = list(tokens_in(line, parts, self.start))
        self.counters: list[tuple[int, int]] = []
        self.steps: list[tuple[int, int, int]] = []
        self.scales: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.found: list[Found] = []
        self.looked_at, self.measured = 0, False
        self.clock: Metric | None = None
        self.pointed = False
        self.best = False
        fillers = sum(word in STOPWORDS for word in self.text.lower().split())
        self.sentence = fillers >= _FEWEST_FILLERS
        self.settings = len(_CHOICE.findall(line)) >= _FEWEST_CHOICES
        self.leading = -1
        self.summary = SUMMARY.match(self.text) is not None

    def layout(self, units: Units) -> Layout | None:
        at = self._anchors()
        while at < len(self.tokens):
            at += self._take(at)
        self._choose_marks()
        out = self.out
        out.metrics = self._metrics(units)
        self._counts_epochs()
        if out.metrics and self.clock and (self.pointed or max(out.step, out.batch) < 0):
            # The next one may be a fraction, unlike `epoch 3/10` and `epoch 3 step 120`.
            out.metrics.append(self.clock)
        if out.metrics and is_evaluated(out.metrics[0].tag):
            out.evaluated = split_in(out.metrics[0].tag)
        if self.sentence and self.found and not out.metrics:
            return None
        if not out.metrics and not out.marked:
            out.section, out.announced = label_of(self.text), announced_in(self.text)
        return out if out.useful else None

    def _counts_epochs(self) -> None:
        """A bare counter before the losses of training and of evaluation is that of epochs."""
        out = self.out
        if self.counters and out.epoch < 0 and out.step < 0:
            evaluated = {is_evaluated(metric.tag) for metric in out.metrics if split_in(metric.tag)}
            if len(evaluated) > 1:
                out.epoch, out.batch, out.total = out.batch, -1, -1

    def _anchors(self) -> int:
        """What the beginning of the line says; the number of tokens that it used up."""
        out, lead = self.out, self.text.lstrip()
        out.bar = BAR in lead
        means = begins_with_bar(lead)
        out.running = not out.bar and means
        out.begins = HEADER.match(lead) is not None
        named = _SPLIT_NAMED.search(lead)
        if named:
            self.section = section_in(named[1])
        elif "Saving dict for global step" in lead:
            # TensorFlow's estimators report their evaluations so, with the keys of the training.
            self.section = "eval"
        if DEEPSPEED.match(lead) and len(self.tokens) > 2:
            out.epoch, out.step = self.tokens[0].index, self.tokens[1].index
            return 2
        if PAIR.match(lead) and len(self.tokens) > 2:
            out.epoch, out.batch = self.tokens[0].index, self.tokens[1].index
            return 2
        if LEADING.match(lead) and len(self.tokens) > 1:
            self.leading = self.tokens[0].index
            return 1
        return 0

    def _take(self, at: int) -> int:
        """Make something of token `at`; how many tokens that used up."""
        token = self.tokens[at]
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        before = self.scopes.follow(token.before, self._measures())
        gap = following.before if following else ""
        if gap == ":" and not token.unit:
            return 3 if at + 2 < len(self.tokens) and self.tokens[at + 2].before == ":" else 2
        if _DAYS.match(gap):
            return 1
        gap = gap.strip()
        if before.strip() == "(" and not token.unit:
            known = self.found and self.found[-1].token is self.tokens[at - 1]
            if known and gap[:1] in ("", ")"):
                self._in_parentheses(token)
                return 1
            if known and gap == "/" and self.tokens[at - 1].unit == "%":
                return 2  # `54.1% (51/128)` counts what is right
        if self._is_next_bracket(at, before.strip()):
            self.out.batch = token.index
            return 1
        key, head, firm, opened = key_of(before[-4 * LONGEST_KEY :])
        if is_split(key) and gap[:1] in ("[", "(") and is_place(self.tokens[at + 1 : at + 3]):
            self._mark(token, ("epoch", 0), key, -1)  # `Train: 3 [ 10/390`
            return 1
        if '"' in head or "'" in head:
            # Of an object's texts only the one that names the split is heard.
            head = _TEXT.sub("", _SPLIT_NAMED.sub(r"\1 ", head))
        self.section = section_in(head) or self.section
        self.best = _RECALLED.search(head) is not None
        if following is not None and not token.unit and gap in ("/", "of"):
            if gap == "/" or mark_of(key):
                self._ratio(token, following, key, firm, opened)
                return 2
        if ARROW.fullmatch(gap) and mark_of(key) is None:
            # `Validation loss decreased (0.9 --> 0.8)` repeats what other lines say.
            return 2
        listed = opened and MORE.match(f"{gap}0") is not None and not _RATE.search(key)
        numbered = before.rstrip().endswith("#")
        if (listed or numbered) and mark_of(key) is None:
            self.section = section_in(before) or self.section
            return 1
        if before[-1:] == ":" and not measures(key) and ("." in key or _PLACE.search(before)):
            return 1
        if key and not self.scopes.called and not is_word(token, key, self.parts):
            self._keyed(token, key, firm)
        return 1

    def _in_parentheses(self, token: Token) -> None:
        """Take the mean behind a value, or what the name has in parentheses, too: `Acc (Loss)`."""
        last = self.found[-1]
        match = _TWO_MEASURES.fullmatch(last.key)
        if match is None or not (measures(match["one"]) and measures(match["other"])):
            last.mean = token.index
            return
        last.key = f"{match['of'] or ''}{match['one']}"
        key = f"{match['of'] or ''}{match['other']}"
        self.found.append(Found(token, key, last.firm, last.section, last.best))

    def _is_next_bracket(self, at: int, before: str) -> bool:
        """Whether token `at` stands in a bracket of its own right behind that of the epoch."""
        token, out = self.tokens[at], self.out
        return (
            out.epoch >= 0
            and out.batch < 0
            and out.epoch == self.tokens[at - 1].index
            and _NEXT_BRACKET.fullmatch(before) is not None
            and WHOLE.match(token.text) is not None
            and self.parts[2 * token.index + 2][:1] in ("]", ")")
        )

    def _measures(self) -> bool:
        """Whether anything found so far is a measure; each is looked at once."""
        while not self.measured and self.looked_at < len(self.found):
            self.measured = measures(self.found[self.looked_at].key)
            self.looked_at += 1
        return self.measured

    def _ratio(self, token: Token, total: Token, key: str, firm: bool, opened: bool) -> None:
        """`10/100`: progress, or a part of a whole."""
        first = not self.found and not self.counters
        if (
            (opened or (first and not firm and is_split(key)))
            and mark_of(key) is None
            and not measures(key)
        ):
            self.section, key = section_in(key) or self.section, ""
        if first and self.out.epoch >= 0 and _INDEX.fullmatch(key):
            key = ""  # `epoch=0 i=10/390`
        # `global_step/max_steps: 10/100` says what the two are.
        mark = mark_of(key.split("/max")[0]) if key and not self.best else None
        if mark and WHOLE.match(token.text):
            self._mark(token, mark, key, total.index)
        elif not key:
            if WHOLE.match(token.text) and WHOLE.match(total.text):
                self.counters.append((token.index, total.index))
        elif not self.scopes.called:
            if WHOLE.match(token.text) and WHOLE.match(total.text):
                self.found.append(Found(token, key, firm, self.section, self.best, total.index))
            else:
                self._both(token, total, key, firm)

    def _both(self, token: Token, other: Token, key: str, firm: bool) -> None:
        """`loss train/val: 0.5/0.6`: two values, and two words that tell them apart."""
        apart = _TWO_NAMES.search(key)
        names = [key] if apart is None else [key[: apart.start()] + it for it in apart.groups()]
        for value, name in zip((token, other), names, strict=False):
            self.found.append(Found(value, name, firm, self.section, self.best))

    def _keyed(self, token: Token, key: str, firm: bool) -> None:
        mark = None if self.best else mark_of(key)
        if mark and token.unit in COUNT_UNITS:
            self._mark(token, mark, key, -1)
        elif mark and token.unit and token.unit != "%":
            return  # `Step: 31ms` is how long one took
        elif mark is None:
            if _is_timed(key, token, self.parts[2 * token.index + 2]):
                key = key if "time" in tokens_of(key) else f"{key} time"
            scope = self.scopes.name
            tag = f"{scope}/{key}" if scope else key
            self.found.append(Found(token, tag, firm, self.section, self.best))
        elif WHOLE.match(token.text):
            self._mark(token, mark, key, -1)
        else:
            # A fraction of an epoch: progress, but no step.
            self.out.marked = self.out.marked or mark[0] == "epoch"
            self.found.append(Found(token, key, firm or mark[0] == "epoch", ""))

    def _mark(self, token: Token, mark: tuple[str, int], key: str, total: int) -> None:
        kind, rank = mark
        out = self.out
        self.section = section_in(key) or self.section
        if kind == "epoch":
            if out.epoch < 0:
                out.epoch = token.index
                if total < 0:
                    self.clock = Metric(token.index, key, clock=True)
                    self.pointed = "." in token.text
        elif kind == "batch":
            if out.batch < 0:
                out.batch, out.total = token.index, total
        else:
            self.steps.append((rank, token.index, total))
            self.found.append(Found(token, key, True, ""))
            self.names[token.index] = (tokens_of(key) or [""])[-1]
            self.scales[token.index] = COUNT_UNITS.get(token.unit, 1)

    def _choose_marks(self) -> None:
        """Of several numbers that count, the one that is the step."""
        out = self.out
        if out.epoch < 0:
            self.steps = [step for step in self.steps if step[0] != WITHIN_EPOCH]
        if self.steps:
            _, out.step, total = min(self.steps, key=lambda step: step[0])
            out.total = total if out.batch < 0 else out.total
            out.step_unit = self.scales[out.step]
            out.counter = self.names[out.step]
            taken = {out.step}
            self.found = [one for one in self.found if one.token.index not in taken]
            self.looked_at, self.measured = 0, False
        if self.counters and out.batch < 0 and out.step < 0:
            if len(self.counters) > 1 and out.epoch < 0 and not out.running:
                out.epoch = self.counters.pop(0)[0]
            out.batch, out.total = self.counters[0]
        if out.batch >= 0 and out.step < 0 and not self.found and heads_lines(self.text):
            out.step, out.batch = out.batch, -1
        if self.bare >= 0:
            if self.ranked or out.epoch >= 0 or out.step >= 0 or out.batch >= 0:
                out.rank_index = self.bare
            elif self.found:
                out.step = self.bare
        marked = out.epoch >= 0 or out.step >= 0 or out.batch >= 0
        if self.leading >= 0 and not marked and self.found:
            out.step, marked = self.leading, True
        out.marked = out.marked or marked

    def _metrics(self, units: Units) -> list[Metric]:
        return named([one for one in self.found if self._believed(one)], units, not self.settings)

    def _believed(self, one: Found) -> bool:
        """Whether a key that is followed by nothing but its number is one, and no sentence."""
        if self.sentence and (WHOLE.match(one.token.text) or one.token.text.isalpha()):
            return False
        if self.out.bar:
            # A bar's own words count things, too: `17 images, 0 corrupt: 100%|`.
            return one.firm or measures(one.key)
        if one.key.endswith(" of") and not self.out.marked:
            return one.firm  # prose: `a loss of 3 men`
        return one.firm or self.out.marked or self.summary or self._measures()
