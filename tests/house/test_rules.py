"""docs/rules.md is complete, and each rule that it calls built has a test that says so."""

import re

import pytest

from tests.house.repository import WrittenTest, rules, written_tests

LAST_RULE = 43
STATUSES = ("built", "partly", "planned")


def test_each_rule_stands_in_the_document_exactly_once() -> None:
    assert [rule.number for rule in rules()] == list(range(1, LAST_RULE + 1))


def test_each_rule_has_a_known_status() -> None:
    assert [rule for rule in rules() if rule.status not in STATUSES] == []


def test_each_partly_built_rule_says_which_part() -> None:
    silent = [
        r.number
        for r in rules()
        if r.status == "partly" and not re.search(r"Built: .+Planned: ", r.text, re.DOTALL)
    ]
    assert silent == []


@pytest.mark.parametrize(
    "number", [rule.number for rule in rules() if rule.status != "planned"], ids="R{}".format
)
def test_each_built_rule_is_named_by_a_test(number: int) -> None:
    assert any(names(test, number) for test in written_tests()), (
        f"No test names R{number} in its name or docstring. Write the test that would fail without the rule."
    )


@pytest.mark.parametrize(
    ("test_name", "docstring", "expected"),
    [
        ("test_r1_is_kept", "", True),
        ("test_oldest_first", "Age counts from the start (R1).", True),
        ("test_r13_is_kept", "R13", False),
        ("test_for1", "A PR1 and an R1x", False),
    ],
)
def test_a_test_names_a_rule_by_its_whole_number(test_name: str, docstring: str, expected: bool) -> None:
    test = WrittenTest(path=next(written_tests()).path, name=test_name, docstring=docstring)

    assert names(test, 1) is expected


def names(test: WrittenTest, number: int) -> bool:
    """Does the test name the rule?"""
    in_name = re.search(rf"(?<![a-z0-9])r{number}(?![0-9a-z])", test.name)
    return bool(in_name or re.search(rf"\bR{number}\b", test.docstring))
