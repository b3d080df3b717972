"""Which files are worth analysing, by their bytes and those of what they import."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.engine.gate import DEEPEST_SEARCHED, MOST_SEARCHED, Gate, Words
from gradlint.source.import_paths import ImportPaths
from gradlint.subject import Subject

ANCHORED = Subject(type("Backward", (), {}), view=lambda program: [], anchors=(b".backward",))
ANYTHING = Subject(type("Call", (), {}), view=lambda program: [])
OF_THE_ENGINE = Subject(type("Unreadable", (), {}), always=True)

LOOP = "import torch\ndef train(model):\n    model().backward()\n"


@pytest.fixture
def words(tmp_path: Path):
    """What the gate says of the first of some files, which lie beside each other."""

    def words_of(files: dict[str, str], *subjects: Subject) -> Words | None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

        def load(path: str) -> bytes | None:
            return Path(path).read_bytes()

        gate = Gate(subjects or (ANCHORED,), ImportPaths(), load)
        first, text = next(iter(files.items()))
        return gate.words(str(tmp_path / first), text.encode())

    return words_of


def test_a_file_that_names_a_framework_and_spells_an_anchor_is_worth_a_look(words) -> None:
    assert words({"train.py": LOOP}) == (b".backward",)


def test_a_file_without_a_framework_is_worth_none(words) -> None:
    assert words({"train.py": "loss.backward()\n"}) is None


def test_a_file_without_an_anchor_is_worth_none(words) -> None:
    assert words({"net.py": "import torch\nnet = torch.nn.LSTM(1, 2)\n"}) is None


def test_a_rule_about_anything_looks_at_every_file_of_a_framework(words) -> None:
    assert words({"net.py": "import torch\n"}, ANCHORED, ANYTHING) == (b"",)
    assert words({"net.py": "import numpy_like\n"}, ANCHORED, ANYTHING) is None


def test_what_the_engine_comes_upon_needs_no_file(words) -> None:
    assert words({"train.py": LOOP}, OF_THE_ENGINE) is None


def test_a_script_that_calls_a_loop_elsewhere_is_followed(words) -> None:
    files = {"main.py": "from loop import train\ntrain(net)\n", "loop.py": LOOP}
    assert words(files) == (b"train",)


@pytest.mark.parametrize(
    "script",
    [
        "from loop import train as go\ngo(net)\n",
        "import loop as go\ngo.train(net)\n",
        "if __name__ == '__main__':\n    from loop import train as go\n    go(net)\n",
        "from loop import train as go\nfor _ in range(3):\n    go(net)\n",
        "from loop import (\n    train as go,  # the loop\n)\ngo(net)\n",
        "from loop import test, train as go\ngo(net)\n",
    ],
)
def test_however_the_script_imports_it(words, script: str) -> None:
    assert b"go" in (words({"main.py": script, "loop.py": LOOP}) or ())


def test_a_script_that_imports_everything_is_followed(words) -> None:
    files = {"main.py": "from loop import *\ntrain(net)\n", "loop.py": LOOP}
    assert words(files) == (b"train",)


def test_a_star_import_brings_what_it_defines(words) -> None:
    files = {"main.py": "from loop import *\nsetup()\n", "loop.py": LOOP}
    assert words(files) is None


def test_a_star_import_brings_what_another_brought(words) -> None:
    files = {
        "main.py": "from pkg import *\ntrain(net)\n",
        "pkg/__init__.py": "from .loop import *\n",
        "pkg/loop.py": LOOP,
    }
    assert words(files) == (b"train",)


def test_a_file_that_only_defines_is_not_followed(words) -> None:
    files = {"lib.py": "from loop import train\ndef run(net):\n    train(net)\n", "loop.py": LOOP}
    assert words(files) is None


def test_a_file_that_calls_what_it_defines_is_a_script(words) -> None:
    files = {
        "main.py": "from loop import train\ndef main():\n    train(net)\nmain()\n",
        "loop.py": LOOP,
    }
    assert words(files) == (b"train",)


@pytest.mark.parametrize(
    "script",
    [
        "from loop import train\nimport sys\nsys.exit(0)\n\ntrain(net)\n",
        "from loop import train\nif __name__ == '__main__':\n\n    train(net)\n",
        "from loop import train\nwith open('x') as file:\n    net = file\n\n    train(net)\n",
        "from loop import train\nasync def main():\n    train(net)\nrun(main())\n",
    ],
)
def test_wherever_a_script_runs_it(words, script: str) -> None:
    assert words({"main.py": script, "loop.py": LOOP}) == (b"train",)


def test_a_file_of_tests_is_no_script(words) -> None:
    test = "from loop import train\nclass Test:\n    def test_it(self):\n        train(net)\n"
    files = {"main.py": f"{test}if __name__ == '__main__':\n    unittest.main()\n", "loop.py": LOOP}
    assert words(files) is None


def test_a_file_that_keeps_what_it_made_only_defines(words) -> None:
    files = {
        "lib.py": "from loop import train\ndef make():\n    train(net)\nmade = make()\n",
        "loop.py": LOOP,
    }
    assert words(files) is None


def test_what_a_package_has_besides_is_not_what_a_script_runs(words) -> None:
    files = {
        "main.py": "from pkg import log\nlog('begin')\n",
        "pkg/__init__.py": "from .loop import train\nfrom .text import log\n",
        "pkg/loop.py": LOOP,
        "pkg/text.py": "import torch\ndef log(text):\n    print(text)\n",
    }
    assert words(files) is None


def test_what_a_package_makes_by_itself_may_be_anything(words) -> None:
    files = {
        "main.py": "from pkg import train\ntrain(net)\n",
        "pkg/__init__.py": "from . import loop\nglobals().update(vars(loop))\n",
        "pkg/loop.py": LOOP,
    }
    assert words(files) == (b"train",)


@pytest.mark.parametrize(("imports", "followed"), [(DEEPEST_SEARCHED, True), (3, False)])
def test_so_deep_is_searched_below_what_a_script_runs(words, imports: int, followed: bool) -> None:
    files = {"main.py": "from m0 import start\nstart(net)\n"}
    for i in range(imports):
        text = f"import torch\nfrom m{i + 1} import go\ndef start(x):\n    go(x)\ngo = start\n"
        files[f"m{i}.py"] = text
    files[f"m{imports}.py"] = "def go(x):\n    x.backward()\n"
    assert (words(files) is not None) is followed


def test_a_script_that_imports_no_anchor_is_not_followed(words) -> None:
    files = {"main.py": "from net import build\nbuild()\n", "net.py": "import torch\n"}
    assert words(files) is None


def test_a_framework_and_an_anchor_may_be_in_different_files(words) -> None:
    files = {
        "main.py": "from loop import train\nfrom net import build\ntrain(build())\n",
        "loop.py": "from net import build\ndef train(x):\n    x.backward()\n",
        "net.py": "import torch\n",
    }
    assert words(files) == (b"train",)


def test_an_anchor_without_any_framework_is_worth_nothing(words) -> None:
    files = {"main.py": "from loop import train\ntrain()\n", "loop.py": "x.backward()\n"}
    assert words(files) is None


def test_files_that_import_each_other_are_searched_once(words) -> None:
    files = {
        "main.py": "from a import train\ntrain(net)\n",
        "a.py": "import torch\nfrom b import train\n",
        "b.py": "from a import torch\nfrom main import net\ndef train(x):\n    x.backward()\n",
    }
    assert words(files) == (b"train",)


def test_files_that_import_each_other_and_spell_nothing(words) -> None:
    files = {
        "main.py": "from a import x\nx()\n",
        "a.py": "from b import x\n",
        "b.py": "from a import x\n",
    }
    assert words(files) is None


def test_what_a_package_hands_on_is_found_behind_it(words) -> None:
    files = {
        "main.py": "from pkg import train\ntrain(net)\n",
        "pkg/__init__.py": "from .loop import train\n",
        "pkg/loop.py": LOOP,
    }
    assert words(files) == (b"train",)


def test_a_file_of_a_package_is_found_as_a_name_of_it(words) -> None:
    files = {
        "pkg/main.py": "from . import loop\nloop.train(net)\n",
        "pkg/__init__.py": "",
        "pkg/loop.py": LOOP,
    }
    assert words(files) == (b"loop",)


def test_a_submodule_is_found_by_its_dotted_name(words) -> None:
    files = {
        "main.py": "import pkg.loop\npkg.loop.train(net)\n",
        "pkg/__init__.py": "",
        "pkg/loop.py": LOOP,
    }
    assert words(files) == (b"pkg",)


def test_a_library_is_not_looked_for_among_the_files(words) -> None:
    files = {"main.py": "import json\njson.loads('')\n", "json.py": LOOP}
    assert words(files) is None


@pytest.mark.parametrize(("before", "followed"), [(MOST_SEARCHED - 2, True), (60, False)])
def test_so_many_files_are_searched_and_no_more(words, before: int, followed: bool) -> None:
    parts = {f"m{i}.py": "import torch\n" for i in range(before)} | {"loop.py": LOOP}
    imports = "".join(f"import {name[:-3]}\n" for name in parts)
    files = {"main.py": "from hub import go\ngo()\n", "hub.py": f"{imports}def go():\n    ...\n"}
    assert (words(files | parts) is not None) is followed


def test_a_file_that_cannot_be_had_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(LOOP)
    gate = Gate([ANCHORED], ImportPaths(), lambda path: None)
    assert gate.words(str(tmp_path / "main.py"), b"from loop import train\ntrain()\n") is None
