-- Initial schema
--
-- revision: 001
-- revises: none
-- created: 2025-11-01T09:00:00Z

-- pgate: upgrade

CREATE TYPE message_role AS ENUM ('user', 'assistant', 'system');
CREATE TYPE scratchpad_entry_type AS ENUM ('todo', 'note', 'journal');
CREATE TYPE document_status AS ENUM ('pending', 'processing', 'completed', 'failed');

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username varchar(50) NOT NULL UNIQUE,
    email varchar(255) NOT NULL UNIQUE,
    password_hash varchar(255) NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE knowledge_pools (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    description text,
    collection_name varchar(255) NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, name)
);

CREATE TABLE documents (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    knowledge_pool_id uuid NOT NULL REFERENCES knowledge_pools (id) ON DELETE CASCADE,
    filename varchar(500) NOT NULL,
    content_type varchar(100) NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    status document_status NOT NULL DEFAULT 'pending',
    chunk_count integer NOT NULL DEFAULT 0 CHECK (chunk_count >= 0),
    error_message text,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_documents_pool_status ON documents (knowledge_pool_id, status);

CREATE TABLE conversations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title varchar(500),
    rag_enabled boolean NOT NULL DEFAULT true,
    rag_pool_ids uuid[] NOT NULL DEFAULT '{}',
    rag_top_k smallint NOT NULL DEFAULT 5 CHECK (rag_top_k BETWEEN 1 AND 50),
    rag_min_score double precision NOT NULL DEFAULT 0.7 CHECK (rag_min_score BETWEEN 0 AND 1),
    scratchpad_enabled boolean NOT NULL DEFAULT true,
    scratchpad_types scratchpad_entry_type[] NOT NULL DEFAULT '{todo,note,journal}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_conversations_user_updated ON conversations (user_id, updated_at DESC);

CREATE TABLE messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    role message_role NOT NULL,
    content text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_messages_conversation_created ON messages (conversation_id, created_at);

CREATE TABLE scratchpad_entries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    conversation_id uuid REFERENCES conversations (id) ON DELETE CASCADE,
    entry_type scratchpad_entry_type NOT NULL,
    content text NOT NULL,
    is_done boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (entry_type = 'todo' OR NOT is_done)
);

CREATE INDEX idx_scratchpad_user_type ON scratchpad_entries (user_id, entry_type);
CREATE INDEX idx_scratchpad_conversation ON scratchpad_entries (conversation_id);

CREATE TABLE user_memories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content text NOT NULL,
    importance double precision NOT NULL DEFAULT 0.5 CHECK (importance BETWEEN 0 AND 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_user_memories_importance ON user_memories (user_id, importance DESC);

-- pgate: downgrade

DROP TABLE user_memories;
DROP TABLE scratchpad_entries;
DROP TABLE messages;
DROP TABLE conversations;
DROP TABLE documents;
DROP TABLE knowledge_pools;
DROP TABLE users;
DROP TYPE document_status;
DROP TYPE scratchpad_entry_type;
DROP TYPE message_role;
