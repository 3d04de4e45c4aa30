-- Everything people wrote, in the order of seq, the place in the one global order that events share.
--
-- sender: customer | agent | transfer_comment (for staff only; not counted). n: line number in the chat, gapless
-- together with that of events. person_id: the agent.
CREATE OR REPLACE VIEW public.messages AS
SELECT m.seq, m.said_at, m.chat_id, m.n, m.sender, m.person_id, m.body
FROM main.message m
WHERE getvariable('everything')::BOOLEAN OR m.chat_id IN (SELECT chat_id FROM scope.chat)
LIMIT 1000000000000;  -- a wall: see scope/2_chat.sql
