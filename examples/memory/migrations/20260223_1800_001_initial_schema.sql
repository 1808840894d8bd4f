-- Initial schema
--
-- Every table carries its tenant in org_id, and references inside a tenant name it too: a row
-- cannot point into another organization.
--
-- revision: 001
-- revises: none
-- created: 2026-02-23T18:00:00Z

-- pgate: upgrade

-- org_id repeats the id, so that one tenant filter fits all tables.
CREATE TABLE organizations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL GENERATED ALWAYS AS (id) STORED,
    name varchar(255) NOT NULL,
    slug varchar(100) NOT NULL CONSTRAINT uq_organizations_slug UNIQUE,
    plan varchar(20) NOT NULL DEFAULT 'free'
        CONSTRAINT ck_organizations_plan CHECK (plan IN ('free', 'team', 'enterprise')),
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE teams (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_teams_org_id_id UNIQUE (org_id, id),
    CONSTRAINT uq_teams_org_id_name UNIQUE (org_id, name),
    CONSTRAINT fk_teams_org_id FOREIGN KEY (org_id) REFERENCES organizations (id) ON DELETE CASCADE
);

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    team_id uuid,
    email varchar(255) NOT NULL,
    display_name varchar(255),
    role varchar(20) NOT NULL DEFAULT 'member'
        CONSTRAINT ck_users_role CHECK (role IN ('owner', 'admin', 'member')),
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_users_org_id_id UNIQUE (org_id, id),
    CONSTRAINT uq_users_org_id_email UNIQUE (org_id, email),
    CONSTRAINT fk_users_org_id FOREIGN KEY (org_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT fk_users_team_id FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id)
        ON DELETE SET NULL (team_id)
);

CREATE INDEX idx_users_team_id ON users (org_id, team_id);

CREATE TABLE agents (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    owner_user_id uuid,
    owner_team_id uuid,
    name varchar(255) NOT NULL,
    description text,
    config jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_agents_one_owner CHECK (num_nonnulls(owner_user_id, owner_team_id) = 1),
    CONSTRAINT uq_agents_org_id_id UNIQUE (org_id, id),
    CONSTRAINT fk_agents_org_id FOREIGN KEY (org_id) REFERENCES organizations (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_agents_owner_user_id FOREIGN KEY (org_id, owner_user_id)
        REFERENCES users (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_agents_owner_team_id FOREIGN KEY (org_id, owner_team_id)
        REFERENCES teams (org_id, id) ON DELETE CASCADE
);

CREATE INDEX idx_agents_owner_user_id ON agents (org_id, owner_user_id);
CREATE INDEX idx_agents_owner_team_id ON agents (org_id, owner_team_id);

-- key_hash is the SHA-256 of the key: the key itself is shown once and not kept.
CREATE TABLE api_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    user_id uuid,
    agent_id uuid,
    name varchar(255) NOT NULL,
    key_prefix varchar(16) NOT NULL,
    key_hash bytea NOT NULL CONSTRAINT uq_api_keys_key_hash UNIQUE
        CONSTRAINT ck_api_keys_key_hash CHECK (octet_length(key_hash) = 32),
    scopes text[] NOT NULL DEFAULT '{}',
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_api_keys_one_holder CHECK (num_nonnulls(user_id, agent_id) = 1),
    CONSTRAINT fk_api_keys_org_id FOREIGN KEY (org_id) REFERENCES organizations (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_api_keys_user_id FOREIGN KEY (org_id, user_id)
        REFERENCES users (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_api_keys_agent_id FOREIGN KEY (org_id, agent_id)
        REFERENCES agents (org_id, id) ON DELETE CASCADE
);

CREATE INDEX idx_api_keys_user_id ON api_keys (org_id, user_id);
CREATE INDEX idx_api_keys_agent_id ON api_keys (org_id, agent_id);

CREATE TABLE sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    user_id uuid,
    title varchar(500),
    metadata jsonb NOT NULL DEFAULT '{}',
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_sessions_org_id_id UNIQUE (org_id, id),
    CONSTRAINT fk_sessions_org_id FOREIGN KEY (org_id) REFERENCES organizations (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_sessions_agent_id FOREIGN KEY (org_id, agent_id)
        REFERENCES agents (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_sessions_user_id FOREIGN KEY (org_id, user_id)
        REFERENCES users (org_id, id) ON DELETE SET NULL (user_id)
);

CREATE INDEX idx_sessions_agent_id ON sessions (org_id, agent_id);
CREATE INDEX idx_sessions_user_id ON sessions (org_id, user_id);
CREATE INDEX idx_sessions_created_at ON sessions (created_at);

CREATE TABLE episodes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    session_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    summary text,
    content text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_episodes_org_id_id UNIQUE (org_id, id),
    CONSTRAINT fk_episodes_org_id FOREIGN KEY (org_id) REFERENCES organizations (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_episodes_session_id FOREIGN KEY (org_id, session_id)
        REFERENCES sessions (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_episodes_agent_id FOREIGN KEY (org_id, agent_id)
        REFERENCES agents (org_id, id) ON DELETE CASCADE
);

CREATE INDEX idx_episodes_session_id ON episodes (org_id, session_id);
CREATE INDEX idx_episodes_agent_id ON episodes (org_id, agent_id);
CREATE INDEX idx_episodes_created_at ON episodes (created_at);
CREATE INDEX idx_episodes_tags ON episodes USING gin (tags);

CREATE TABLE memory_facts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL,
    agent_id uuid,
    source_episode_id uuid,
    subject varchar(500) NOT NULL,
    predicate varchar(255) NOT NULL,
    object text NOT NULL,
    confidence double precision NOT NULL DEFAULT 1.0
        CONSTRAINT ck_memory_facts_confidence CHECK (confidence BETWEEN 0 AND 1),
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_memory_facts_validity CHECK (valid_until > valid_from),
    CONSTRAINT uq_memory_facts_org_id_id UNIQUE (org_id, id),
    CONSTRAINT fk_memory_facts_org_id FOREIGN KEY (org_id) REFERENCES organizations (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_memory_facts_agent_id FOREIGN KEY (org_id, agent_id)
        REFERENCES agents (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_memory_facts_source_episode_id FOREIGN KEY (org_id, source_episode_id)
        REFERENCES episodes (org_id, id) ON DELETE SET NULL (source_episode_id)
);

CREATE INDEX idx_memory_facts_agent_id ON memory_facts (org_id, agent_id);
CREATE INDEX idx_memory_facts_source_episode_id ON memory_facts (org_id, source_episode_id);
CREATE INDEX idx_memory_facts_subject_predicate ON memory_facts (org_id, subject, predicate);

-- pgate: downgrade

DROP TABLE memory_facts;
DROP TABLE episodes;
DROP TABLE sessions;
DROP TABLE api_keys;
DROP TABLE agents;
DROP TABLE users;
DROP TABLE teams;
DROP TABLE organizations;
