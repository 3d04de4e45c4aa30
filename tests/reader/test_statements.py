"""Hostile and merely wrong SQL, each refused with words, before any of it runs."""

import json
from collections.abc import Iterator

import duckdb
import pytest

from chatserver.domain.errors import ChatError, Invalid, NotAllowed, TooLarge
from chatserver.reader.statements import REFUSED_FUNCTIONS, check_statement
from chatserver.reader.store import ReaderStore
from tests.reader.asking import Door

# statement: what the refusal must say
REFUSED = {
    # writing
    "INSERT INTO chats VALUES (1)": "Only SELECT",
    "UPDATE chats SET email = ''": "Only SELECT",
    "DELETE FROM messages": "Only SELECT",
    "DROP TABLE main.chat": "Only SELECT",
    "CREATE TABLE x AS SELECT 1": "Only SELECT",
    "CREATE TEMP TABLE chats AS SELECT 1": "Only SELECT",
    "CREATE VIEW public.x AS SELECT 1": "Only SELECT",
    "CREATE MACRO chats() AS TABLE SELECT 1": "Only SELECT",
    "CREATE TEMP MACRO lower(x) AS (SELECT body FROM main.message)": "Only SELECT",
    "TRUNCATE main.chat": "Only SELECT",
    "ALTER TABLE main.chat ADD COLUMN x INT": "Only SELECT",
    "MERGE INTO main.chat USING chats ON true WHEN MATCHED THEN DELETE": "Only SELECT",
    "WITH gone AS (DELETE FROM main.message RETURNING *) SELECT * FROM gone": "cannot be used",
    "WITH more AS (INSERT INTO main.department VALUES ('x','x','x') RETURNING *) FROM more": "cannot be used",
    # two statements, or none
    "SELECT 1; DROP TABLE main.chat": "exactly one",
    "COMMIT; DROP TABLE main.chat": "exactly one",
    "SELECT 1; SELECT 2": "exactly one",
    "": "exactly one",
    "-- nothing": "exactly one",
    ";": "exactly one",
    # transactions, settings, variables, the engine
    "COMMIT": "Only SELECT",
    "ROLLBACK": "Only SELECT",
    "BEGIN": "Only SELECT",
    "SET VARIABLE departments = ['sales']": "Only SELECT",
    "RESET VARIABLE departments": "Only SELECT",
    "SET search_path = 'main'": "Only SELECT",
    "SET operator_memory_limit = '100GB'": "Only SELECT",
    "SET lock_configuration = false": "Only SELECT",
    "PRAGMA database_list": "Only SELECT",
    "PRAGMA version": "Only SELECT",
    "CALL pragma_version()": "Only SELECT",
    "CHECKPOINT": "Only SELECT",
    "FORCE CHECKPOINT": "Only SELECT",
    "VACUUM": "Only SELECT",
    "USE main": "Only SELECT",
    "PREPARE p AS SELECT 1": "Only SELECT",
    "EXECUTE p": "Only SELECT",
    "INSTALL httpfs": "Only SELECT",
    "LOAD httpfs": "Only SELECT",
    "ATTACH 'other.duckdb'": "Only SELECT",
    "DETACH reader": "Only SELECT",
    "EXPORT DATABASE 'x'": "Only SELECT",
    "IMPORT DATABASE 'x'": "Only SELECT",
    "COPY chats TO 'x.csv'": "Only SELECT",
    "COPY (SELECT 1) TO 'x.csv'": "Only SELECT",
    "COPY FROM DATABASE reader TO other": "Only SELECT",
    "CREATE SECRET s (TYPE s3)": "Only SELECT",
    # files and the network
    "SELECT * FROM read_csv('/etc/passwd')": "'read_csv'",
    "SELECT * FROM read_text('/etc/passwd')": "'read_text'",
    "SELECT * FROM read_blob('/etc/passwd')": "'read_blob'",
    "SELECT * FROM read_json('x')": "'read_json'",
    "SELECT * FROM read_parquet('http://127.0.0.1/x')": "'read_parquet'",
    "SELECT * FROM parquet_metadata('x')": "'parquet_metadata'",
    "SELECT * FROM sniff_csv('/etc/passwd')": "'sniff_csv'",
    "SELECT * FROM glob('/*')": "'glob'",
    "SELECT * FROM '/etc/passwd'": "There is no view",
    'SELECT * FROM "x.parquet"': "There is no view",
    "SELECT (SELECT max(content) FROM read_text('/etc/passwd'))": "'read_text'",
    "SELECT * FROM chats WHERE chat_id IN (SELECT size FROM read_blob('/*'))": "'read_blob'",
    "SELECT list_transform([1], lambda x: (SELECT count(*) FROM glob('*')))": "'glob'",
    "SELECT * FROM chats, LATERAL (SELECT * FROM read_text(chats.page))": "'read_text'",
    "FROM chats ORDER BY (SELECT count(*) FROM glob('*'))": "'glob'",
    "FROM chats LIMIT (SELECT count(*) FROM glob('*'))": "'glob'",
    "SELECT * FROM (VALUES ((SELECT count(*) FROM glob('*'))))": "'glob'",
    "SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM glob('*')))": "'glob'",
    "SELECT * FROM range((SELECT count(*) FROM glob('*')))": "'glob'",
    "SELECT CASE WHEN true THEN (FROM glob('*') SELECT 1) END": "'glob'",
    "DESCRIBE SELECT * FROM read_csv('/etc/passwd')": "'read_csv'",
    "SUMMARIZE main.chat": "There is no view",
    # statements inside statements
    "SELECT * FROM query('SELECT * FROM main.chat')": "'query'",
    "SELECT * FROM query_table('main.chat')": "'query_table'",
    "SELECT * FROM query_table(['chat'])": "'query_table'",
    "SELECT * FROM json_execute_serialized_sql('{}')": "'json_execute_serialized_sql'",
    # the catalogue and the engine's own functions
    "SELECT * FROM information_schema.tables": "There is no view",
    "SELECT * FROM pg_catalog.pg_tables": "There is no view",
    "SELECT * FROM pg_tables": "There is no view",
    "SELECT * FROM sqlite_master": "There is no view",
    "SELECT * FROM duckdb_settings()": "'duckdb_settings'",
    "SELECT * FROM duckdb_settings": "There is no view",
    "SELECT * FROM duckdb_secrets()": "'duckdb_secrets'",
    "SELECT * FROM duckdb_variables()": "'duckdb_variables'",
    "SELECT * FROM duckdb_views()": "'duckdb_views'",
    "SELECT * FROM duckdb_logs()": "'duckdb_logs'",
    "SELECT * FROM pragma_storage_info('chat')": "'pragma_storage_info'",
    "SELECT * FROM arrow_scan(1, 2, 3)": "'arrow_scan'",
    "SELECT * FROM enable_logging()": "'enable_logging'",
    "SELECT * FROM seq_scan('chat')": "'seq_scan'",
    "SELECT * FROM duckdb_table_sample('chat')": "'duckdb_table_sample'",
    "SELECT * FROM repeat('x', 9000000000)": "'repeat'",
    "SELECT * FROM system.main.range(5)": "'range'",
    "SHOW TABLES": "SHOW",
    "SHOW ALL TABLES": "SHOW",
    "SHOW DATABASES": "SHOW",
    "SELECT * FROM (SHOW TABLES)": "SHOW",
    # tables of the base schema, directly and by tricks
    "SELECT * FROM main.chat": "There is no view",
    "SELECT * FROM chat": "There is no view",
    "SELECT * FROM reader.main.chat": "There is no view",
    "SELECT * FROM reader.public.chats": "There is no view",
    "SELECT * FROM scope.chat_now": "There is no view",
    "SELECT * FROM main.follower": "There is no view",
    'SELECT * FROM "MAIN"."Chat"': "There is no view",
    "TABLE main.message": "There is no view",
    "FROM chats UNION ALL FROM main.chat": "There is no view",
    "FROM chats SEMI JOIN main.chat USING (chat_id)": "There is no view",
    "SELECT * FROM chats AT (VERSION => 1)": "AT (…)",
    "WITH chat AS (SELECT 1) SELECT * FROM (WITH a AS (SELECT 1) FROM a), chat": "another name",
    "SELECT * FROM (WITH message AS (SELECT 1) FROM message), message": "another name",
    "SELECT * FROM (WITH Sqlite_Master AS (SELECT 1) FROM sqlite_master), sqlite_master": "another name",
    "SELECT * FROM (WITH \"/etc/passwd\" AS (SELECT 1) FROM range(1)), '/etc/passwd'": "name of a CTE",
    "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT chat_id FROM main.chat) FROM r": "There is no view",
    "FROM main.chat PIVOT (count(*) FOR country IN ('DE'))": "There is no view",
    # functions that look outside the rows or act
    "SELECT getenv('HOME')": "'getenv'",
    "SELECT 'HOME'.getenv()": "'getenv'",
    "SELECT current_setting('secret_directory')": "'current_setting'",
    "SELECT stats(body) FROM messages": "'stats'",
    "SELECT nextval('x')": "'nextval'",
    "SELECT write_log('x')": "'write_log'",
    "SELECT sleep_ms(100000)": "'sleep_ms'",
    "SELECT pg_catalog.pg_get_viewdef(1)": "'pg_get_viewdef'",
    "SELECT main.getenv('HOME')": "'getenv'",
    "SELECT main.lower('X')": "'lower'",
    "SELECT first_value(x) OVER () FROM (SELECT getenv('HOME') AS x)": "'getenv'",
    # kinds of SELECT that would need more than one statement, or tell too much
    "PIVOT chats ON status USING count(*)": "PIVOT",
    "SELECT * FROM (PIVOT chats ON status USING count(*))": "PIVOT",
    "EXPLAIN ANALYZE SELECT * FROM chats": "EXPLAIN",
    "EXPLAIN (ANALYZE) SELECT * FROM chats": "EXPLAIN",
    "EXPLAIN DELETE FROM main.chat": "Only SELECT",
    "EXPLAIN SELECT * FROM main.chat": "There is no view",
    "EXPLAIN SELECT 1; DROP TABLE main.chat": "exactly one",
    # nonsense
    "hello": "syntax error",
    "SELECT": "SELECT",
    "SELECT 'unfinished": "unterminated",
    "SELECT \x00": "NUL",
    "🦆": "syntax error",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000: "nests brackets",
    "SELECT " + "-" * 0 + "NOT " * 9000 + "true": "depth",
    "SELECT '" + "x" * 60_000 + "'": "longer than",
}

