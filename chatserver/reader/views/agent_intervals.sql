-- What each person's three layers of availability were, and when (R19): one row for each time in one state.
--
-- layer: online | available | group (then group_id says which). state: what held meanwhile. ended_at is NULL for what
-- holds now; seconds then counts to now.
CREATE OR REPLACE VIEW public.agent_intervals AS
WITH latest AS (
    SELECT
        person_id,
        CASE type WHEN 'presence_changed' THEN 'online' WHEN 'availability_changed' THEN 'available' ELSE 'group' END
            AS layer,
        group_id,
        arg_max(detail, seq) AS detail,
        max(happened_at) AS started_at
    FROM main.event
    WHERE type IN ('presence_changed', 'availability_changed', 'group_activity_changed')
    GROUP BY ALL
),
interval_ AS (
    SELECT person_id, layer, group_id, state, started_at, ended_at FROM main.agent_interval
    UNION ALL
    SELECT
        person_id, layer, group_id,
        (detail::JSON ->> CASE layer WHEN 'online' THEN '$.online' WHEN 'available' THEN '$.available' ELSE '$.active' END)::BOOLEAN,
        started_at, NULL
    FROM latest
),
allowed AS (
    SELECT * FROM interval_
    WHERE getvariable('everything')::BOOLEAN OR person_id IN (SELECT person_id FROM scope.person)
    LIMIT 1000000000000  -- a wall: see scope/2_chat.sql
)
SELECT
    a.person_id, coalesce(p.name, '') AS agent, a.layer, a.group_id, a.state, a.started_at, a.ended_at,
    epoch(coalesce(a.ended_at, now())) - epoch(a.started_at) AS seconds
FROM allowed a LEFT JOIN main.person p USING (person_id);
