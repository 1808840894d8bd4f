-- Memory embeddings
--
-- The index is built CONCURRENTLY, so that memories can be written while it grows; PostgreSQL
-- allows that outside a transaction only, and pgate runs this revision statement by statement.
--
-- revision: b83d5e0f6c21
-- revises: 4f1c2a7be903
-- created: 2025-11-22T14:30:00Z

-- pgate: upgrade

ALTER TABLE memories ADD COLUMN embedding vector(1536);

CREATE INDEX CONCURRENTLY idx_memories_embedding
    ON memories USING hnsw (embedding vector_cosine_ops);

-- pgate: downgrade

DROP INDEX CONCURRENTLY idx_memories_embedding;
ALTER TABLE memories DROP COLUMN embedding;
