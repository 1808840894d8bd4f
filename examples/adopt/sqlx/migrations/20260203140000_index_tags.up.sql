-- no-transaction
CREATE INDEX CONCURRENTLY tags_name ON tags (name);
