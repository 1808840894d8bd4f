-- Widen sessions user id
--
-- A longer varchar changes the catalog alone: no row is rewritten and no index is built again. The
-- way back reads every row, and is refused where one would be cut off.
--
-- revision: 5be8f02d6c17
-- revises: 7a1d4c9be230
-- created: 2025-11-05T14:40:00Z

-- pgate: upgrade

ALTER TABLE sessions ALTER COLUMN user_id TYPE varchar(500);

-- pgate: downgrade

LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE;

DO $$
DECLARE
    too_long bigint;
BEGIN
    SELECT count(*) INTO too_long FROM sessions WHERE length(user_id) > 255;
    IF too_long > 0 THEN
        RAISE EXCEPTION '% sessions have a user_id of more than 255 characters', too_long
            USING ERRCODE = 'string_data_right_truncation',
                  HINT = 'Shorten or delete them first: nothing is cut off silently.';
    END IF;
END
$$;

ALTER TABLE sessions ALTER COLUMN user_id TYPE varchar(255);
