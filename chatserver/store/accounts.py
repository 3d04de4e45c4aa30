"""Accounts and sign-in sessions: ordinary rows, written in the store's thread. Passwords as argon2id hashes only."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import duckdb

SIGN_IN_LIFETIME = timedelta(hours=12)  # a shift; nobody works through two without signing in again
Cursor = duckdb.DuckDBPyConnection


class SignIn(NamedTuple):
    """An open session of a browser."""

    person_id: str
    expires_at: datetime


def save_password_hash(cursor: Cursor, person_id: str, password_hash: str, now: datetime) -> None:
    """Sets the person's password and ends all of their sessions."""
    cursor.execute(
        "INSERT INTO account VALUES (?, ?, ?) ON CONFLICT (person_id) DO UPDATE SET "
        "password_hash = excluded.password_hash, changed_at = excluded.changed_at",
        [person_id, password_hash, now],
    )
    cursor.execute("DELETE FROM sign_in WHERE person_id = ?", [person_id])


def find_password_hash(cursor: Cursor, person_id: str) -> str | None:
    """The person's hash, or None without an account."""
    row = cursor.execute("SELECT password_hash FROM account WHERE person_id = ?", [person_id]).fetchone()
    return str(row[0]) if row else None


def open_sign_in(cursor: Cursor, person_id: str, now: datetime) -> str:
    """Starts a session; returns what the browser keeps. Only its hash is stored. Expired ones are swept out."""
    session = secrets.token_urlsafe(32)
    cursor.execute("DELETE FROM sign_in WHERE expires_at <= ?", [now])
    cursor.execute(
        "INSERT INTO sign_in VALUES (?, ?, ?, ?)",
        [session_hash(session), person_id, now, now + SIGN_IN_LIFETIME],
    )
    return session


def find_sign_in(cursor: Cursor, session: str, now: datetime) -> SignIn | None:
    """The session's person, or None when it is unknown, ended or expired."""
    row = cursor.execute(
        "SELECT person_id, expires_at FROM sign_in WHERE session_hash = ? AND expires_at > ?",
        [session_hash(session), now],
    ).fetchone()
    return SignIn(*row) if row else None


def end_sign_in(cursor: Cursor, session: str) -> None:
    """Ends a session; does nothing if it is not open."""
    cursor.execute("DELETE FROM sign_in WHERE session_hash = ?", [session_hash(session)])


def session_hash(session: str) -> str:
    """What is stored of a session: enough to know it again, useless to whoever reads the file."""
    return hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()
