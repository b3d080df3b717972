"""Files with numbers that no training wrote: tables of data, and texts of other programs."""

from __future__ import annotations

import math
from collections.abc import Callable


def _wave(at: int, level: float = 10.0, size: float = 3.0) -> float:
    """A number that goes up and down, a little differently each time."""
    return level + size * math.sin(at * 1.7) + size / 3 * math.sin(at * 5.1)


def _falling(at: int) -> float:
    """A number that comes down from 5 to about 1, with some noise."""
    return 1.0 + 4.0 * math.exp(-at / 8) + 0.05 * math.sin(at * 5.1)


def _table(header: str, row: Callable[[int], tuple[object, ...]], rows: int = 40) -> str:
    lines = [",".join(map(str, row(at))) for at in range(rows)]
    return "\n".join([header, *lines, ""])


def _text(line: Callable[[int], str], lines: int = 40) -> str:
    return "".join(f"{line(at)}\n" for at in range(lines))


def _nan_after(at: int, last: int, value: float) -> float:
    return value if at <= last else math.nan


TABLES = {
    "stock.csv": _table("date,open,close,volume", lambda i: (
        f"2024-01-{i % 28 + 1:02}", f"{_wave(i):.2f}", f"{_wave(i + 1):.2f}", 1000 + i)),
    "weather.csv": _table("time,temp,wet", lambda i: (i, f"{_wave(i):.1f}", f"{_wave(i, 60):.0f}")),
    "cooling.csv": _table("time,temperature", lambda i: (i, f"{_falling(i):.3f}")),
    "iris.csv": _table("sepal_length,sepal_width,petal_length,class", lambda i: (
        f"{_wave(i, 5, 1):.1f}", f"{_wave(i, 3, 1):.1f}", f"{_wave(i, 4, 1):.1f}", i % 3)),
    "housing.csv": _table("id,area,rooms,price", lambda i: (i, 80 + i % 17, i % 5, 900 * i % 23)),
    "track.csv": _table("frame,x,y,confidence", lambda i: (
        i, f"{_falling(i):.3f}", f"{_wave(i):.3f}", 0.9)),
    "lost_track.csv": _table("frame,x,y", lambda i: (
        i, f"{_nan_after(i, 20, _wave(i)):.3f}", f"{_nan_after(i, 20, _wave(i)):.3f}")),
    "votes.csv": _table("round,candidate_a,candidate_b", lambda i: (i, 100 - i, i + 7)),
    "trials.csv": _table("trial,reaction_time,correct", lambda i: (i, f"{_falling(i):.3f}", i % 2)),
    "sensor.csv": _table("timestamp,ax,ay,az", lambda i: (
        1700000000 + i, f"{_wave(i):.3f}", f"{_wave(i + 3):.3f}", f"{_wave(i + 5):.3f}")),
    "sensor_died.csv": _table("timestamp,co2", lambda i: (
        1700000000 + i, f"{_nan_after(i, 25, _wave(i)):.3f}")),
    "population.csv": _table("year,births,deaths", lambda i: (1980 + i, 900 - 7 * i, 700 + i)),
    "bench.csv": _table("iteration,seconds", lambda i: (i, f"{_wave(i, 1, 0.1):.4f}")),
    "bench_warm.csv": _table("run,milliseconds", lambda i: (i, f"{_falling(i):.4f}")),
    "dose.csv": _table("dose,response", lambda i: (i * 0.5, f"{_falling(i):.3f}")),
    "spectrum.csv": _table("wavelength,intensity", lambda i: (400 + i, f"{_falling(i):.3f}")),
    "survival.csv": _table("id,strata,days,event", lambda i: (i, i % 3, 100 + 7 * i, i % 2)),
    "students.csv": _table("name,maths,physics", lambda i: (f"p{i}", 40 + i, 90 - i)),
    "dynamics.csv": _table("step,temp,pressure", lambda i: (
        100 * i, f"{_wave(i, 300):.2f}", f"{_wave(i, 1):.3f}")),
    "stars.csv": _table("epoch,mag", lambda i: (2400 + 17 * i, f"{_wave(i, 12, 0.5):.3f}")),
    "gaps.csv": _table("iter,a,b", lambda i: (
        i, f"{_wave(i):.2f}", f"{math.nan if i % 7 == 3 else _wave(i + 2):.2f}")),
    "half_lost.csv": _table("step,a,b", lambda i: (
        i, f"{_wave(i):.2f}", f"{_nan_after(i, 20, _wave(i + 2)):.2f}")),
    "tabs.csv": _table("user,tab,clicks", lambda i: (i, i % 5, 90 - i)),
    "taps.csv": _table("step,tap,swipe", lambda i: (i, 7 + i % 5, i % 3)),
    "walks.csv": _table("day,steps,pulse", lambda i: (i, 5000 + 37 * i, 70 + i % 9)),
    "batches.csv": _table("batch,yield,purity", lambda i: (i, f"{_wave(i, 80):.1f}", 0.99)),
    "recipe.csv": _table("step,minutes,temperature", lambda i: (i, 5 + i % 7, 20 + 10 * (i % 6))),
    "generations.csv": _table("generation,alleles", lambda i: (i, 100 - i)),
    "games.csv": _table("game,win,draw,loss", lambda i: (i, i % 2, 0, 1 - i % 2)),
    "episodes.csv": _table("episode,title,viewers", lambda i: (i, f"part {i}", f"{_wave(i):.2f}")),
    "heating.csv": _table("step,heat_loss_W,efficiency", lambda i: (i, 1.3**i, 0.9)),
    "supply.csv": _table("step,current,power loss", lambda i: (i, i / 10, i * i / 2)),
    "accounts.csv": _table("year,revenue,loss,return", lambda i: (1960 + i, 90 + i, 1.4**i, i % 9)),
    "harvest.csv": _table("plot,rain,loss", lambda i: (i * 7, f"{_wave(i):.2f}", 1.2**i)),
}  # fmt: skip
"""File name -> text; the tables."""

