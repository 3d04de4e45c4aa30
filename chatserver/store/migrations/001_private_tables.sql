-- The server's own tables, never published. The published ones are in chatserver/tables/schema.sql.
CREATE TABLE account (
    person_id VARCHAR PRIMARY KEY,
    password_hash VARCHAR NOT NULL,     -- argon2id
    changed_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE sign_in (
    session_hash VARCHAR PRIMARY KEY,   -- SHA-256 of what the browser holds
    person_id VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
