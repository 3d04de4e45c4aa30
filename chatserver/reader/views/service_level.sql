-- Service level and abandonment of incoming chats, by the UTC hour in which they started and by department.
--
-- service_level: the share of chats whose first agent message came within 60 s of the start, among those that were
-- answered or abandoned. abandonment: the share of abandoned ones among the same. A chat that still waits is in neither yet.
-- To add rows up, divide sums of the counts; never average the shares.
-- department_id: where the chat is or was last.
CREATE OR REPLACE VIEW public.service_level AS
SELECT
    date_trunc('hour', started_at) AS hour,
    department_id,
    any_value(department) AS department,
    count(*) FILTER (first_answer_at IS NOT NULL) AS answered,
    count(*) FILTER (reason = 'abandoned') AS abandoned,
    count(*) FILTER (answer_s <= 60) AS answered_within_60s,
    count(*) FILTER (answer_s <= 60) / count(*) AS service_level,
    count(*) FILTER (reason = 'abandoned') / count(*) AS abandonment
FROM public.chats
WHERE direction = 'incoming' AND (first_answer_at IS NOT NULL OR reason = 'abandoned')
GROUP BY ALL;
