"""Values as a graph: which are one, what stands for several, what one was computed from."""

from __future__ import annotations

import ast

import pytest

from gradlint.values.graph import constant, join, literal, meet, number, same, stands_for_many, walk
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Deferred,
    Function,
    Join,
    Map,
    Method,
    Module,
    ModuleRef,
    Seq,
    Symbol,
    Unknown,
    Value,
)
from gradlint.values.trace import Branch, Loop, Scope, Store, flat, loops, stores

MODULE = Module(None, ast.parse(""), "lib.py")  # type: ignore[arg-type]
OTHER = Module(None, ast.parse(""), "other.py")  # type: ignore[arg-type]
IMPORT = ast.parse("import lib").body[0]
FUNCTION = ast.parse("def f(): pass").body[0]
CLASS = ast.parse("class C: pass").body[0]
assert isinstance(IMPORT, ast.Import)
assert isinstance(FUNCTION, ast.FunctionDef)
assert isinstance(CLASS, ast.ClassDef)


def call(fn: str, *args: Value, **kwargs: Value) -> Apply:
    return Apply(fn, list(args), kwargs, None, None)


UNKNOWN = Unknown("x")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (UNKNOWN, UNKNOWN),
        (Const(1), Const(1)),
        (Symbol("torch.relu"), Symbol("torch.relu")),
        (ModuleRef(MODULE), ModuleRef(MODULE)),
        (Deferred(IMPORT, "lib", MODULE), Deferred(IMPORT, "lib", MODULE)),
        (Function(FUNCTION, MODULE, None), Function(FUNCTION, MODULE, None)),
        (Class(CLASS, MODULE, None, []), Class(CLASS, MODULE, None, [])),
    ],
)
def test_two_values_are_one(left: Value, right: Value) -> None:
    assert same(left, right)
    assert join(left, right) is left


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Unknown("x"), Unknown("x")),
        (Const(1), Const(2)),
        (Const(1), Const(1.0)),
        (Const(1), Const(True)),
        (Const(1), Const(1, default=True)),
        (Symbol("torch.relu"), Symbol("torch.tanh")),
        (ModuleRef(MODULE), ModuleRef(OTHER)),
        (Deferred(IMPORT, "lib", MODULE), Deferred(IMPORT, "other", MODULE)),
        (Function(FUNCTION, MODULE, None), Function(FUNCTION, MODULE, None, UNKNOWN)),
        (call("f"), call("f")),
        (Seq([]), Seq([])),
        (Const(1), Symbol("x")),
    ],
)
def test_two_values_may_differ(left: Value, right: Value) -> None:
    assert not same(left, right)
    assert join(left, right).options() == (left, right)


def test_a_join_holds_each_alternative_once() -> None:
    both = join(Const(1), Const(2))
    assert [constant(option) for option in join(both, Const(2), Const(3)).options()] == [1, 2, 3]


def test_a_join_of_one_is_that_one() -> None:
    assert join(UNKNOWN, UNKNOWN) is UNKNOWN


def test_more_than_six_alternatives_are_unknown() -> None:
    assert isinstance(join(*map(Const, range(6))), Join)
    assert isinstance(join(*map(Const, range(7))), Unknown)


def test_the_same_alternatives_are_one_value() -> None:
    both = Join((Const(1), Const(2)))
    assert join(both, both) is both


def test_where_ways_meet_any_of_their_values_may_hold() -> None:
    one, two = Const(1), Const(2)
    assert meet([one]) is one
    assert meet([one, two]).options() == (one, two)


def test_an_import_is_meant_and_not_its_fallback() -> None:
    brought, none = Deferred(IMPORT, "lib", MODULE), Const(None)
    assert meet([brought, none]) is meet([none, brought]) is brought


def test_of_two_imports_either_is_meant() -> None:
    one, two = Deferred(IMPORT, "lib", MODULE), Deferred(IMPORT, "other", MODULE)
    assert meet([one, two]).options() == (one, two)


@pytest.mark.parametrize(
    ("item", "many"),
    [
        (Unknown("x", varying=True), True),
        (call("iter", UNKNOWN), True),
        (UNKNOWN, False),
        (call("f"), False),
        (Const(1), False),
    ],
)
def test_an_item_may_stand_for_many(item: Value, many: bool) -> None:
    assert stands_for_many(item) is many


def test_the_python_value_of_a_literal() -> None:
    assert constant(Const("a")) == "a"
    assert constant(Seq([Const(1), Seq([Const(2)])])) == (1, (2,))
    assert constant(Seq([Const(1)], exact=False)) is None
    assert constant(UNKNOWN) is None
    assert constant(None) is None


def test_a_number_is_no_truth_value_and_no_text() -> None:
    assert number(Const(2)) == 2.0
    assert number(Const(0.5, default=True)) == 0.5
    assert number(Const(True)) is None
    assert number(Const("2")) is None
    assert number(UNKNOWN) is None


def test_a_default_is_no_literal() -> None:
    assert literal(Const(2)) == 2.0
    assert literal(Const(2, default=True)) is None
    assert literal(None) is None


def test_what_a_value_was_computed_from() -> None:
    x, y, z = Unknown("x"), Unknown("y"), Unknown("z")
    inner = Seq([x, Map({"y": y})])
    value = call("f", inner, key=Join((z, x)))
    value.receiver = Method(Symbol("torch"), "relu", None, None)
    value.inner = Const(3)
    found = list(walk(value))
    assert found[0] is value
    assert {id(one) for one in (x, y, z, inner, value.inner)} < {id(one) for one in found}
    assert len(found) == len({id(one) for one in found}) == 10


def test_a_walk_ends_where_values_go_in_circles_and_at_its_limit() -> None:
    circle = Seq([])
    circle.items.append(circle)
    assert list(walk(circle)) == [circle]
    assert len(list(walk(Seq([Const(n) for n in range(10)]), limit=5))) == 5


def test_every_act_of_a_trace_in_order_of_text() -> None:
    node = ast.Pass()
    first, second, third = (Store(UNKNOWN, name, UNKNOWN, node, MODULE) for name in "abc")
    loop = Loop([third], None, node, MODULE)
    branch = Branch(None, [first], [second], node)
    scope = Scope([branch, loop], [])
    assert list(flat([scope])) == [scope, branch, first, second, loop, third]
    assert stores([scope]) == [first, second, third]
    assert loops([scope]) == [loop]
