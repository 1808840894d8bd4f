"""The models of the revisions in migrations/. Run it, and it prints the schema as SQL."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    create_mock_engine,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Text,
    text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB, UUID
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Organization(Base):
    __tablename__ = "organizations"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    name = Column(String(255), nullable=False)
    slug = Column(String(100), nullable=False)
    plan = Column(String(50), nullable=False, server_default=text("'free'"))
    max_users = Column(Integer, nullable=False, server_default=text("10"))
    max_sessions_per_month = Column(Integer, nullable=False, server_default=text("100"))
    max_storage_gb = Column(Integer, nullable=False, server_default=text("100"))
    settings = Column(JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_organizations"),
        UniqueConstraint("slug", name="uq_organizations_slug"),
        CheckConstraint("plan IN ('free', 'pro', 'enterprise')", name="ck_organizations_plan"),
        CheckConstraint("max_users > 0", name="ck_organizations_max_users"),
        CheckConstraint("max_sessions_per_month > 0", name="ck_organizations_max_sessions"),
        CheckConstraint("max_storage_gb > 0", name="ck_organizations_max_storage"),
    )


class User(Base):
    __tablename__ = "users"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    organization_id = Column(UUID, nullable=False)
    email = Column(String(255), nullable=False)
    username = Column(String(100), nullable=False)
    password_hash = Column(String(255), nullable=False)
    full_name = Column(String(255))
    role = Column(String(50), nullable=False, server_default=text("'user'"))
    is_active = Column(Boolean, nullable=False, server_default=text("true"))
    max_concurrent_sessions = Column(Integer, nullable=False, server_default=text("5"))
    disk_quota_mb = Column(Integer, nullable=False, server_default=text("5120"))
    last_login_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_users"),
        UniqueConstraint("username", name="uq_users_username"),
        CheckConstraint("role IN ('admin', 'user', 'viewer')", name="ck_users_role"),
        CheckConstraint("max_concurrent_sessions > 0", name="ck_users_max_concurrent_sessions"),
        CheckConstraint("disk_quota_mb > 0", name="ck_users_disk_quota"),
        ForeignKeyConstraint(["organization_id"], ["organizations.id"], name="fk_users_organization_id_organizations", ondelete="CASCADE"),
        Index("ix_users_email", "email", unique=True),
        Index("ix_users_organization_id", "organization_id"),
    )


class Hook(Base):
    __tablename__ = "hooks"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, nullable=False)
    name = Column(String(255), nullable=False)
    event = Column(String(50), nullable=False)
    matcher = Column(JSONB, nullable=False, server_default=text("'{}'"))
    implementation = Column(Text, nullable=False)
    is_enabled = Column(Boolean, nullable=False, server_default=text("true"))
    priority = Column(Integer, nullable=False, server_default=text("0"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_hooks"),
        UniqueConstraint("user_id", "name", name="uq_hooks_user_id_name"),
        CheckConstraint("event IN ('pre_tool_use', 'post_tool_use', 'user_prompt_submit', 'stop', 'pre_compact')", name="ck_hooks_event"),
        ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_hooks_user_id_users", ondelete="CASCADE"),
    )


class McpServer(Base):
    __tablename__ = "mcp_servers"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, nullable=False)
    name = Column(String(255), nullable=False)
    server_type = Column(String(20), nullable=False)
    config = Column(JSONB, nullable=False, server_default=text("'{}'"))
    is_enabled = Column(Boolean, nullable=False, server_default=text("true"))
    last_health_check_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_mcp_servers"),
        UniqueConstraint("user_id", "name", name="uq_mcp_servers_user_id_name"),
        CheckConstraint("server_type IN ('stdio', 'sse', 'http', 'sdk')", name="ck_mcp_servers_server_type"),
        ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mcp_servers_user_id_users", ondelete="CASCADE"),
    )


class Task(Base):
    __tablename__ = "tasks"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, nullable=False)
    name = Column(String(255), nullable=False)
    prompt_template = Column(Text, nullable=False)
    allowed_tools = Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    schedule_cron = Column(String(100))
    timeout_seconds = Column(BigInteger, nullable=False, server_default=text("3600"))
    is_active = Column(Boolean, nullable=False, server_default=text("true"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_tasks"),
        CheckConstraint("timeout_seconds > 0", name="ck_tasks_timeout_seconds"),
        ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tasks_user_id_users", ondelete="CASCADE"),
        Index("ix_tasks_user_id", "user_id"),
    )


class Session(Base):
    __tablename__ = "sessions"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, nullable=False)
    parent_session_id = Column(UUID)
    name = Column(String(255))
    mode = Column(String(20), nullable=False, server_default=text("'interactive'"))
    status = Column(String(50), nullable=False, server_default=text("'created'"))
    model = Column(String(100))
    sdk_options = Column(JSONB, nullable=False, server_default=text("'{}'"))
    total_messages = Column(Integer, nullable=False, server_default=text("0"))
    total_tool_calls = Column(Integer, nullable=False, server_default=text("0"))
    total_cost_usd = Column(Numeric(12, 6), nullable=False, server_default=text("0"))
    error_message = Column(Text)
    started_at = Column(DateTime(timezone=True))
    completed_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    template_id = Column(UUID)
    retries = Column(Integer, nullable=False, server_default=text("0"))
    timeout_seconds = Column(BigInteger, nullable=False, server_default=text("3600"))
    hooks_enabled = Column(JSONB, nullable=False, server_default=text("'[]'"))
    permission_mode = Column(String(50), nullable=False, server_default=text("'default'"))
    total_hook_executions = Column(Integer, nullable=False, server_default=text("0"))
    total_permission_checks = Column(Integer, nullable=False, server_default=text("0"))
    total_errors = Column(Integer, nullable=False, server_default=text("0"))
    total_retries = Column(Integer, nullable=False, server_default=text("0"))
    archive_id = Column(UUID)
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_sessions"),
        CheckConstraint("mode IN ('interactive', 'background', 'forked')", name="ck_sessions_mode"),
        ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"),
        ForeignKeyConstraint(["parent_session_id"], ["sessions.id"], name="fk_sessions_parent_session_id_sessions", ondelete="SET NULL"),
        ForeignKeyConstraint(["template_id"], ["session_templates.id"], name="fk_sessions_template_id_session_templates", ondelete="SET NULL"),
        CheckConstraint("retries >= 0", name="ck_sessions_retries"),
        CheckConstraint("timeout_seconds > 0", name="ck_sessions_timeout_seconds"),
        CheckConstraint("permission_mode IN ('default', 'acceptEdits', 'plan', 'bypassPermissions')", name="ck_sessions_permission_mode"),
        ForeignKeyConstraint(["archive_id"], ["working_directory_archives.id"], name="fk_sessions_archive_id_working_directory_archives", ondelete="SET NULL", use_alter=True),
        CheckConstraint("status IN ( 'created', 'connecting', 'active', 'waiting', 'processing', 'completed', 'failed', 'terminated', 'archived')", name="ck_sessions_status"),
        Index("ix_sessions_user_id_status", "user_id", "status"),
        Index("ix_sessions_parent_session_id", "parent_session_id"),
        Index("ix_sessions_created_at", "created_at"),
        Index("ix_sessions_template_id", "template_id"),
        Index("ix_sessions_archive_id", "archive_id"),
    )


class Message(Base):
    __tablename__ = "messages"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    message_type = Column(String(20), nullable=False)
    content = Column(JSONB, nullable=False)
    model = Column(String(100))
    sequence_number = Column(Integer, nullable=False)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    is_partial = Column(Boolean, nullable=False, server_default=text("false"))
    parent_message_id = Column(UUID)
    thinking_content = Column(Text)
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_messages"),
        UniqueConstraint("session_id", "sequence_number", name="uq_messages_session_id_sequence_number"),
        CheckConstraint("message_type IN ('user', 'assistant', 'system', 'result')", name="ck_messages_message_type"),
        CheckConstraint("sequence_number >= 0", name="ck_messages_sequence_number"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_messages_session_id_sessions", ondelete="CASCADE"),
        ForeignKeyConstraint(["parent_message_id"], ["messages.id"], name="fk_messages_parent_message_id_messages", ondelete="SET NULL"),
        Index("ix_messages_parent_message_id", "parent_message_id"),
    )


class ToolCall(Base):
    __tablename__ = "tool_calls"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    message_id = Column(UUID)
    tool_name = Column(String(255), nullable=False)
    tool_use_id = Column(String(255), nullable=False)
    tool_input = Column(JSONB, nullable=False, server_default=text("'{}'"))
    tool_output = Column(JSONB)
    status = Column(String(20), nullable=False, server_default=text("'pending'"))
    error_message = Column(Text)
    duration_ms = Column(Integer)
    started_at = Column(DateTime(timezone=True))
    completed_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    retries = Column(Integer, nullable=False, server_default=text("0"))
    hook_pre_data = Column(JSONB)
    hook_post_data = Column(JSONB)
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_tool_calls"),
        UniqueConstraint("tool_use_id", name="uq_tool_calls_tool_use_id"),
        CheckConstraint("status IN ('pending', 'running', 'success', 'error', 'denied')", name="ck_tool_calls_status"),
        CheckConstraint("duration_ms >= 0", name="ck_tool_calls_duration_ms"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_tool_calls_session_id_sessions", ondelete="CASCADE"),
        ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_tool_calls_message_id_messages", ondelete="SET NULL"),
        CheckConstraint("retries >= 0", name="ck_tool_calls_retries"),
        Index("ix_tool_calls_session_id", "session_id", "created_at"),
        Index("ix_tool_calls_message_id", "message_id"),
        Index("ix_tool_calls_tool_name", "tool_name"),
    )


class TaskExecution(Base):
    __tablename__ = "task_executions"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    task_id = Column(UUID, nullable=False)
    session_id = Column(UUID)
    trigger_type = Column(String(20), nullable=False)
    status = Column(String(20), nullable=False, server_default=text("'pending'"))
    variables = Column(JSONB, nullable=False, server_default=text("'{}'"))
    error_message = Column(Text)
    started_at = Column(DateTime(timezone=True))
    completed_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_task_executions"),
        CheckConstraint("trigger_type IN ('manual', 'scheduled', 'webhook')", name="ck_task_executions_trigger_type"),
        CheckConstraint("status IN ('pending', 'running', 'completed', 'failed', 'cancelled')", name="ck_task_executions_status"),
        ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_task_executions_task_id_tasks", ondelete="CASCADE"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_task_executions_session_id_sessions", ondelete="SET NULL"),
        Index("ix_task_executions_task_id", "task_id", "created_at"),
        Index("ix_task_executions_session_id", "session_id"),
    )


class Report(Base):
    __tablename__ = "reports"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    task_execution_id = Column(UUID)
    title = Column(String(500), nullable=False)
    file_format = Column(String(20), nullable=False, server_default=text("'html'"))
    file_path = Column(Text)
    content = Column(JSONB, nullable=False, server_default=text("'{}'"))
    tags = Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_reports"),
        CheckConstraint("file_format IN ('html', 'pdf', 'json', 'markdown')", name="ck_reports_file_format"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_reports_session_id_sessions", ondelete="CASCADE"),
        ForeignKeyConstraint(["task_execution_id"], ["task_executions.id"], name="fk_reports_task_execution_id_task_executions", ondelete="SET NULL"),
        Index("ix_reports_session_id", "session_id"),
        Index("ix_reports_task_execution_id", "task_execution_id"),
    )


class WorkingDirectory(Base):
    __tablename__ = "working_directories"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    directory_path = Column(Text, nullable=False)
    size_bytes = Column(BigInteger, nullable=False, server_default=text("0"))
    file_count = Column(Integer, nullable=False, server_default=text("0"))
    is_archived = Column(Boolean, nullable=False, server_default=text("false"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_working_directories"),
        UniqueConstraint("session_id", name="uq_working_directories_session_id"),
        UniqueConstraint("directory_path", name="uq_working_directories_directory_path"),
        CheckConstraint("size_bytes >= 0", name="ck_working_directories_size_bytes"),
        CheckConstraint("file_count >= 0", name="ck_working_directories_file_count"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_working_directories_session_id_sessions", ondelete="CASCADE"),
    )


class AuditLog(Base):
    __tablename__ = "audit_logs"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID)
    session_id = Column(UUID)
    action = Column(String(100), nullable=False)
    resource_type = Column(String(50), nullable=False)
    resource_id = Column(UUID)
    ip_address = Column(INET)
    user_agent = Column(Text)
    details = Column(JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_audit_logs"),
        ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_audit_logs_user_id_users", ondelete="SET NULL"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_audit_logs_session_id_sessions", ondelete="SET NULL"),
        Index("ix_audit_logs_user_id", "user_id", text("created_at DESC")),
        Index("ix_audit_logs_session_id", "session_id", text("created_at DESC")),
        Index("ix_audit_logs_action", "action", text("created_at DESC")),
        Index("ix_audit_logs_created_at", text("created_at DESC")),
    )


class SessionTemplate(Base):
    __tablename__ = "session_templates"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, nullable=False)
    name = Column(String(255), nullable=False)
    description = Column(Text)
    category = Column(String(50))
    system_prompt = Column(Text)
    allowed_tools = Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    mcp_server_ids = Column(ARRAY(UUID), nullable=False, server_default=text("'{}'"))
    sdk_options = Column(JSONB, nullable=False, server_default=text("'{}'"))
    tags = Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    is_public = Column(Boolean, nullable=False, server_default=text("false"))
    is_organization_shared = Column(Boolean, nullable=False, server_default=text("false"))
    use_count = Column(Integer, nullable=False, server_default=text("0"))
    last_used_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_session_templates"),
        CheckConstraint("category IS NULL OR category IN ( 'development', 'security', 'production', 'debugging', 'performance', 'custom')", name="ck_session_templates_category"),
        CheckConstraint("use_count >= 0", name="ck_session_templates_use_count"),
        ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_session_templates_user_id_users", ondelete="CASCADE"),
        Index("idx_templates_user_id", "user_id"),
        Index("idx_templates_tags", "tags", postgresql_using="gin"),
        Index("idx_templates_category", "category", postgresql_where=text("category IS NOT NULL AND deleted_at IS NULL")),
        Index("idx_templates_public", text("created_at DESC"), postgresql_where=text("is_public AND deleted_at IS NULL")),
    )


class WorkingDirectoryArchive(Base):
    __tablename__ = "working_directory_archives"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    archive_path = Column(Text, nullable=False)
    storage_backend = Column(String(20), nullable=False, server_default=text("'filesystem'"))
    status = Column(String(20), nullable=False, server_default=text("'pending'"))
    size_bytes = Column(BigInteger)
    file_count = Column(Integer)
    error_message = Column(Text)
    archived_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_working_directory_archives"),
        CheckConstraint("storage_backend IN ('s3', 'filesystem')", name="ck_working_directory_archives_storage_backend"),
        CheckConstraint("status IN ('pending', 'in_progress', 'completed', 'failed')", name="ck_working_directory_archives_status"),
        CheckConstraint("size_bytes >= 0", name="ck_working_directory_archives_size_bytes"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_working_directory_archives_session_id_sessions", ondelete="CASCADE"),
        Index("ix_working_directory_archives_session_id", "session_id"),
        Index("ix_working_directory_archives_unfinished", "created_at", postgresql_where=text("status IN ('pending', 'in_progress')")),
    )


class SessionMetricsSnapshot(Base):
    __tablename__ = "session_metrics_snapshots"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    snapshot_type = Column(String(20), nullable=False)
    total_messages = Column(Integer, nullable=False, server_default=text("0"))
    total_tool_calls = Column(Integer, nullable=False, server_default=text("0"))
    total_errors = Column(Integer, nullable=False, server_default=text("0"))
    input_tokens = Column(BigInteger, nullable=False, server_default=text("0"))
    output_tokens = Column(BigInteger, nullable=False, server_default=text("0"))
    total_cost_usd = Column(Numeric(12, 6), nullable=False, server_default=text("0"))
    duration_ms = Column(BigInteger)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_session_metrics_snapshots"),
        CheckConstraint("snapshot_type IN ('hourly', 'checkpoint', 'final')", name="ck_session_metrics_snapshots_snapshot_type"),
        CheckConstraint("duration_ms >= 0", name="ck_session_metrics_snapshots_duration_ms"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_session_metrics_snapshots_session_id_sessions", ondelete="CASCADE"),
        Index("ix_session_metrics_snapshots_session_id", "session_id", text("created_at DESC")),
    )


class HookExecution(Base):
    __tablename__ = "hook_executions"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    hook_id = Column(UUID)
    tool_call_id = Column(UUID)
    event = Column(String(50), nullable=False)
    input_data = Column(JSONB, nullable=False, server_default=text("'{}'"))
    output_data = Column(JSONB, nullable=False, server_default=text("'{}'"))
    duration_ms = Column(Integer)
    error_message = Column(Text)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_hook_executions"),
        CheckConstraint("duration_ms >= 0", name="ck_hook_executions_duration_ms"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_hook_executions_session_id_sessions", ondelete="CASCADE"),
        ForeignKeyConstraint(["hook_id"], ["hooks.id"], name="fk_hook_executions_hook_id_hooks", ondelete="SET NULL"),
        ForeignKeyConstraint(["tool_call_id"], ["tool_calls.id"], name="fk_hook_executions_tool_call_id_tool_calls", ondelete="SET NULL"),
        Index("ix_hook_executions_session_id", "session_id", text("created_at DESC")),
        Index("ix_hook_executions_hook_id", "hook_id"),
        Index("ix_hook_executions_tool_call_id", "tool_call_id"),
        Index("ix_hook_executions_input_data", "input_data", postgresql_using="gin"),
        Index("ix_hook_executions_output_data", "output_data", postgresql_using="gin"),
    )


class PermissionDecision(Base):
    __tablename__ = "permission_decisions"
    id = Column(UUID, nullable=False, server_default=text("gen_random_uuid()"))
    session_id = Column(UUID, nullable=False)
    tool_call_id = Column(UUID)
    tool_name = Column(String(255), nullable=False)
    input_data = Column(JSONB, nullable=False, server_default=text("'{}'"))
    context_data = Column(JSONB, nullable=False, server_default=text("'{}'"))
    decision = Column(String(20), nullable=False)
    reason = Column(Text)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_permission_decisions"),
        CheckConstraint("decision IN ('allow', 'deny', 'ask')", name="ck_permission_decisions_decision"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_permission_decisions_session_id_sessions", ondelete="CASCADE"),
        ForeignKeyConstraint(["tool_call_id"], ["tool_calls.id"], name="fk_permission_decisions_tool_call_id_tool_calls", ondelete="SET NULL"),
        Index("ix_permission_decisions_session_id", "session_id", text("created_at DESC")),
        Index("ix_permission_decisions_tool_call_id", "tool_call_id"),
        Index("ix_permission_decisions_input_data", "input_data", postgresql_using="gin"),
        Index("ix_permission_decisions_context_data", "context_data", postgresql_using="gin"),
    )


def emit(statement, *_, **__):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";")


engine = create_mock_engine("postgresql+psycopg2://", emit)

if __name__ == "__main__":
    Base.metadata.create_all(engine, checkfirst=False)
