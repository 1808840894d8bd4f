-- Up Migration
ALTER TABLE shifts ADD CONSTRAINT shifts_in_order CHECK (begins_at < ends_at);

-- Down Migration
ALTER TABLE shifts DROP CONSTRAINT shifts_in_order;
