-- Who works in which group, as it is now. max_active_chats bounds automatic assignment only.
CREATE OR REPLACE VIEW public.memberships AS
SELECT m.person_id, m.group_id, g.department_id, m.max_active_chats, m.is_primary
FROM main.membership m JOIN main.chat_group g USING (group_id);
