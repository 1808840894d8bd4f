-- Orders
--
-- What version 1 of the API was written for.
--
-- revision: 001
-- revises: none
-- created: 2026-10-05T09:00:00Z

-- pgate: upgrade

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL,
    total numeric(12, 2) NOT NULL
);

-- pgate: downgrade

DROP TABLE orders;
