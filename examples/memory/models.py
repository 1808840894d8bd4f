"""The models of the revisions in migrations/. Run it, and it prints the schema as SQL."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    create_mock_engine,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, JSONB, UUID
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Organization(Base):
    __tablename__ = "organizations"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, Computed("id", persisted=True), nullable=False)
    name = Column(String(255), nullable=False)
    slug = Column(String(100), nullable=False)
    plan = Column(String(20), nullable=False, server_default=text("'free'"))
    settings = Column(JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        UniqueConstraint("slug", name="uq_organizations_slug"),
        CheckConstraint("plan IN ('free', 'team', 'enterprise')", name="ck_organizations_plan"),
    )


class Team(Base):
    __tablename__ = "teams"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    name = Column(String(255), nullable=False)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        UniqueConstraint("org_id", "id", name="uq_teams_org_id_id"),
        UniqueConstraint("org_id", "name", name="uq_teams_org_id_name"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_teams_org_id", ondelete="CASCADE"),
    )


class User(Base):
    __tablename__ = "users"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    team_id = Column(UUID)
    email = Column(String(255), nullable=False)
    display_name = Column(String(255))
    role = Column(String(20), nullable=False, server_default=text("'member'"))
    is_active = Column(Boolean, nullable=False, server_default=text("true"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'admin', 'member')", name="ck_users_role"),
        UniqueConstraint("org_id", "id", name="uq_users_org_id_id"),
        UniqueConstraint("org_id", "email", name="uq_users_org_id_email"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_users_org_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"], name="fk_users_team_id", ondelete="SET NULL (team_id)"),
        Index("idx_users_team_id", "org_id", "team_id"),
    )


class Agent(Base):
    __tablename__ = "agents"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    owner_user_id = Column(UUID)
    owner_team_id = Column(UUID)
    name = Column(String(255), nullable=False)
    description = Column(Text)
    config = Column(JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("num_nonnulls(owner_user_id, owner_team_id) = 1", name="ck_agents_one_owner"),
        UniqueConstraint("org_id", "id", name="uq_agents_org_id_id"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_agents_org_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "owner_user_id"], ["users.org_id", "users.id"], name="fk_agents_owner_user_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "owner_team_id"], ["teams.org_id", "teams.id"], name="fk_agents_owner_team_id", ondelete="CASCADE"),
        Index("idx_agents_owner_user_id", "org_id", "owner_user_id"),
        Index("idx_agents_owner_team_id", "org_id", "owner_team_id"),
    )


class ApiKey(Base):
    __tablename__ = "api_keys"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    user_id = Column(UUID)
    agent_id = Column(UUID)
    name = Column(String(255), nullable=False)
    key_prefix = Column(String(16), nullable=False)
    key_hash = Column(LargeBinary, nullable=False)
    scopes = Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    last_used_at = Column(DateTime(timezone=True))
    expires_at = Column(DateTime(timezone=True))
    revoked_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("octet_length(key_hash) = 32", name="ck_api_keys_key_hash"),
        UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
        CheckConstraint("num_nonnulls(user_id, agent_id) = 1", name="ck_api_keys_one_holder"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_api_keys_org_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["users.org_id", "users.id"], name="fk_api_keys_user_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "agent_id"], ["agents.org_id", "agents.id"], name="fk_api_keys_agent_id", ondelete="CASCADE"),
        Index("idx_api_keys_user_id", "org_id", "user_id"),
        Index("idx_api_keys_agent_id", "org_id", "agent_id"),
    )


class Session(Base):
    __tablename__ = "sessions"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    agent_id = Column(UUID, nullable=False)
    user_id = Column(UUID)
    title = Column(String(500))
    metadata_ = Column("metadata", JSONB, nullable=False, server_default=text("'{}'"))
    ended_at = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        UniqueConstraint("org_id", "id", name="uq_sessions_org_id_id"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_sessions_org_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "agent_id"], ["agents.org_id", "agents.id"], name="fk_sessions_agent_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["users.org_id", "users.id"], name="fk_sessions_user_id", ondelete="SET NULL (user_id)"),
        Index("idx_sessions_agent_id", "org_id", "agent_id"),
        Index("idx_sessions_user_id", "org_id", "user_id"),
        Index("idx_sessions_created_at", "created_at"),
    )


class Episode(Base):
    __tablename__ = "episodes"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    session_id = Column(UUID, nullable=False)
    agent_id = Column(UUID, nullable=False)
    summary = Column(Text)
    content = Column(Text, nullable=False)
    tags = Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    metadata_ = Column("metadata", JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        UniqueConstraint("org_id", "id", name="uq_episodes_org_id_id"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_episodes_org_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "session_id"], ["sessions.org_id", "sessions.id"], name="fk_episodes_session_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "agent_id"], ["agents.org_id", "agents.id"], name="fk_episodes_agent_id", ondelete="CASCADE"),
        Index("idx_episodes_session_id", "org_id", "session_id"),
        Index("idx_episodes_agent_id", "org_id", "agent_id"),
        Index("idx_episodes_created_at", "created_at"),
        Index("idx_episodes_tags", "tags", postgresql_using="gin"),
    )


class MemoryFact(Base):
    __tablename__ = "memory_facts"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    org_id = Column(UUID, nullable=False)
    agent_id = Column(UUID)
    source_episode_id = Column(UUID)
    subject = Column(String(500), nullable=False)
    predicate = Column(String(255), nullable=False)
    object = Column(Text, nullable=False)
    confidence = Column(DOUBLE_PRECISION, nullable=False, server_default=text("1.0"))
    valid_from = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    valid_until = Column(DateTime(timezone=True))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    superseded_by_id = Column(UUID)
    __table_args__ = (
        CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_memory_facts_confidence"),
        CheckConstraint("valid_until > valid_from", name="ck_memory_facts_validity"),
        UniqueConstraint("org_id", "id", name="uq_memory_facts_org_id_id"),
        ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_memory_facts_org_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "agent_id"], ["agents.org_id", "agents.id"], name="fk_memory_facts_agent_id", ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "source_episode_id"], ["episodes.org_id", "episodes.id"], name="fk_memory_facts_source_episode_id", ondelete="SET NULL (source_episode_id)"),
        ForeignKeyConstraint(["org_id", "superseded_by_id"], ["memory_facts.org_id", "memory_facts.id"], name="fk_memory_facts_superseded_by_id", ondelete="SET NULL (superseded_by_id)", use_alter=True),
        CheckConstraint("superseded_by_id <> id", name="ck_memory_facts_superseded_by_other"),
        Index("idx_memory_facts_agent_id", "org_id", "agent_id"),
        Index("idx_memory_facts_source_episode_id", "org_id", "source_episode_id"),
        Index("idx_memory_facts_subject_predicate", "org_id", "subject", "predicate"),
        Index("idx_memory_facts_superseded_by_id", "org_id", "superseded_by_id"),
        Index("idx_memory_facts_current", "org_id", "subject", "predicate", postgresql_where=text("superseded_by_id IS NULL AND valid_until IS NULL")),
    )


def emit(statement, *_, **__):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";")


engine = create_mock_engine("postgresql+psycopg2://", emit)

if __name__ == "__main__":
    Base.metadata.create_all(engine, checkfirst=False)
