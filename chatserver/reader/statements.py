"""What people may ask: one SELECT over published views. Judged from DuckDB's own syntax tree, and unknown means no.

The tree sees through CTEs, subqueries, lambdas and whatever else a text can be wrapped in. Every kind of node, every
table, every table function must be on a list here; scalar functions are free but for those that look outside the rows.
"""

import re
from typing import Any, NamedTuple

import duckdb
import msgspec

from chatserver.domain.errors import Invalid, NotAllowed, TooLarge
from chatserver.reader.views import PUBLISHED, SCHEMA

MAX_SQL_CHARS = 50_000
MAX_DEPTH = 150  # of brackets; beyond some thousands the parser would run out of stack

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})

# What nodes of the tree that are not expressions may be.
_NODES = frozenset(
    {
        *("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"),
        *(
            "BASE_TABLE",
            "TABLE_FUNCTION",
            "SUBQUERY",
            "JOIN",
            "EMPTY",
            "EXPRESSION_LIST",
            "PIVOT",
            "SHOW_REF",
        ),
        *("ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"),
        *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
    }
)

# Scalar and aggregate functions that read more than their arguments, or act, or take raw bytes for inner structures.
REFUSED_FUNCTIONS = frozenset(
    {
        # the environment, settings and the engine's own state
        *("getenv", "current_setting", "current_query", "current_query_id", "current_connection_id"),
        *("current_transaction_id", "txid_current", "current_database", "current_schemas", "in_search_path"),
        *("get_block_size", "setseed"),
        # statistics of whole tables, other departments' rows included
        *("stats", "vector_type"),
        # acting instead of answering
        *("nextval", "currval", "setval", "write_log", "sleep_ms", "sleep"),
        # texts of definitions in the catalogue
        *("pg_get_viewdef", "pg_get_constraintdef", "format_type"),
        # inner structures made of bytes that the asker chose
        *("finalize", "combine", "variant_bytes_to_variant", "variant_to_parquet_variant", "cast_to_type"),
        # one statement inside another
        *(
            "query",
            "query_table",
            "json_execute_serialized_sql",
            "json_deserialize_sql",
            "json_serialize_plan",
        ),
    }
)

