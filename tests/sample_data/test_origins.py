"""Where simulated customers come from."""

import random
from collections import Counter

from chatserver.facts.address import client_address
from chatserver.facts.browser import browser_and_os
from chatserver.facts.language import primary_language
from chatserver.sample_data.origins import USER_AGENTS, choose_visitor, find_origin, load_origins, visitor_for

ALSO_TESTS = {"chatserver.sample_data.make_origins": "a script, run by hand, whose product these tests check"}


def test_addresses_are_public_and_every_place_has_a_name() -> None:
    for origin in load_origins():
        for place in origin.places:
            assert client_address(place.address, "", ()) == place.address
            assert place.city


def test_the_server_reads_the_language_that_the_visitor_states() -> None:
    rng = random.Random(1)
    for _ in range(300):
        visitor = choose_visitor(rng)
        assert primary_language(visitor.accept_language) == visitor.language


def test_every_browser_is_one_that_the_server_knows() -> None:
    found = [browser_and_os(user_agent) for _, user_agent in USER_AGENTS]

    assert all(browser and system for browser, system in found)
    assert len(set(found)) == len(USER_AGENTS)


def test_the_same_key_gives_the_same_visitor_and_a_country_is_kept() -> None:
    assert visitor_for("a") == visitor_for("a")
    assert {visitor_for(str(n), country="JP").country for n in range(20)} == {"JP"}
    assert find_origin("jp") is not None
    assert find_origin("xx") is None


def test_countries_come_by_their_weights() -> None:
    rng = random.Random(2)
    seen = Counter(choose_visitor(rng).country for _ in range(2000))

    assert seen["DE"] > seen["NL"] > seen["FI"]
