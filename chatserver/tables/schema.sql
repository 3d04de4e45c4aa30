-- The published tables. Rows are appended and never updated in place, except where a comment says so.
-- No secondary index and no foreign key: the desk keeps ids unique, scans are pruned by order of arrival.
-- All times are UTC. '' means unknown or nobody.

-- One row a chat, written at its start: who came, from where, and to which department first.
CREATE TABLE chat (
    chat_id BIGINT NOT NULL,            -- sequential; known to staff only
    seq BIGINT NOT NULL,                -- place of the start in the global order
    started_at TIMESTAMPTZ NOT NULL,
    visitor_id VARCHAR NOT NULL,        -- random; the same for a returning browser
    client_id VARCHAR NOT NULL,         -- made by the customer's page; a repeated start has the same
    direction VARCHAR NOT NULL,         -- incoming | invited
    department_id VARCHAR NOT NULL,     -- first department
    group_id VARCHAR NOT NULL,          -- first group
    customer_name VARCHAR NOT NULL,     -- what the customer wants to be called in this chat
    email VARCHAR NOT NULL,
    page VARCHAR NOT NULL,              -- address of the page the chat was started on
    referrer VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    country VARCHAR NOT NULL,           -- ISO 3166 alpha-2
    language VARCHAR NOT NULL,          -- primary BCP-47 tag as the browser states it
    browser VARCHAR NOT NULL,           -- family
    os VARCHAR NOT NULL                 -- family
);

-- Everything people wrote.
CREATE TABLE message (
    seq BIGINT NOT NULL,                -- place in the global order, shared with event
    said_at TIMESTAMPTZ NOT NULL,
    chat_id BIGINT NOT NULL,
    n INTEGER NOT NULL,                 -- line number in the chat, gapless together with event's
    sender VARCHAR NOT NULL,            -- customer | agent | transfer_comment (for staff only, not counted)
    person_id VARCHAR NOT NULL,         -- the agent
    client_id VARCHAR NOT NULL,         -- made by the sender; a repeat has the same
    body VARCHAR NOT NULL
);

-- Every transition but messages. detail holds the whole event as JSON, without personal data or text.
CREATE TABLE event (
    seq BIGINT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    type VARCHAR NOT NULL,              -- chat_started, chat_assigned, presence_changed, …
    chat_id BIGINT,                     -- NULL for events of people and the organisation
    n INTEGER,
    person_id VARCHAR NOT NULL,         -- whom it concerns: the agent assigned, the person who came online
    by_person_id VARCHAR NOT NULL,      -- who did it
    department_id VARCHAR NOT NULL,
    group_id VARCHAR NOT NULL,
    detail VARCHAR NOT NULL
);

-- One row a chat, written when it ends.
CREATE TABLE chat_summary (
    chat_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    assigned_at TIMESTAMPTZ,            -- first assignment
    first_answer_at TIMESTAMPTZ,        -- first agent message
    ended_at TIMESTAMPTZ NOT NULL,
    wait_s DOUBLE NOT NULL,             -- all time without an agent
    with_agent_s DOUBLE NOT NULL,       -- all time with one
    customer_messages INTEGER NOT NULL,
    agent_messages INTEGER NOT NULL,
    transfers INTEGER NOT NULL,
    reason VARCHAR NOT NULL,            -- ended_by_agent | ended_by_customer | abandoned | timed_out | converted_to_ticket
    direction VARCHAR NOT NULL,
    department_id VARCHAR NOT NULL,     -- last department, group and agent
    group_id VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL
);

-- One row for each time a person was in one state of one layer, written when that time ends.
CREATE TABLE agent_interval (
    person_id VARCHAR NOT NULL,
    layer VARCHAR NOT NULL,             -- online | available | group
    group_id VARCHAR NOT NULL,          -- for layer group
    state BOOLEAN NOT NULL,             -- what held meanwhile
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL
);

-- The organisation as it is now; replaced row by row as it changes.
CREATE TABLE department (department_id VARCHAR NOT NULL, name VARCHAR NOT NULL, front_line_group_id VARCHAR NOT NULL);
CREATE TABLE chat_group (group_id VARCHAR NOT NULL, name VARCHAR NOT NULL, department_id VARCHAR NOT NULL, method VARCHAR NOT NULL);
CREATE TABLE person (
    person_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    chat_name VARCHAR NOT NULL,
    roles VARCHAR[] NOT NULL,
    languages VARCHAR[] NOT NULL,
    avatar VARCHAR NOT NULL
);
CREATE TABLE membership (person_id VARCHAR NOT NULL, group_id VARCHAR NOT NULL, max_active_chats INTEGER NOT NULL, is_primary BOOLEAN NOT NULL);
