-- How much came, and how long it waited, by the UTC hour of the start, department, language and country.
--
-- started, answered (by an agent message) and abandoned add up over any rows. The percentiles are of wait_s, all time without
-- an agent, of the chats that have ended: they do not add up. For wider groups, take them anew from chats.
-- department_id: where the chat is or was last. '' means unknown.
CREATE OR REPLACE VIEW public.load_by_hour AS
SELECT
    date_trunc('hour', started_at) AS hour,
    department_id,
    any_value(department) AS department,
    language,
    country,
    count(*) AS started,
    count(*) FILTER (first_answer_at IS NOT NULL) AS answered,
    count(*) FILTER (reason = 'abandoned') AS abandoned,
    quantile_cont(wait_s, 0.5) FILTER (status = 'ended') AS median_wait_s,
    quantile_cont(wait_s, 0.9) FILTER (status = 'ended') AS p90_wait_s
FROM public.chats
GROUP BY ALL;