ALLOWED = (
    "SELECT * FROM chats",
    "from public.chats select count(*)",
    "WITH busy AS (SELECT country, count(*) AS n FROM chats GROUP BY 1) SELECT * FROM busy ORDER BY n DESC LIMIT 5",
    "WITH chats AS (SELECT 1 AS one) FROM chats",
    "SELECT * FROM chats c JOIN messages m USING (chat_id) WHERE m.body ILIKE '%parcel%'",
    "SELECT status, count(*) FILTER (transfers > 0) OVER (PARTITION BY status) FROM chats",
    "FROM chats PIVOT (count(*) FOR status IN ('queued', 'active', 'ended') GROUP BY department)",
    "FROM (SELECT chat_id, wait_s, with_agent_s FROM chats) UNPIVOT (seconds FOR what IN (wait_s, with_agent_s))",
    "DESCRIBE chats",
    "SUMMARIZE chats",
    "EXPLAIN SELECT count(*) FROM chats",
    "  explain\n from messages",
    "SELECT * FROM range(3), unnest([1, 2])",
    "SELECT quantile_cont(wait_s, [0.5, 0.9]) FROM chats WHERE started_at > now() - INTERVAL 7 DAY",
    "FROM chats ASOF JOIN events ON chats.started_at >= events.happened_at",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) FROM n",
    "VALUES (1), (2)",
    "SELECT detail::JSON ->> '$.how' FROM events WHERE type = 'chat_assigned'",
    "SELECT 1 UNION SELECT 2 EXCEPT SELECT 3 ORDER BY ALL",
    "SELECT COLUMNS('.*_s') FROM chats QUALIFY row_number() OVER (PARTITION BY country ORDER BY chat_id) = 1;",
)


