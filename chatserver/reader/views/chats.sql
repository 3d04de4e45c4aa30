-- One row a chat, open or ended: who came and from where, where it stands or stood last, and what it came to.
--
-- status: queued | active | ended. reason: why it ended, '' while open. '' means unknown or nobody; times are UTC.
-- department_id, group_id and person_id are the present or last ones, first_… where it landed. answer_s: from the start to the
-- first agent message (NULL: none). wait_s: all time without an agent so far; with_agent_s: all time with one (R10).
-- idle_s: since the last agent message, else since the start; frozen at the end (R9). messages: of customer and
-- agents (R11).
CREATE OR REPLACE VIEW public.chats AS
SELECT
    c.chat_id, c.started_at, c.ended_at, c.status, c.reason, c.direction,
    c.customer_name, c.email,
    c.department_id, coalesce(d.name, '') AS department,
    c.group_id, coalesce(g.name, '') AS "group",
    c.person_id, coalesce(p.name, '') AS agent,
    c.city, c.region, c.country, c.language, c.browser, c.os, c.page, c.referrer, c.visitor_id,
    c.first_department_id, c.first_group_id,
    c.assigned_at, c.first_answer_at,
    epoch(c.first_answer_at) - epoch(c.started_at) AS answer_s,
    c.wait_s, c.with_agent_s,
    epoch(coalesce(c.ended_at, now())) - epoch(c.started_at) AS duration_s,
    epoch(coalesce(c.ended_at, now())) - epoch(coalesce(c.last_answer_at, c.started_at)) AS idle_s,
    c.customer_messages + c.agent_messages AS messages,
    c.customer_messages, c.agent_messages, c.transfers
FROM scope.chat c
LEFT JOIN main.department d ON d.department_id = c.department_id
LEFT JOIN main.chat_group g ON g.group_id = c.group_id
LEFT JOIN main.person p ON p.person_id = c.person_id;
