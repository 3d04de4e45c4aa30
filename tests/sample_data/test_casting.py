"""Simulated customers with something to say."""

import random

from chatserver.sample_data.casting import cast, transfer_targets
from chatserver.sample_data.company import load_company
from chatserver.sample_data.dialogues import load_dialogues
from chatserver.wire.cleaning import parse_email, parse_name, parse_text, parse_url


def test_what_is_cast_passes_the_servers_cleaning_unchanged() -> None:
    rng, topics = random.Random(1), load_dialogues()
    for department in [d.id for d in load_company().departments] * 40:
        part = cast(topics, department, rng)

        assert parse_name(part.name) == part.name
        assert parse_email(part.email) == part.email
        assert parse_url(part.page) == part.page
        assert parse_text(part.opening) == part.opening
        assert all(parse_text(part.text_of(step, "Hanna")) for step in part.steps)


def test_chats_are_transferred_to_groups_of_the_company_but_not_to_their_own_front_line() -> None:
    company = load_company()
    groups = {group.id for group in company.groups}
    for department in company.departments:
        targets = transfer_targets(company)[department.id]
        assert set(targets) <= groups - {department.front_line_group}
