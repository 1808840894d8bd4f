-- Add users timezone
--
-- revision: 002
-- revises: 001
-- created: 2025-11-18T14:00:00Z

-- pgate: upgrade

ALTER TABLE users ADD COLUMN timezone varchar(50) DEFAULT 'UTC';

-- pgate: downgrade

ALTER TABLE users DROP COLUMN timezone;
