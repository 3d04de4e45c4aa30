-- Every transition but messages: chats started, queued, assigned, transferred, ended; people coming, going, away.
--
-- person_id: whom it concerns; by_person_id: who did it. detail: the whole event as JSON, without personal data or
-- text. Events of the organisation are for administrators.
CREATE OR REPLACE VIEW public.events AS
SELECT
    e.seq, e.happened_at, e.type, e.chat_id, e.n, e.person_id, e.by_person_id, e.department_id, e.group_id, e.detail
FROM main.event e
WHERE getvariable('everything')::BOOLEAN
    OR e.chat_id IN (SELECT chat_id FROM scope.chat)
    OR (
        e.type IN ('presence_changed', 'availability_changed', 'group_activity_changed')
        AND e.person_id IN (SELECT person_id FROM scope.person)
    )
LIMIT 1000000000000;  -- a wall: see scope/2_chat.sql
