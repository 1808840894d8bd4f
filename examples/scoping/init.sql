-- The schema at head, in one file: PostgreSQL's image runs it from /docker-entrypoint-initdb.d. A
-- database that was set up so is taken over with `pgate stamp head`.

CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

CREATE TABLE sessions (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    user_id varchar(500) NOT NULL,
    email varchar(255),
    project_name varchar(255) NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'paused', 'completed', 'abandoned')),
    current_stage smallint NOT NULL DEFAULT 1 CHECK (current_stage BETWEEN 1 AND 5),
    metadata jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    last_updated_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz
);

CREATE INDEX idx_sessions_email ON sessions (email);
CREATE INDEX idx_sessions_user_id ON sessions (user_id);
CREATE INDEX idx_sessions_status_last_updated ON sessions (status, last_updated_at);

CREATE TABLE stage_data (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    stage_number smallint NOT NULL CHECK (stage_number BETWEEN 1 AND 5),
    responses jsonb NOT NULL DEFAULT '{}',
    quality_score numeric(3, 1) CHECK (quality_score BETWEEN 0 AND 10),
    is_complete boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (session_id, stage_number)
);

CREATE INDEX idx_stage_data_responses ON stage_data USING gin (responses);

CREATE TABLE conversation_history (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    stage_number smallint NOT NULL CHECK (stage_number BETWEEN 1 AND 5),
    role varchar(20) NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    content text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_conversation_history_session ON conversation_history (session_id, created_at);

CREATE TABLE checkpoints (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    stage_number smallint NOT NULL CHECK (stage_number BETWEEN 1 AND 5),
    snapshot jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_checkpoints_session ON checkpoints (session_id, created_at DESC);

CREATE TABLE project_charters (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    session_id uuid NOT NULL UNIQUE REFERENCES sessions (id) ON DELETE CASCADE,
    charter jsonb NOT NULL,
    governance_decision varchar(20) NOT NULL
        CHECK (governance_decision IN ('proceed', 'revise', 'review', 'halt')),
    overall_confidence numeric(4, 3) CHECK (overall_confidence BETWEEN 0 AND 1),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE quality_metrics (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    stage_number smallint NOT NULL CHECK (stage_number BETWEEN 1 AND 5),
    question_id varchar(100) NOT NULL,
    attempt smallint NOT NULL DEFAULT 1 CHECK (attempt > 0),
    score numeric(3, 1) NOT NULL CHECK (score BETWEEN 0 AND 10),
    issues jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_quality_metrics_session ON quality_metrics (session_id, stage_number);

CREATE TABLE consistency_reports (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    is_consistent boolean NOT NULL,
    contradictions jsonb NOT NULL DEFAULT '[]',
    risk_areas jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_consistency_reports_session ON consistency_reports (session_id, created_at DESC);

CREATE FUNCTION update_sessions_timestamp() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.last_updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER trigger_sessions_timestamp
    BEFORE UPDATE ON sessions
    FOR EACH ROW EXECUTE FUNCTION update_sessions_timestamp();

CREATE FUNCTION update_stage_data_timestamp() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER trigger_stage_data_timestamp
    BEFORE UPDATE ON stage_data
    FOR EACH ROW EXECUTE FUNCTION update_stage_data_timestamp();

CREATE FUNCTION get_active_sessions_count() RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM sessions WHERE status = 'active'
$$;

-- The percentage of the five stages that are complete; NULL where there is no such session.
CREATE FUNCTION get_session_progress(session_id uuid) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT round(100.0 * count(d.id) / 5, 1)
      FROM sessions s
      LEFT JOIN stage_data d ON d.session_id = s.id AND d.is_complete
     WHERE s.id = get_session_progress.session_id
     GROUP BY s.id
$$;

-- Returns how many sessions it marked: those that nobody has touched for seven days.
CREATE FUNCTION mark_abandoned_sessions() RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    marked integer;
BEGIN
    UPDATE sessions
       SET status = 'abandoned'
     WHERE status IN ('active', 'paused')
       AND last_updated_at < now() - interval '7 days';
    GET DIAGNOSTICS marked = ROW_COUNT;
    RETURN marked;
END
$$;
