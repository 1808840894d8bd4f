-- Fill the total in cents
--
-- The orders from before the trigger, a batch at a time: no statement holds more than 5000 rows.
-- NOT NULL then reads no row under its lock, since the constraint has proved it beside the traffic.
--
-- revision: 003
-- revises: 002
-- created: 2026-11-16T09:10:00Z

-- pgate: upgrade

-- pgate: batch orders by id, 5000 rows, pause 20ms
UPDATE orders SET total_cents = orders.total * 100
  FROM batch WHERE orders.id = batch.id AND orders.total_cents IS NULL;

ALTER TABLE orders ADD CONSTRAINT orders_total_cents_set CHECK (total_cents IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_cents_set;
ALTER TABLE orders ALTER COLUMN total_cents SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_total_cents_set;

-- pgate: downgrade

ALTER TABLE orders ALTER COLUMN total_cents DROP NOT NULL;
