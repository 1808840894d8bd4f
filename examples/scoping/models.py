"""The models of the revisions in migrations/. Run it, and it prints the schema as SQL."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    create_mock_engine,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    String,
    Text,
    text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Session(Base):
    __tablename__ = "sessions"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    user_id = Column(String(500), nullable=False)
    project_name = Column(String(255), nullable=False)
    status = Column(String(20), nullable=False, server_default=text("'active'"))
    current_stage = Column(SmallInteger, nullable=False, server_default=text("1"))
    metadata_ = Column("metadata", JSONB, nullable=False, server_default=text("'{}'"))
    started_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    last_updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    completed_at = Column(DateTime(timezone=True))
    email = Column(String(255))
    __table_args__ = (
        CheckConstraint("status IN ('active', 'paused', 'completed', 'abandoned')"),
        CheckConstraint("current_stage BETWEEN 1 AND 5"),
        Index("idx_sessions_user_id", "user_id"),
        Index("idx_sessions_status_last_updated", "status", "last_updated_at"),
        Index("idx_sessions_email", "email"),
    )


class StageData(Base):
    __tablename__ = "stage_data"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    session_id = Column(UUID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)
    stage_number = Column(SmallInteger, nullable=False)
    responses = Column(JSONB, nullable=False, server_default=text("'{}'"))
    quality_score = Column(Numeric(3, 1))
    is_complete = Column(Boolean, nullable=False, server_default=text("false"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("stage_number BETWEEN 1 AND 5"),
        CheckConstraint("quality_score BETWEEN 0 AND 10"),
        UniqueConstraint("session_id", "stage_number"),
        Index("idx_stage_data_responses", "responses", postgresql_using="gin"),
    )


class ConversationTurn(Base):
    __tablename__ = "conversation_history"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    session_id = Column(UUID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)
    stage_number = Column(SmallInteger, nullable=False)
    role = Column(String(20), nullable=False)
    content = Column(Text, nullable=False)
    metadata_ = Column("metadata", JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("stage_number BETWEEN 1 AND 5"),
        CheckConstraint("role IN ('system', 'user', 'assistant')"),
        Index("idx_conversation_history_session", "session_id", "created_at"),
    )


class Checkpoint(Base):
    __tablename__ = "checkpoints"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    session_id = Column(UUID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)
    stage_number = Column(SmallInteger, nullable=False)
    snapshot = Column(JSONB, nullable=False)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("stage_number BETWEEN 1 AND 5"),
        Index("idx_checkpoints_session", "session_id", text("created_at DESC")),
    )


class ProjectCharter(Base):
    __tablename__ = "project_charters"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    session_id = Column(UUID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, unique=True)
    charter = Column(JSONB, nullable=False)
    governance_decision = Column(String(20), nullable=False)
    overall_confidence = Column(Numeric(4, 3))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("governance_decision IN ('proceed', 'revise', 'review', 'halt')"),
        CheckConstraint("overall_confidence BETWEEN 0 AND 1"),
    )


class QualityMetric(Base):
    __tablename__ = "quality_metrics"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    session_id = Column(UUID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)
    stage_number = Column(SmallInteger, nullable=False)
    question_id = Column(String(100), nullable=False)
    attempt = Column(SmallInteger, nullable=False, server_default=text("1"))
    score = Column(Numeric(3, 1), nullable=False)
    issues = Column(JSONB, nullable=False, server_default=text("'[]'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        CheckConstraint("stage_number BETWEEN 1 AND 5"),
        CheckConstraint("attempt > 0"),
        CheckConstraint("score BETWEEN 0 AND 10"),
        Index("idx_quality_metrics_session", "session_id", "stage_number"),
    )


class ConsistencyReport(Base):
    __tablename__ = "consistency_reports"
    id = Column(UUID, primary_key=True, server_default=text("uuid_generate_v4()"))
    session_id = Column(UUID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)
    is_consistent = Column(Boolean, nullable=False)
    contradictions = Column(JSONB, nullable=False, server_default=text("'[]'"))
    risk_areas = Column(JSONB, nullable=False, server_default=text("'[]'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    __table_args__ = (
        Index("idx_consistency_reports_session", "session_id", text("created_at DESC")),
    )


def emit(statement, *_, **__):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";")


engine = create_mock_engine("postgresql+psycopg2://", emit)

if __name__ == "__main__":
    Base.metadata.create_all(engine, checkfirst=False)
