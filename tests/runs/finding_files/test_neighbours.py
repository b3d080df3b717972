"""Which groups are compared with one another."""

from __future__ import annotations

from gradlint.runs.finding_files.groups import Group, GroupKind, Member
from gradlint.runs.finding_files.neighbours import neighbourhoods


def near(*paths: str, root: str = "runs") -> list[list[str]]:
    groups = [Group(GroupKind.FILE, path, (Member(path),), path, root) for path in paths]
    return [[group.path for group in found] for found in neighbourhoods(groups)]


def test_what_is_in_one_small_folder_is_compared() -> None:
    assert near("runs/a.csv", "runs/a/b.csv", "runs/a/c/d.csv") == [
        ["runs/a.csv", "runs/a/b.csv", "runs/a/c/d.csv"]
    ]


def test_a_folder_of_many_runs_is_divided_into_its_folders() -> None:
    paths = [f"runs/{n}/{name}.csv" for n in range(10) for name in "ab"]
    assert near(*paths) == [[f"runs/{n}/a.csv", f"runs/{n}/b.csv"] for n in range(10)]


def test_files_beside_many_others_are_compared_with_their_namesakes() -> None:
    paths = [f"runs/seed_{n}.{form}" for n in range(10) for form in ("csv", "log.gz")]
    assert near(*paths) == [[f"runs/seed_{n}.csv", f"runs/seed_{n}.log.gz"] for n in range(10)]


def test_many_namesakes_are_not_compared() -> None:
    paths = [f"runs/a.csv.{n}" for n in range(13)]
    assert [len(found) for found in near(*paths)] == [1] * 13


def test_what_the_user_named_stands_alone() -> None:
    assert near("a.csv", "b.csv", root="") == [["a.csv"], ["b.csv"]]


def test_the_working_directory_and_a_trailing_slash_are_folders_too() -> None:
    assert near("a.csv", "b/c.csv", root=".") == [["a.csv", "b/c.csv"]]
    assert near("runs/a.csv", "runs/b/c.csv", root="runs/") == [["runs/a.csv", "runs/b/c.csv"]]


def test_event_files_of_a_folder_are_in_that_folder() -> None:
    members = (Member("runs/a/x"), Member("runs/a/y"))
    events = Group(GroupKind.EVENTS, "runs/a", members, "a", "runs")
    others = [
        Group(GroupKind.FILE, f"runs/{n}.csv", (Member(f"runs/{n}.csv"),), "", "runs")
        for n in range(13)
    ]
    table = Group(GroupKind.FILE, "runs/a/b.csv", (Member("runs/a/b.csv"),), "", "runs")
    assert [events, table] in list(neighbourhoods([*others, events, table]))
