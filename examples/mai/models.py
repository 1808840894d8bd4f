"""The models of the sample schema in migrations/. Run it, and it prints the schema as SQL."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    create_mock_engine,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB, UUID
from sqlalchemy.orm import declarative_base
from sqlalchemy.types import UserDefinedType

Base = declarative_base()


class Vector(UserDefinedType):
    """What the package pgvector brings."""

    def __init__(self, dimensions):
        self.dimensions = dimensions

    def get_col_spec(self, **_):
        return f"vector({self.dimensions})"


class User(Base):
    __tablename__ = "users"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    username = Column(String(50), nullable=False)
    email = Column(String(255), nullable=False)
    hashed_password = Column(String(255), nullable=False)
    is_active = Column(Boolean, nullable=False, server_default=text("true"))
    is_superuser = Column(Boolean, nullable=False, server_default=text("false"))
    full_name = Column(String(255))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        Index("idx_users_username", "username", unique=True),
        Index("idx_users_email", "email", unique=True),
    )


class UserSession(Base):
    __tablename__ = "user_sessions"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    access_token = Column(Text, nullable=False)
    refresh_token = Column(Text, nullable=False)
    expires_at = Column(DateTime(timezone=True), nullable=False)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        Index("idx_user_sessions_user", "user_id"),
        Index("idx_user_sessions_expires", "expires_at"),
        Index("idx_user_sessions_refresh_token", "refresh_token", unique=True),
    )


class Conversation(Base):
    __tablename__ = "conversations"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    agent_name = Column(String(100), nullable=False)
    title = Column(String(500))
    is_archived = Column(Boolean, nullable=False, server_default=text("false"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        Index("idx_conversations_user_archived", "user_id", "is_archived"),
        Index("idx_conversations_created", "created_at"),
    )


class Message(Base):
    __tablename__ = "messages"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    conversation_id = Column(UUID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)
    role = Column(String(20), nullable=False)
    content = Column(Text, nullable=False)
    tool_name = Column(String(100))
    tool_call_id = Column(String(100))
    tool_arguments = Column(JSONB)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    __table_args__ = (
        CheckConstraint("role IN ('system', 'user', 'assistant', 'tool')"),
        Index("idx_messages_conversation_created", "conversation_id", "created_at"),
        Index("idx_messages_tool_call", "tool_call_id", postgresql_where=text("tool_call_id IS NOT NULL")),
    )


class Memory(Base):
    __tablename__ = "memories"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    agent_name = Column(String(100), nullable=False)
    content = Column(Text, nullable=False)
    memory_type = Column(String(50), nullable=False)
    importance = Column(DOUBLE_PRECISION, nullable=False, server_default=text("0.5"))
    qdrant_id = Column(UUID)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    deleted_at = Column(DateTime(timezone=True))
    embedding = Column(Vector(1536))
    __table_args__ = (
        CheckConstraint("importance BETWEEN 0 AND 1"),
        Index("idx_memories_user_agent", "user_id", "agent_name"),
        Index("idx_memories_importance", text("importance DESC")),
        Index("idx_memories_embedding", "embedding", postgresql_using="hnsw", postgresql_ops={"embedding": "vector_cosine_ops"}),
    )


def emit(statement, *_, **__):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";")


engine = create_mock_engine("postgresql+psycopg2://", emit)

if __name__ == "__main__":
    Base.metadata.create_all(engine, checkfirst=False)
