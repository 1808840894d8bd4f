-- Index sessions email
--
-- Built CONCURRENTLY, so that sessions can be written meanwhile.
--
-- revision: c94e17ab3d08
-- revises: 5be8f02d6c17
-- created: 2025-11-06T09:05:00Z

-- pgate: upgrade

CREATE INDEX CONCURRENTLY idx_sessions_email ON sessions (email);

-- pgate: downgrade

DROP INDEX CONCURRENTLY idx_sessions_email;
