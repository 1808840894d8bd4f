-- Fact supersession
--
-- A fact that a newer one replaces is kept and names its successor.
--
-- revision: 002
-- revises: 001
-- created: 2026-03-11T09:15:00Z

-- pgate: upgrade

ALTER TABLE memory_facts
    ADD COLUMN superseded_by_id uuid,
    ADD CONSTRAINT fk_memory_facts_superseded_by_id FOREIGN KEY (org_id, superseded_by_id)
        REFERENCES memory_facts (org_id, id) ON DELETE SET NULL (superseded_by_id),
    ADD CONSTRAINT ck_memory_facts_superseded_by_other CHECK (superseded_by_id <> id);

CREATE INDEX idx_memory_facts_superseded_by_id ON memory_facts (org_id, superseded_by_id);
CREATE INDEX idx_memory_facts_current ON memory_facts (org_id, subject, predicate)
    WHERE superseded_by_id IS NULL AND valid_until IS NULL;

-- pgate: downgrade

DROP INDEX idx_memory_facts_current;
ALTER TABLE memory_facts DROP COLUMN superseded_by_id;