@pytest.fixture(scope="module")
def empty_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of a reader's copy, locked down as ever."""
    store = ReaderStore.open(tmp_path_factory.mktemp("copy"))
    yield store.cursor()
    store.close()


@pytest.mark.parametrize("sql", list(REFUSED), ids=lambda sql: sql[:60])
def test_hostile_statements_are_refused_with_words(empty_copy: duckdb.DuckDBPyConnection, sql: str) -> None:
    """R38: no file, network or setting can be reached; only published views are read; nothing is written."""
    with pytest.raises(ChatError) as refusal:
        check_statement(empty_copy, sql)

    assert isinstance(refusal.value, Invalid | NotAllowed | TooLarge)
    assert REFUSED[sql].lower() in refusal.value.message.lower()
    assert "internal" not in refusal.value.message.lower()


@pytest.mark.parametrize("sql", ALLOWED, ids=lambda sql: sql[:60])
async def test_honest_statements_run(door: Door, sql: str) -> None:
    """R38: DuckDB's SQL, but for what reaches outside."""
    await door.table("mia", sql)


async def test_after_all_attacks_the_copy_is_whole(door: Door) -> None:
    """R38."""
    before = await door.rows("ana", "SELECT (SELECT count(*) FROM chats), (SELECT count(*) FROM messages)")
    for sql, words in REFUSED.items():
        with pytest.raises(ChatError) as refusal:
            await door.rows("ana", sql)
        assert words.lower() in refusal.value.message.lower()

    assert (
        await door.rows("ana", "SELECT (SELECT count(*) FROM chats), (SELECT count(*) FROM messages)")
        == before
    )


def test_every_function_with_side_effects_was_judged() -> None:
    """A new engine may bring new ones: then this test asks for a decision."""
    harmless = {"error", "random", "gen_random_uuid", "uuid", "uuidv4", "uuidv7"}
    found = duckdb.connect().execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE has_side_effects"
    )

    assert {name for (name,) in found.fetchall()} - REFUSED_FUNCTIONS - harmless == set()


def test_every_macro_that_reads_a_table_is_refused() -> None:
    found = duckdb.connect().execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() "
        "WHERE function_type = 'macro' AND macro_definition ILIKE '%from %'"
    )

    assert {name for (name,) in found.fetchall()} - REFUSED_FUNCTIONS == set()


def test_checking_runs_nothing() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA public; CREATE TABLE public.chats AS SELECT 1 AS x")

    checked = check_statement(connection, "EXPLAIN SELECT error('ran') FROM chats")

    assert json.dumps(checked) == json.dumps(["SELECT error('ran') FROM chats", True])
