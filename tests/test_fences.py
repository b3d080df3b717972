"""The reader of fences, in the suites of which documents are tests."""

from __future__ import annotations

import pytest

from tests.fences import Fence, fences

DOCUMENT = """\
# The whole

Words, and `code`.

```python bad
loss.backward()
```

## A part

```csv good checkpoints=a,b/ twice
# a comment, not a heading
step,loss
```

```text
plain
```

```
nothing that is run
```
"""


def test_a_fence_has_language_kind_words_heading_line_and_text() -> None:
    assert list(fences(DOCUMENT)) == [
        Fence("python", "bad", (), "The whole", 5, "loss.backward()\n"),
        Fence(
            "csv",
            "good",
            ("checkpoints=a,b/", "twice"),
            "A part",
            11,
            "# a comment, not a heading\nstep,loss\n",
        ),
        Fence("text", "", (), "A part", 16, "plain\n"),
    ]


def test_a_fence_before_any_heading_has_none() -> None:
    (fence,) = fences("```python\n```\n")
    assert (fence.heading, fence.text) == ("", "")


def test_a_fence_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 3 "):
        list(fences("words\n\n```python\nx = 1\n"))


def test_a_fence_is_one_file_unless_it_says_otherwise() -> None:
    (fence,) = fences("```python\nx = 1\n```\n")
    assert fence.files("train.py") == {"train.py": "x = 1\n"}


def test_a_comment_begins_another_file() -> None:
    (fence,) = fences("```python\nimport a\n# file: lib/a.py\nx = 1\n# file: b.py\n```\n")
    assert fence.files("train.py") == {
        "train.py": "import a\n",
        "lib/a.py": "x = 1\n",
        "b.py": "",
    }


def test_the_first_file_may_be_named() -> None:
    (fence,) = fences("```python\n# file: model.py\nx = 1\n```\n")
    assert fence.files("train.py") == {"model.py": "x = 1\n"}