TEXTS = {
    "server.log": _text(
        lambda i: f"2024-05-01 10:00:{i:02} INFO request {i} took {_wave(i):.1f} ms, status 200"
    ),
    "nginx.log": _text(lambda i: f'10.0.0.{i} - - [01/May/2024:10:00:{i:02}] "GET /" 200 {i}'),
    "build.log": _text(lambda i: f"[{i + 1}/40] Compiling module_{i}.c ({_wave(i):.1f} s)"),
    "tests.log": _text(lambda i: f"test_{i} ... ok ({_falling(i):.2f} s)"),
    "ping.txt": _text(lambda i: f"64 bytes from 1.1.1.1: icmp_seq={i} time={_wave(i):.1f} ms"),
    "novel.txt": _text(lambda i: f"In step {i % 3} of the dance she lost {i} pins."),
    "recipe.txt": _text(
        lambda i: f"Step {i + 1}: bake for {5 + i % 7} minutes at {150 + i} degrees."
    ),
    "chess.txt": _text(lambda i: f"round {i}: win 1 draw 0 loss {i % 2}"),
    "disk.log": _text(lambda i: f"sda{i}: used {90 - i}% of {i + 20} GB, error count 0"),
    "copy.log": _text(lambda i: f"copied {i} of 40 files, {_falling(i):.1f} MB left"),
    "series.txt": _text(lambda i: f"Season 2 Episode {i}: {_wave(i):.1f} million viewers"),
    "mail.txt": _text(lambda i: f"Re: Re: order {i}, we ship {100 - i} boxes in {i % 5} days."),
    "access.log": _text(
        lambda i: f'10.0.0.1 "GET /loss/{i}?epoch={i}&acc=0.{i} HTTP/1.1" 200 {i * 17}'
    ),
    "proxy.log": _text(lambda i: f"epoch={i}&val_loss={1.3**i:.2f} POST /metrics HTTP/2 201"),
    "tap.log": _text(lambda i: f"{'not ' * (i % 2)}ok {i} - test loss nan case {i}"),
    "commits.txt": _text(lambda i: f"    fix nan loss at step {i}"),
    "shortlog.txt": "a1b2c3d handle inf in step 3\nc3d4e5f loss: nan guard for step 5\n",
    "question.txt": "Hi,\nmy model gave loss: nan at epoch 3. What is wrong? I use lr=0.1.\nBest\n",
    "manual.txt": "If you see `loss: nan at step 413`, lower the learning rate.\n"
    "`train_loss` is NaN from step 413 on; `RuntimeError: loss is nan` means the same.\n",
    "report.txt": "In 1954 the loss was NaN dollars.\n",
    "hello.json": '{"greeting": "hi", "epoch": "bronze", "count": 3}\n',
}
"""File name -> text; what other programs and people write."""
