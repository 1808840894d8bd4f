-- initial database schema
--
-- revision: 972fc63ffb69
-- revises: none
-- created: 2025-10-18T02:30:00Z

-- pgate: upgrade

CREATE TABLE organizations (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name varchar(255) NOT NULL,
    slug varchar(100) NOT NULL,
    plan varchar(50) NOT NULL DEFAULT 'free',
    max_users integer NOT NULL DEFAULT 10,
    max_sessions_per_month integer NOT NULL DEFAULT 100,
    max_storage_gb integer NOT NULL DEFAULT 100,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT pk_organizations PRIMARY KEY (id),
    CONSTRAINT uq_organizations_slug UNIQUE (slug),
    CONSTRAINT ck_organizations_plan CHECK (plan IN ('free', 'pro', 'enterprise')),
    CONSTRAINT ck_organizations_max_users CHECK (max_users > 0),
    CONSTRAINT ck_organizations_max_sessions CHECK (max_sessions_per_month > 0),
    CONSTRAINT ck_organizations_max_storage CHECK (max_storage_gb > 0)
);

CREATE TABLE users (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL,
    email varchar(255) NOT NULL,
    username varchar(100) NOT NULL,
    password_hash varchar(255) NOT NULL,
    full_name varchar(255),
    role varchar(50) NOT NULL DEFAULT 'user',
    is_active boolean NOT NULL DEFAULT true,
    max_concurrent_sessions integer NOT NULL DEFAULT 5,
    disk_quota_mb integer NOT NULL DEFAULT 5120,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT uq_users_username UNIQUE (username),
    CONSTRAINT ck_users_role CHECK (role IN ('admin', 'user', 'viewer')),
    CONSTRAINT ck_users_max_concurrent_sessions CHECK (max_concurrent_sessions > 0),
    CONSTRAINT ck_users_disk_quota CHECK (disk_quota_mb > 0),
    CONSTRAINT fk_users_organization_id_organizations FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE INDEX ix_users_organization_id ON users (organization_id);

CREATE TABLE hooks (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    event varchar(50) NOT NULL,
    matcher jsonb NOT NULL DEFAULT '{}',
    implementation text NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    priority integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_hooks PRIMARY KEY (id),
    CONSTRAINT uq_hooks_user_id_name UNIQUE (user_id, name),
    CONSTRAINT ck_hooks_event CHECK (
        event IN ('pre_tool_use', 'post_tool_use', 'user_prompt_submit', 'stop', 'pre_compact')),
    CONSTRAINT fk_hooks_user_id_users FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE mcp_servers (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    server_type varchar(20) NOT NULL,
    config jsonb NOT NULL DEFAULT '{}',
    is_enabled boolean NOT NULL DEFAULT true,
    last_health_check_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_mcp_servers PRIMARY KEY (id),
    CONSTRAINT uq_mcp_servers_user_id_name UNIQUE (user_id, name),
    CONSTRAINT ck_mcp_servers_server_type CHECK (server_type IN ('stdio', 'sse', 'http', 'sdk')),
    CONSTRAINT fk_mcp_servers_user_id_users FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE tasks (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    prompt_template text NOT NULL,
    allowed_tools text[] NOT NULL DEFAULT '{}',
    schedule_cron varchar(100),
    timeout_seconds integer NOT NULL DEFAULT 3600,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT pk_tasks PRIMARY KEY (id),
    CONSTRAINT ck_tasks_timeout_seconds CHECK (timeout_seconds > 0),
    CONSTRAINT fk_tasks_user_id_users FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_tasks_user_id ON tasks (user_id);

CREATE TABLE sessions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    parent_session_id uuid,
    name varchar(255),
    mode varchar(20) NOT NULL DEFAULT 'interactive',
    status varchar(50) NOT NULL DEFAULT 'initializing',
    model varchar(100),
    sdk_options jsonb NOT NULL DEFAULT '{}',
    total_messages integer NOT NULL DEFAULT 0,
    total_tool_calls integer NOT NULL DEFAULT 0,
    total_cost_usd numeric(12, 6) NOT NULL DEFAULT 0,
    error_message text,
    started_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT ck_sessions_mode CHECK (mode IN ('interactive', 'background', 'forked')),
    CONSTRAINT ck_sessions_status CHECK (
        status IN ('initializing', 'active', 'paused', 'completed', 'failed', 'terminated')),
    CONSTRAINT fk_sessions_user_id_users FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_sessions_parent_session_id_sessions FOREIGN KEY (parent_session_id)
        REFERENCES sessions (id) ON DELETE SET NULL
);

CREATE INDEX ix_sessions_user_id_status ON sessions (user_id, status);
CREATE INDEX ix_sessions_parent_session_id ON sessions (parent_session_id);
CREATE INDEX ix_sessions_created_at ON sessions (created_at);

CREATE TABLE messages (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    message_type varchar(20) NOT NULL,
    content jsonb NOT NULL,
    model varchar(100),
    sequence_number integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT uq_messages_session_id_sequence_number UNIQUE (session_id, sequence_number),
    CONSTRAINT ck_messages_message_type CHECK (
        message_type IN ('user', 'assistant', 'system', 'result')),
    CONSTRAINT ck_messages_sequence_number CHECK (sequence_number >= 0),
    CONSTRAINT fk_messages_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE tool_calls (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    message_id uuid,
    tool_name varchar(255) NOT NULL,
    tool_use_id varchar(255) NOT NULL,
    tool_input jsonb NOT NULL DEFAULT '{}',
    tool_output jsonb,
    status varchar(20) NOT NULL DEFAULT 'pending',
    error_message text,
    duration_ms integer,
    started_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_tool_calls PRIMARY KEY (id),
    CONSTRAINT uq_tool_calls_tool_use_id UNIQUE (tool_use_id),
    CONSTRAINT ck_tool_calls_status CHECK (
        status IN ('pending', 'running', 'success', 'error', 'denied')),
    CONSTRAINT ck_tool_calls_duration_ms CHECK (duration_ms >= 0),
    CONSTRAINT fk_tool_calls_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT fk_tool_calls_message_id_messages FOREIGN KEY (message_id)
        REFERENCES messages (id) ON DELETE SET NULL
);

CREATE INDEX ix_tool_calls_session_id ON tool_calls (session_id, created_at);
CREATE INDEX ix_tool_calls_message_id ON tool_calls (message_id);
CREATE INDEX ix_tool_calls_tool_name ON tool_calls (tool_name);

CREATE TABLE task_executions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    task_id uuid NOT NULL,
    session_id uuid,
    trigger_type varchar(20) NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'pending',
    variables jsonb NOT NULL DEFAULT '{}',
    error_message text,
    started_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_task_executions PRIMARY KEY (id),
    CONSTRAINT ck_task_executions_trigger_type CHECK (
        trigger_type IN ('manual', 'scheduled', 'webhook')),
    CONSTRAINT ck_task_executions_status CHECK (
        status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT fk_task_executions_task_id_tasks FOREIGN KEY (task_id)
        REFERENCES tasks (id) ON DELETE CASCADE,
    CONSTRAINT fk_task_executions_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE SET NULL
);

CREATE INDEX ix_task_executions_task_id ON task_executions (task_id, created_at);
CREATE INDEX ix_task_executions_session_id ON task_executions (session_id);

CREATE TABLE reports (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    task_execution_id uuid,
    title varchar(500) NOT NULL,
    file_format varchar(20) NOT NULL DEFAULT 'html',
    file_path text,
    content jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT pk_reports PRIMARY KEY (id),
    CONSTRAINT ck_reports_file_format CHECK (file_format IN ('html', 'pdf', 'json', 'markdown')),
    CONSTRAINT fk_reports_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT fk_reports_task_execution_id_task_executions FOREIGN KEY (task_execution_id)
        REFERENCES task_executions (id) ON DELETE SET NULL
);

CREATE INDEX ix_reports_session_id ON reports (session_id);
CREATE INDEX ix_reports_task_execution_id ON reports (task_execution_id);

CREATE TABLE working_directories (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    directory_path text NOT NULL,
    size_bytes bigint NOT NULL DEFAULT 0,
    file_count integer NOT NULL DEFAULT 0,
    is_archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_working_directories PRIMARY KEY (id),
    CONSTRAINT uq_working_directories_session_id UNIQUE (session_id),
    CONSTRAINT uq_working_directories_directory_path UNIQUE (directory_path),
    CONSTRAINT ck_working_directories_size_bytes CHECK (size_bytes >= 0),
    CONSTRAINT ck_working_directories_file_count CHECK (file_count >= 0),
    CONSTRAINT fk_working_directories_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE audit_logs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid,
    session_id uuid,
    action varchar(100) NOT NULL,
    resource_type varchar(50) NOT NULL,
    resource_id uuid,
    ip_address inet,
    user_agent text,
    details jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_audit_logs PRIMARY KEY (id),
    CONSTRAINT fk_audit_logs_user_id_users FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT fk_audit_logs_session_id_sessions FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE SET NULL
);

CREATE INDEX ix_audit_logs_user_id ON audit_logs (user_id, created_at);
CREATE INDEX ix_audit_logs_session_id ON audit_logs (session_id, created_at);
CREATE INDEX ix_audit_logs_action ON audit_logs (action, created_at);
CREATE INDEX ix_audit_logs_created_at ON audit_logs (created_at);

-- pgate: downgrade

DROP TABLE audit_logs;
DROP TABLE working_directories;
DROP TABLE reports;
DROP TABLE task_executions;
DROP TABLE tool_calls;
DROP TABLE messages;
DROP TABLE sessions;
DROP TABLE tasks;
DROP TABLE mcp_servers;
DROP TABLE hooks;
DROP TABLE users;
DROP TABLE organizations;
