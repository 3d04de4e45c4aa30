-- The people whose hours the asking person may see: all, or those who work in their departments, and themselves.
CREATE OR REPLACE VIEW scope.person AS
SELECT DISTINCT p.person_id
FROM main.person p
LEFT JOIN main.membership m USING (person_id)
LEFT JOIN main.chat_group g USING (group_id)
WHERE getvariable('everything')::BOOLEAN
    OR list_contains(getvariable('departments')::VARCHAR[], g.department_id)
    OR p.person_id = getvariable('person')::VARCHAR;
