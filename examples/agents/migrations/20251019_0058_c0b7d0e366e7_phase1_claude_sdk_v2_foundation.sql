-- phase1 claude sdk v2 foundation
--
-- Beside new tables and columns two changes of what is there: the timeout of a task becomes a
-- bigint, which rewrites `tasks` (small), and the states of a session take their new names.
--
-- revision: c0b7d0e366e7
-- revises: 567cc0f251e5
-- created: 2025-10-19T00:58:00Z

-- pgate: upgrade

CREATE TABLE working_directory_archives (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    archive_path text NOT NULL,
    storage_backend varchar(20) NOT NULL DEFAULT 'filesystem',
    status varchar(20) NOT NULL DEFAULT 'pending',
    size_bytes bigint,
    file_count integer,
    error_message text,
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_working_directory_archives PRIMARY KEY (id),
    CONSTRAINT ck_working_directory_archives_storage_backend CHECK (
        storage_backend IN ('s3', 'filesystem')),
    CONSTRAINT ck_working_directory_archives_status CHECK (
        status IN ('pending', 'in_progress', 'completed', 'failed')),
    CONSTRAINT ck_working_directory_archives_size_bytes CHECK (size_bytes >= 0),
    CONSTRAINT fk_working_directory_archives_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE INDEX ix_working_directory_archives_session_id ON working_directory_archives (session_id);
CREATE INDEX ix_working_directory_archives_unfinished ON working_directory_archives (created_at)
    WHERE status IN ('pending', 'in_progress');

CREATE TABLE session_metrics_snapshots (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    snapshot_type varchar(20) NOT NULL,
    total_messages integer NOT NULL DEFAULT 0,
    total_tool_calls integer NOT NULL DEFAULT 0,
    total_errors integer NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    total_cost_usd numeric(12, 6) NOT NULL DEFAULT 0,
    duration_ms bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_session_metrics_snapshots PRIMARY KEY (id),
    CONSTRAINT ck_session_metrics_snapshots_snapshot_type CHECK (
        snapshot_type IN ('hourly', 'checkpoint', 'final')),
    CONSTRAINT ck_session_metrics_snapshots_duration_ms CHECK (duration_ms >= 0),
    CONSTRAINT fk_session_metrics_snapshots_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE INDEX ix_session_metrics_snapshots_session_id
    ON session_metrics_snapshots (session_id, created_at DESC);

CREATE TABLE hook_executions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    hook_id uuid,
    tool_call_id uuid,
    event varchar(50) NOT NULL,
    input_data jsonb NOT NULL DEFAULT '{}',
    output_data jsonb NOT NULL DEFAULT '{}',
    duration_ms integer,
    error_message text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_hook_executions PRIMARY KEY (id),
    CONSTRAINT ck_hook_executions_duration_ms CHECK (duration_ms >= 0),
    CONSTRAINT fk_hook_executions_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT fk_hook_executions_hook_id_hooks FOREIGN KEY (hook_id)
        REFERENCES hooks (id) ON DELETE SET NULL,
    CONSTRAINT fk_hook_executions_tool_call_id_tool_calls FOREIGN KEY (tool_call_id)
        REFERENCES tool_calls (id) ON DELETE SET NULL
);

CREATE INDEX ix_hook_executions_session_id ON hook_executions (session_id, created_at DESC);
CREATE INDEX ix_hook_executions_hook_id ON hook_executions (hook_id);
CREATE INDEX ix_hook_executions_tool_call_id ON hook_executions (tool_call_id);
CREATE INDEX ix_hook_executions_input_data ON hook_executions USING gin (input_data);
CREATE INDEX ix_hook_executions_output_data ON hook_executions USING gin (output_data);

CREATE TABLE permission_decisions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    tool_call_id uuid,
    tool_name varchar(255) NOT NULL,
    input_data jsonb NOT NULL DEFAULT '{}',
    context_data jsonb NOT NULL DEFAULT '{}',
    decision varchar(20) NOT NULL,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_permission_decisions PRIMARY KEY (id),
    CONSTRAINT ck_permission_decisions_decision CHECK (decision IN ('allow', 'deny', 'ask')),
    CONSTRAINT fk_permission_decisions_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT fk_permission_decisions_tool_call_id_tool_calls FOREIGN KEY (tool_call_id)
        REFERENCES tool_calls (id) ON DELETE SET NULL
);

CREATE INDEX ix_permission_decisions_session_id
    ON permission_decisions (session_id, created_at DESC);
CREATE INDEX ix_permission_decisions_tool_call_id ON permission_decisions (tool_call_id);
CREATE INDEX ix_permission_decisions_input_data ON permission_decisions USING gin (input_data);
CREATE INDEX ix_permission_decisions_context_data ON permission_decisions USING gin (context_data);

