-- Authors
--
-- revision: a1b2c3d4e5f6
-- revises: none
-- created: 2026-01-01T09:00:00Z

-- pgate: upgrade
CREATE TABLE author (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL
);

-- pgate: downgrade
DROP TABLE author;
