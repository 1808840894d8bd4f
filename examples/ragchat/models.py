"""The models of the revisions in migrations/. Run it, and it prints the schema as SQL."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    create_mock_engine,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, JSONB, UUID
from sqlalchemy.orm import declarative_base

Base = declarative_base()

message_role = Enum("user", "assistant", "system", name="message_role")
scratchpad_entry_type = Enum("todo", "note", "journal", name="scratchpad_entry_type")
document_status = Enum("pending", "processing", "completed", "failed", name="document_status")


class User(Base):
    __tablename__ = "users"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    username = Column(String(50), nullable=False, unique=True)
    email = Column(String(255), nullable=False, unique=True)
    password_hash = Column(String(255), nullable=False)
    is_active = Column(Boolean, nullable=False, server_default=text("true"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    timezone = Column(String(50), server_default=text("'UTC'"))


class KnowledgePool(Base):
    __tablename__ = "knowledge_pools"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    name = Column(String(255), nullable=False)
    description = Column(Text)
    collection_name = Column(String(255), nullable=False, unique=True)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
    )


class Document(Base):
    __tablename__ = "documents"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    knowledge_pool_id = Column(UUID, ForeignKey("knowledge_pools.id", ondelete="CASCADE"), nullable=False)
    filename = Column(String(500), nullable=False)
    content_type = Column(String(100), nullable=False)
    size_bytes = Column(BigInteger, nullable=False)
    status = Column(document_status, nullable=False, server_default=text("'pending'"))
    chunk_count = Column(Integer, nullable=False, server_default=text("0"))
    error_message = Column(Text)
    metadata_ = Column("metadata", JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("size_bytes >= 0"),
        CheckConstraint("chunk_count >= 0"),
        Index("idx_documents_pool_status", "knowledge_pool_id", "status"),
    )


class Conversation(Base):
    __tablename__ = "conversations"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    title = Column(String(500))
    rag_enabled = Column(Boolean, nullable=False, server_default=text("true"))
    rag_pool_ids = Column(ARRAY(UUID), nullable=False, server_default=text("'{}'"))
    rag_top_k = Column(SmallInteger, nullable=False, server_default=text("5"))
    rag_min_score = Column(DOUBLE_PRECISION, nullable=False, server_default=text("0.7"))
    scratchpad_enabled = Column(Boolean, nullable=False, server_default=text("true"))
    scratchpad_types = Column(ARRAY(scratchpad_entry_type), nullable=False, server_default=text("'{todo,note,journal}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("rag_top_k BETWEEN 1 AND 50"),
        CheckConstraint("rag_min_score BETWEEN 0 AND 1"),
        Index("idx_conversations_user_updated", "user_id", text("updated_at DESC")),
    )


class Message(Base):
    __tablename__ = "messages"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    conversation_id = Column(UUID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)
    role = Column(message_role, nullable=False)
    content = Column(Text, nullable=False)
    metadata_ = Column("metadata", JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        Index("idx_messages_conversation_created", "conversation_id", "created_at"),
    )


class ScratchpadEntry(Base):
    __tablename__ = "scratchpad_entries"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    conversation_id = Column(UUID, ForeignKey("conversations.id", ondelete="CASCADE"))
    entry_type = Column(scratchpad_entry_type, nullable=False)
    content = Column(Text, nullable=False)
    is_done = Column(Boolean, nullable=False, server_default=text("false"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("entry_type = 'todo' OR NOT is_done"),
        Index("idx_scratchpad_user_type", "user_id", "entry_type"),
        Index("idx_scratchpad_conversation", "conversation_id"),
    )


class UserMemory(Base):
    __tablename__ = "user_memories"
    id = Column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    user_id = Column(UUID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    content = Column(Text, nullable=False)
    importance = Column(DOUBLE_PRECISION, nullable=False, server_default=text("0.5"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("importance BETWEEN 0 AND 1"),
        Index("idx_user_memories_importance", "user_id", text("importance DESC")),
    )


def emit(statement, *_, **__):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";")


engine = create_mock_engine("postgresql+psycopg2://", emit)

if __name__ == "__main__":
    Base.metadata.create_all(engine, checkfirst=False)
