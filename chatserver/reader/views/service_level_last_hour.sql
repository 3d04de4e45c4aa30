-- Service level and abandonment of the incoming chats that started in the last 60 minutes, by department.
--
-- As in service_level, which says what the columns mean.
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
    AND started_at >= now() - INTERVAL 1 HOUR
GROUP BY ALL;
