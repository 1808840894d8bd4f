-- Drop the old total
--
-- Version 1 reads and writes it: this waits until no instance of version 1 is left.
--
-- revision: 004
-- revises: 003
-- created: 2026-11-16T09:20:00Z
-- phase: contract

-- pgate: upgrade

DROP TRIGGER orders_keep_totals_equal ON orders;
DROP FUNCTION orders_keep_totals_equal();
ALTER TABLE orders DROP COLUMN total;

-- pgate: downgrade

-- The same way back: the column, the trigger, the rows in batches, NOT NULL.
ALTER TABLE orders ADD COLUMN total numeric(12, 2);

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

-- pgate: batch orders by id, 5000 rows, pause 20ms
UPDATE orders SET total = orders.total_cents / 100.0
  FROM batch WHERE orders.id = batch.id AND orders.total IS NULL;

ALTER TABLE orders ADD CONSTRAINT orders_total_set CHECK (total IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_set;
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_total_set;
