-- no-transaction
DROP INDEX CONCURRENTLY tags_name;
