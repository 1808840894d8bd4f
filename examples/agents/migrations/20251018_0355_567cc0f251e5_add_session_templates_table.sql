-- add session templates table
--
-- revision: 567cc0f251e5
-- revises: 972fc63ffb69
-- created: 2025-10-18T03:55:00Z

-- pgate: upgrade

CREATE TABLE session_templates (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    description text,
    category varchar(50),
    system_prompt text,
    allowed_tools text[] NOT NULL DEFAULT '{}',
    mcp_server_ids uuid[] NOT NULL DEFAULT '{}',
    sdk_options jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    is_public boolean NOT NULL DEFAULT false,
    is_organization_shared boolean NOT NULL DEFAULT false,
    use_count integer NOT NULL DEFAULT 0,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT pk_session_templates PRIMARY KEY (id),
    CONSTRAINT ck_session_templates_category CHECK (category IS NULL OR category IN (
        'development', 'security', 'production', 'debugging', 'performance', 'custom')),
    CONSTRAINT ck_session_templates_use_count CHECK (use_count >= 0),
    CONSTRAINT fk_session_templates_user_id_users FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX idx_templates_user_id ON session_templates (user_id);
CREATE INDEX idx_templates_tags ON session_templates USING gin (tags);
CREATE INDEX idx_templates_category ON session_templates (category)
    WHERE category IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX idx_templates_public ON session_templates (created_at DESC)
    WHERE is_public AND deleted_at IS NULL;

ALTER TABLE sessions
    ADD COLUMN template_id uuid,
    ADD CONSTRAINT fk_sessions_template_id_session_templates FOREIGN KEY (template_id)
        REFERENCES session_templates (id) ON DELETE SET NULL;

CREATE INDEX ix_sessions_template_id ON sessions (template_id);

DROP INDEX ix_audit_logs_user_id;
DROP INDEX ix_audit_logs_session_id;
DROP INDEX ix_audit_logs_action;
DROP INDEX ix_audit_logs_created_at;
CREATE INDEX ix_audit_logs_user_id ON audit_logs (user_id, created_at DESC);
CREATE INDEX ix_audit_logs_session_id ON audit_logs (session_id, created_at DESC);
CREATE INDEX ix_audit_logs_action ON audit_logs (action, created_at DESC);
CREATE INDEX ix_audit_logs_created_at ON audit_logs (created_at DESC);

-- pgate: downgrade

DROP INDEX ix_audit_logs_created_at;
DROP INDEX ix_audit_logs_action;
DROP INDEX ix_audit_logs_session_id;
DROP INDEX ix_audit_logs_user_id;
CREATE INDEX ix_audit_logs_user_id ON audit_logs (user_id, created_at);
CREATE INDEX ix_audit_logs_session_id ON audit_logs (session_id, created_at);
CREATE INDEX ix_audit_logs_action ON audit_logs (action, created_at);
CREATE INDEX ix_audit_logs_created_at ON audit_logs (created_at);

ALTER TABLE sessions DROP COLUMN template_id;

DROP TABLE session_templates;
