-- The groups of agents, as they are now. method: how chats reach them; '' means the system's default.
CREATE OR REPLACE VIEW public.groups AS
SELECT group_id, name, department_id, method FROM main.chat_group;
