-- The chats that the asking person may see (R3): all, or those of their departments, and their own.
-- Without its variables a cursor sees nothing. The LIMIT is a wall, far above any number of rows: the optimizer moves no
-- condition of a query through it, so that no function of a query ever runs on a row that its author may not see
-- (an error or the time it takes would tell about that row).
CREATE OR REPLACE VIEW scope.chat AS
SELECT * FROM scope.chat_now
WHERE getvariable('everything')::BOOLEAN
    OR list_contains(getvariable('departments')::VARCHAR[], department_id)
    OR person_id = getvariable('person')::VARCHAR
LIMIT 1000000000000;
