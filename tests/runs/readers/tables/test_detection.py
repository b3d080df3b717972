"""What is taken for a table, and what is not."""

from __future__ import annotations

import pytest

from gradlint.runs.readers.protocol import HEAD
from gradlint.runs.readers.tables import sniff

TABLES = {
    "keras": ("training.log", "epoch,accuracy,loss\r\n0,0.5,nan\r\n1,0.6,0.4\r\n"),
    "sparse": ("metrics.csv", "epoch,step,a,b,c\n0,9,1.5,,\n0,19,,2.5,\n"),
    "dates": ("log.txt", "date,step,loss\n2024-01-01,1,0.5\n2024-01-02,2,0.25\n"),
    "tabs": ("log.txt", "Epoch\tTrain Loss\tValid Loss\t\n1\t0.5\t0.6\t\n2\t0.4\t0.5\t\n"),
    "aligned": ("out.txt", "step   loss   acc\n  10  0.500  0.10\n  20  0.250  0.20\n"),
    "monitor": ("0.monitor.csv", '#{"t_start": 1.5}\nr,l,t\n1.0,2,3.5\n'),
    "one column": ("loss.csv", "loss\n0.5\n0.25\n"),
    "no header": ("losses.txt", "0,0.5\n1,0.25\n2,0.125\n"),
    "lone header of a log": ("training.log", "epoch,accuracy,loss\n"),
    "lone header of a table": ("metrics.csv", "alpha,beta\n"),
    "markdown": ("log.md", "| step | loss |\n|---|---|\n| 1 | 0.5 |\n| 2 | 0.25 |\n"),
    "chart": ("export.csv", '"Step","a - loss","a - loss__MIN"\n"0","0.5","0.5"\n"1","","0.5"\n'),
}

OTHERS = {
    "nothing": "",
    "blanks": "\n\n",
    "comments": "# one, two\n# 1, 2\n",
    "prose": "We train for 3 epochs, then we stop.\nIt works, mostly.\n",
    "lines": "step 10, loss 0.5, lr 0.001\nstep 20, loss 0.25, lr 0.001\n",
    "pairs": "epoch: 1 loss: 0.5\nepoch: 2 loss: 0.25\n",
    "assignments": "step=1 loss=0.5\nstep=2 loss=0.25\n",
    "dated lines": "2024-01-01 10:00:00,123 INFO loss 0.5\n2024-01-01 10:00:01,456 INFO loss 0.4\n",
    "json": '{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.25}\n',
    "json list": "[\n1, 2,\n3, 4\n]\n",
    "python": "import os\n\nvalues = [\n    1, 2, 3,\n    4, 5, 6,\n    7, 8, 9,\n]\n",
    "c": "static const int t[] = {\n 1, 2, 3,\n 4, 5, 6,\n};\n",
    "yaml": "lr: 0.1\nsteps: 100\n",
    "requirements": "numpy==1.26\ntorch==2.4\n",
    "box table": "-----------------\n| rollout/ |    |\n|  ep_len_mean | 22.1  |\n",
    "erased lines": "epoch  loss  acc\n\x1b[J1      0.5   0.1\n\x1b[J2      0.4   0.2\n",
    "numbers": "1\n2\n3\n",
    "boxes": "0 0.5 0.5 0.1 0.1\n1 0.25 0.5 0.1 0.2\n1 0.5 0.5 0.1 0.1\n",
    "xml": "<a>\n<b>1,2</b>\n</a>\n",
    "pointer": "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 12\n",
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables_are_known_by_their_data(kind: str) -> None:
    name, text = TABLES[kind]
    assert sniff(text.encode(), name)


@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_are_not_taken_for_tables(kind: str) -> None:
    assert not sniff(OTHERS[kind].encode(), "train.log")


@pytest.mark.parametrize("data", [b"\0" * 100, bytes(range(256)) * 40, b"\xff\xfe", b"\x1f\x8b,"])
def test_binary_is_not_taken_for_a_table(data: bytes) -> None:
    assert not sniff(data, "metrics.bin")


def test_only_the_head_is_looked_at() -> None:
    head = b"step,loss\n" + b"1,0.5\n" * HEAD
    assert sniff(head[:HEAD], "x") == sniff(head[:HEAD] + b"{prose}\n" * 100, "x") is True


def test_a_table_in_utf_16_is_known() -> None:
    assert sniff("step\tloss\r\n1\t0.5\r\n2\t0.25\r\n".encode("utf-16"), "log.txt")


@pytest.mark.parametrize(
    "first", [("small", "base", "large"), ("ResNet-18", "ResNet-34", "ViT 1"), ("a.b", "c", "d")]
)
def test_a_drawn_table_that_compares_things_is_no_log(first: tuple[str, ...]) -> None:
    rows = "".join(f"| {thing} | 0.{at} | {at}0 |\n" for at, thing in enumerate(first, 1))
    assert not sniff(f"| Model | Loss | Epochs |\n|---|---|---|\n{rows}".encode(), "results.txt")


@pytest.mark.parametrize("first", [("Epoch 1", "Epoch 2"), ("10:00:01", "10:00:02"), ("a", "a")])
def test_a_drawn_log_may_begin_its_rows_with_text(first: tuple[str, ...]) -> None:
    rows = "".join(f"| {text} | 0.{at} | {at}0 |\n" for at, text in enumerate(first, 1))
    assert sniff(f"| At | Loss | Steps |\n|---|---|---|\n{rows}".encode(), "results.txt")
