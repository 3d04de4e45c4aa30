-- The departments that customers choose from, as they are now. The staff's directory is open to all who may read.
CREATE OR REPLACE VIEW public.departments AS
SELECT department_id, name, front_line_group_id FROM main.department;
