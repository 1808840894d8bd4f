-- Total in cents
--
-- total_cents is to replace total. From here on the database itself keeps the two equal: version 1
-- writes the one, version 2 the other, and each reads what the other has written.
--
-- revision: 002
-- revises: 001
-- created: 2026-11-16T09:00:00Z

-- pgate: upgrade

ALTER TABLE orders ADD COLUMN total_cents bigint;

CREATE FUNCTION orders_keep_totals_equal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.total_cents IS NULL OR (TG_OP = 'UPDATE' AND NEW.total IS DISTINCT FROM OLD.total) THEN
        NEW.total_cents := NEW.total * 100;
    ELSE
        NEW.total := NEW.total_cents / 100.0;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER orders_keep_totals_equal BEFORE INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION orders_keep_totals_equal();

-- pgate: downgrade

DROP TRIGGER orders_keep_totals_equal ON orders;
DROP FUNCTION orders_keep_totals_equal();
ALTER TABLE orders DROP COLUMN total_cents;
