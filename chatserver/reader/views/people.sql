-- The staff, as they are now. Customers see chat_name, never name.
CREATE OR REPLACE VIEW public.people AS
SELECT person_id, name, chat_name, roles, languages FROM main.person;
