-- Fill sessions email
--
-- Many clients sent the address as user_id. The timestamp trigger rests meanwhile: a session that
-- nobody has touched is not to look as if somebody had, or it would never count as abandoned.
--
-- revision: e2f60b8d5a41
-- revises: c94e17ab3d08
-- created: 2025-11-06T09:20:00Z

-- pgate: upgrade

ALTER TABLE sessions DISABLE TRIGGER trigger_sessions_timestamp;

UPDATE sessions
   SET email = lower(user_id)
 WHERE email IS NULL
   AND length(user_id) <= 255
   AND user_id ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$';

ALTER TABLE sessions ENABLE TRIGGER trigger_sessions_timestamp;

-- pgate: downgrade

ALTER TABLE sessions DISABLE TRIGGER trigger_sessions_timestamp;

UPDATE sessions SET email = NULL WHERE email = lower(user_id);

ALTER TABLE sessions ENABLE TRIGGER trigger_sessions_timestamp;
