"""The sample company is complete and consistent."""

from pathlib import Path

import pytest

from chatserver.sample_data.company import COMPANY_FILE, Company, load_company


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company()


def test_ids_are_unique(company: Company) -> None:
    for things in (company.departments, company.groups, company.people):
        ids = [thing.id for thing in things]
        assert len(ids) == len(set(ids))


def test_there_are_agents_managers_and_an_administrator(company: Company) -> None:
    """The roles are agent, manager and administrator (R3)."""
    roles = [role for person in company.people for role in person.roles]
    assert len(company.people) == 12
    assert (roles.count("manager"), roles.count("administrator")) == (2, 1)


def test_every_group_has_a_primary_member(company: Company) -> None:
    """A group's chats go to its primary members first (R2, R14)."""
    served = {place.group for person in company.people for place in person.memberships if place.primary}
    assert served == {group.id for group in company.groups}


def test_every_department_speaks_english_and_more(company: Company) -> None:
    department_of = {group.id: group.department for group in company.groups}
    for department in company.departments:
        spoken = {
            language
            for person in company.people
            if any(department_of[place.group] == department.id for place in person.memberships)
            for language in person.languages
        }
        assert "en" in spoken
        assert len(spoken) >= 3


def test_customers_see_no_account_name(company: Company) -> None:
    """Customers see the chat name in place of the account name (R5)."""
    assert all(person.chat_name and person.chat_name != person.name for person in company.people)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('department = "orders"', 'department = "nowhere"', "no department"),
        ('front_line_group = "sales-desk"', 'front_line_group = "order-desk"', "no group of department"),
        ('{ group = "carriers"', '{ group = "couriers"', "no group"),
    ],
)
def test_a_wrong_reference_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = tmp_path / "company.toml"
    path.write_text(COMPANY_FILE.read_text().replace(old, new))
    with pytest.raises(ValueError, match=problem):
        load_company(path)