_EXPLAIN = re.compile(r"\s*explain\s+(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_OPTIONS = re.compile(r"analy[sz]e\b|\(\s*(analyze|format|codegen)", re.IGNORECASE)
_CTE_NAME = re.compile(r"[^\W\d]\w*\Z")

_RELATIONS_NAMED = """
SELECT name FROM (SELECT table_name AS name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views())
WHERE list_contains(?::VARCHAR[], lower(name)) AND NOT list_contains(?::VARCHAR[], lower(name)) ORDER BY name
"""


class Checked(NamedTuple):
    """A statement that may run, and whether only its plan is asked for."""

    sql: str
    explain: bool = False


def check_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> Checked:
    """The statement, if it may run. Executes nothing of it. Raises Invalid, NotAllowed or TooLarge."""
    if len(sql) > MAX_SQL_CHARS:
        raise TooLarge(f"The statement is longer than {MAX_SQL_CHARS:,} characters.")
    if "\0" in sql:
        raise Invalid("The statement holds a NUL character.")
    _check_depth(sql)
    statement = _single(sql)
    explain = statement.type == duckdb.StatementType.EXPLAIN
    if explain:
        inner = _EXPLAIN.match(sql)
        if inner is None or _OPTIONS.match(inner["rest"]):
            # what ANALYZE counts includes rows of other departments, before they are sorted out
            raise NotAllowed(
                "EXPLAIN takes a SELECT here, and nothing before it: no ANALYZE, options or comments."
            )
        sql = inner["rest"]
        statement = _single(sql)
    if statement.type == duckdb.StatementType.MULTI:
        raise NotAllowed(
            "This kind of PIVOT reads its columns first, as a statement of its own. Name them: "
            "FROM chats PIVOT (count(*) FOR status IN ('queued', 'active') GROUP BY department)."
        )
    if statement.type != duckdb.StatementType.SELECT:
        raise NotAllowed(f"Only SELECT can be run here, not {statement.type.name.replace('_', ' ')}.")
    _check_tree(connection, sql)
    return Checked(sql, explain)


def _single(sql: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise Invalid(str(error)) from None
    if len(statements) != 1:
        raise Invalid(f"Send exactly one statement; this is {len(statements)}.")
    return statements[0]


def _check_depth(sql: str) -> None:
    """Counts brackets wherever they stand, in quoted text too: nobody nests so deep by hand."""
    depth = 0
    for character in sql:
        if character in "([{":
            depth += 1
            if depth > MAX_DEPTH:
                raise TooLarge(f"The statement nests brackets deeper than {MAX_DEPTH}.")
        elif character in ")]}":
            depth = max(0, depth - 1)


def _check_tree(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        found = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    except duckdb.Error as error:
        raise Invalid(str(error)) from None
    assert found is not None  # noqa: S101 -- a scalar SELECT gives one row
    try:
        tree = msgspec.json.decode(found[0])
    except (msgspec.DecodeError, RecursionError):
        raise TooLarge("The statement is nested too deeply.") from None
    if tree["error"]:
        raise NotAllowed(f"Only SELECT can be run here: {tree['error_message']}")
    nodes = list(_nodes(tree["statements"]))
    ctes = {
        str(entry["key"]).lower() for node in nodes if "cte_map" in node for entry in node["cte_map"]["map"]
    }
    _check_ctes(connection, ctes)
    for node in nodes:
        _check_node(node, ctes)


def _nodes(tree: Any) -> list[dict[str, Any]]:
    """All objects of the tree, without recursion."""
    found, waiting = [], [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found.append(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _check_ctes(connection: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """A CTE's name counts as known in the whole statement, so it must not stand for a real relation elsewhere in it."""
    for name in names:
        if not _CTE_NAME.match(name):
            raise NotAllowed(f"{name!r} cannot be the name of a CTE here: use letters, digits and _.")
    taken = connection.execute(_RELATIONS_NAMED, [sorted(names), list(PUBLISHED)]).fetchone()
    if taken:
        raise NotAllowed(f"The CTE needs another name: {taken[0]!r} is one of the engine's own.")


def _check_node(node: dict[str, Any], ctes: set[str]) -> None:
    kind = node.get("type")
    if "class" in node:
        if node["class"] in {"FUNCTION", "WINDOW"}:
            _check_function(node)
        return
    if not isinstance(kind, str):
        return
    if kind not in _NODES:
        raise NotAllowed(
            f"{kind.replace('_', ' ').lower()} cannot be used here: only SELECT over published views."
        )
    if kind == "BASE_TABLE":
        _check_table(node, ctes)
    elif kind == "TABLE_FUNCTION":
        _check_table_function(node["function"])
    elif kind == "SHOW_REF" and node.get("query") is None:
        raise NotAllowed(
            f"SHOW is not available here. The views are: {', '.join(PUBLISHED)}; DESCRIBE tells their columns."
        )


def _check_table(node: dict[str, Any], ctes: set[str]) -> None:
    path = [str(part).lower() for part in node["qualified_name"]["path"]]
    if node.get("at_clause") is not None:
        raise NotAllowed("AT (…) is not available here.")
    if path[-1] in PUBLISHED and path[:-1] in ([], [SCHEMA]):
        return
    if len(path) == 1 and path[0] in ctes:
        return
    raise NotAllowed(f"There is no view {'.'.join(path)!r} here. The views are: {', '.join(PUBLISHED)}.")


def _check_table_function(function: dict[str, Any]) -> None:
    name = str(function["function_name"]).lower()
    if (
        function["class"] != "FUNCTION"
        or name not in TABLE_FUNCTIONS
        or len(function["qualified_name"]["path"]) != 1
    ):
        raise NotAllowed(
            f"The table function {name!r} is not available here; these are: {', '.join(sorted(TABLE_FUNCTIONS))}."
        )


def _check_function(node: dict[str, Any]) -> None:
    name = str(node["function_name"]).lower()
    qualified = (
        bool(node.get("schema") or node.get("catalog"))
        or len(node.get("qualified_name", {}).get("path", [name])) > 1
    )
    if name in REFUSED_FUNCTIONS or qualified or name.startswith(("pg_", "duckdb_", "pragma_")):
        raise NotAllowed(f"The function {name!r} is not available here.")