ALTER TABLE tasks ALTER COLUMN timeout_seconds TYPE bigint;

ALTER TABLE sessions
    ADD COLUMN retries integer NOT NULL DEFAULT 0,
    ADD COLUMN timeout_seconds bigint NOT NULL DEFAULT 3600,
    ADD COLUMN hooks_enabled jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN permission_mode varchar(50) NOT NULL DEFAULT 'default',
    ADD COLUMN total_hook_executions integer NOT NULL DEFAULT 0,
    ADD COLUMN total_permission_checks integer NOT NULL DEFAULT 0,
    ADD COLUMN total_errors integer NOT NULL DEFAULT 0,
    ADD COLUMN total_retries integer NOT NULL DEFAULT 0,
    ADD COLUMN archive_id uuid,
    ADD CONSTRAINT ck_sessions_retries CHECK (retries >= 0),
    ADD CONSTRAINT ck_sessions_timeout_seconds CHECK (timeout_seconds > 0),
    ADD CONSTRAINT ck_sessions_permission_mode CHECK (
        permission_mode IN ('default', 'acceptEdits', 'plan', 'bypassPermissions')),
    ADD CONSTRAINT fk_sessions_archive_id_working_directory_archives FOREIGN KEY (archive_id)
        REFERENCES working_directory_archives (id) ON DELETE SET NULL;

CREATE INDEX ix_sessions_archive_id ON sessions (archive_id);

ALTER TABLE sessions DROP CONSTRAINT ck_sessions_status;

UPDATE sessions
   SET status = CASE status WHEN 'initializing' THEN 'created' ELSE 'waiting' END
 WHERE status IN ('initializing', 'paused');

ALTER TABLE sessions
    ALTER COLUMN status SET DEFAULT 'created',
    ADD CONSTRAINT ck_sessions_status CHECK (status IN (
        'created', 'connecting', 'active', 'waiting', 'processing',
        'completed', 'failed', 'terminated', 'archived'));

ALTER TABLE messages
    ADD COLUMN is_partial boolean NOT NULL DEFAULT false,
    ADD COLUMN parent_message_id uuid,
    ADD COLUMN thinking_content text,
    ADD CONSTRAINT fk_messages_parent_message_id_messages FOREIGN KEY (parent_message_id)
        REFERENCES messages (id) ON DELETE SET NULL;

CREATE INDEX ix_messages_parent_message_id ON messages (parent_message_id);

ALTER TABLE tool_calls
    ADD COLUMN retries integer NOT NULL DEFAULT 0,
    ADD COLUMN hook_pre_data jsonb,
    ADD COLUMN hook_post_data jsonb,
    ADD CONSTRAINT ck_tool_calls_retries CHECK (retries >= 0);

-- pgate: downgrade

ALTER TABLE tool_calls
    DROP COLUMN hook_post_data,
    DROP COLUMN hook_pre_data,
    DROP COLUMN retries;

ALTER TABLE messages
    DROP COLUMN thinking_content,
    DROP COLUMN parent_message_id,
    DROP COLUMN is_partial;

ALTER TABLE sessions DROP CONSTRAINT ck_sessions_status;

-- The states that had no name before go to the nearest one that had.
UPDATE sessions
   SET status = CASE status
                    WHEN 'created' THEN 'initializing'
                    WHEN 'connecting' THEN 'initializing'
                    WHEN 'waiting' THEN 'paused'
                    WHEN 'processing' THEN 'active'
                    ELSE 'completed'
                END
 WHERE status IN ('created', 'connecting', 'waiting', 'processing', 'archived');

ALTER TABLE sessions
    ALTER COLUMN status SET DEFAULT 'initializing',
    ADD CONSTRAINT ck_sessions_status CHECK (
        status IN ('initializing', 'active', 'paused', 'completed', 'failed', 'terminated'));

ALTER TABLE sessions
    DROP COLUMN archive_id,
    DROP COLUMN total_retries,
    DROP COLUMN total_errors,
    DROP COLUMN total_permission_checks,
    DROP COLUMN total_hook_executions,
    DROP COLUMN permission_mode,
    DROP COLUMN hooks_enabled,
    DROP COLUMN timeout_seconds,
    DROP COLUMN retries;

-- Refused by the server, and nothing of this kept, where a timeout does not fit an integer.
ALTER TABLE tasks ALTER COLUMN timeout_seconds TYPE integer;

DROP TABLE permission_decisions;
DROP TABLE hook_executions;
DROP TABLE session_metrics_snapshots;
DROP TABLE working_directory_archives;
