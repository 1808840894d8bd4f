CREATE INDEX CONCURRENTLY tickets_open ON tickets (updated_at) WHERE is_open;
