-- Service level and abandonment of the last 60 minutes, by department, as the live board counts them.
--
-- Incoming chats whose first answer, or whose abandonment, fell into that time; chats that still wait are in neither.
-- The columns mean what they mean in service_level.
CREATE OR REPLACE VIEW public.service_level_last_hour AS
SELECT
    department_id,
    any_value(department) AS department,
    count(*) FILTER (first_answer_at IS NOT NULL) AS answered,
    count(*) FILTER (reason = 'abandoned') AS abandoned,
    count(*) FILTER (answer_s <= 60) AS answered_within_60s,
    count(*) FILTER (answer_s <= 60) / count(*) AS service_level,
    count(*) FILTER (reason = 'abandoned') / count(*) AS abandonment
FROM public.chats
WHERE direction = 'incoming' AND (first_answer_at IS NOT NULL OR reason = 'abandoned')
    AND coalesce(first_answer_at, ended_at) > now() - INTERVAL 1 HOUR
GROUP BY ALL;
