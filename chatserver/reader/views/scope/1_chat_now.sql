-- Every chat as it is now: its row, its summary if it has ended, else what its events and messages say so far.
-- Not filtered: for the views of this folder only.
CREATE OR REPLACE VIEW scope.chat_now AS
WITH open_chat AS MATERIALIZED (
    SELECT chat_id, started_at FROM main.chat ANTI JOIN main.chat_summary USING (chat_id)
),
step AS (  -- where an open chat was put, and until when
    SELECT
        e.chat_id, e.seq, e.type, e.department_id, e.group_id, e.person_id, e.happened_at,
        lead(e.happened_at) OVER (PARTITION BY e.chat_id ORDER BY e.seq) AS until
    FROM main.event e SEMI JOIN open_chat USING (chat_id)
    WHERE e.type IN ('chat_started', 'chat_assigned', 'chat_transferred')
),
placed AS (
    SELECT
        chat_id,
        arg_max(type, seq) AS last_type,
        arg_max(department_id, seq) AS department_id,  -- '' after an assignment: then the group tells
        arg_max(group_id, seq) AS group_id,
        arg_max(person_id, seq) AS person_id,
        min(happened_at) FILTER (type = 'chat_assigned') AS assigned_at,
        count(*) FILTER (type = 'chat_transferred') AS transfers,
        sum(epoch(coalesce(until, now())) - epoch(happened_at)) FILTER (type <> 'chat_assigned') AS wait_s,
        sum(epoch(coalesce(until, now())) - epoch(happened_at)) FILTER (type = 'chat_assigned') AS with_agent_s
    FROM step GROUP BY chat_id
),
said AS (
    SELECT
        chat_id,
        count(*) FILTER (sender = 'customer') AS customer_messages,
        count(*) FILTER (sender = 'agent') AS agent_messages,
        min(said_at) FILTER (sender = 'agent') AS first_answer_at,
        max(said_at) FILTER (sender = 'agent') AS last_answer_at
    FROM main.message SEMI JOIN open_chat USING (chat_id) GROUP BY chat_id
),
state AS (
    SELECT
        s.chat_id, 'ended' AS status, s.reason, s.department_id, s.group_id, s.person_id,
        s.assigned_at, s.first_answer_at, l.last_answer_at, s.ended_at, s.wait_s, s.with_agent_s,
        s.customer_messages, s.agent_messages, s.transfers
    FROM main.chat_summary s LEFT JOIN main.chat_last_answer l USING (chat_id)
    UNION ALL
    SELECT
        p.chat_id,
        CASE WHEN p.last_type = 'chat_assigned' THEN 'active' ELSE 'queued' END,
        '',
        coalesce(nullif(p.department_id, ''), g.department_id, ''),
        p.group_id,
        CASE WHEN p.last_type = 'chat_assigned' THEN p.person_id ELSE '' END,
        p.assigned_at, said.first_answer_at, said.last_answer_at, NULL,
        p.wait_s, coalesce(p.with_agent_s, 0),
        coalesce(said.customer_messages, 0), coalesce(said.agent_messages, 0), p.transfers
    FROM placed p
    LEFT JOIN said USING (chat_id)
    LEFT JOIN main.chat_group g ON g.group_id = p.group_id
)
SELECT
    c.chat_id, c.started_at, state.ended_at, state.status, state.reason, c.direction,
    c.customer_name, c.email, c.page, c.referrer, c.city, c.region, c.country, c.language, c.browser, c.os,
    c.visitor_id,
    state.department_id, state.group_id, state.person_id,
    c.department_id AS first_department_id, c.group_id AS first_group_id,
    state.assigned_at, state.first_answer_at, state.last_answer_at,
    state.wait_s, state.with_agent_s,
    state.customer_messages, state.agent_messages, state.transfers
FROM main.chat c JOIN state USING (chat_id);
