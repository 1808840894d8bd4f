CREATE INDEX CONCURRENTLY sessions_account_id ON sessions (account_id);
