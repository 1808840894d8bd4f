-- Add sessions email
--
-- revision: 7a1d4c9be230
-- revises: 03033cebb647
-- created: 2025-11-03T10:15:00Z

-- pgate: upgrade

ALTER TABLE sessions ADD COLUMN email varchar(255);

-- pgate: downgrade

ALTER TABLE sessions DROP COLUMN email;
