import type { LintRule } from '../../../src/config/choices.ts'

/** What is there before the deploy, for every case. */
export const BEFORE = `CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN quantity AS integer;
CREATE TABLE customers (id integer PRIMARY KEY, name text, email varchar(50), code text);
CREATE TABLE orders (
    id integer PRIMARY KEY, customer integer, code varchar(50), note text, total numeric(10, 2),
    amount integer, placed timestamp, paid timestamp(6), network cidr, feeling mood, flag char(3),
    country text, CONSTRAINT orders_country CHECK (country IS NOT NULL));
CREATE TABLE lines (id integer, order_id integer CONSTRAINT lines_order REFERENCES orders (id));
CREATE UNIQUE INDEX lines_id ON lines (id);
CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_2026 (at date NOT NULL);
CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) AS orders FROM orders GROUP BY customer;
CREATE UNIQUE INDEX totals_customer ON totals (customer);`

/** A statement that a rule finds, and one for the same end that it leaves in peace; docs/lint.md shows both. */
export interface RuleCase {
  readonly found: string
  readonly peace: string
  /** The header's \`transaction\`. */
  readonly transaction?: 'on' | 'off'
}

export const RULE_CASES: Readonly<Record<LintRule, RuleCase>> = {
  'rewrites-table': {
    found: 'ALTER TABLE orders ALTER COLUMN amount TYPE bigint;',
    peace: 'ALTER TABLE orders ADD COLUMN amount_new bigint;',
  },
  'blocks-writes-while-building': {
    found: 'CREATE INDEX orders_customer ON orders (customer);',
    peace: 'CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);',
  },
  'scans-under-lock': {
    found: 'ALTER TABLE orders ADD CONSTRAINT orders_amount CHECK (amount > 0);',
    peace: 'ALTER TABLE orders ADD CONSTRAINT orders_amount CHECK (amount > 0) NOT VALID;',
  },
  'validates-in-the-same-transaction': {
    found: `ALTER TABLE orders ADD CONSTRAINT orders_amount CHECK (amount > 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_amount;`,
    peace: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_country;',
  },
  'enum-value-used-in-its-transaction': {
    found: `ALTER TYPE mood ADD VALUE 'happy';
ALTER TABLE orders ALTER COLUMN feeling SET DEFAULT 'happy';`,
    peace: `ALTER TYPE mood ADD VALUE 'happy';
ALTER TABLE orders ALTER COLUMN feeling SET DEFAULT 'ok';`,
  },
  'fails-on-rows': {
    found: 'ALTER TABLE orders ADD COLUMN weight integer NOT NULL;',
    peace: 'ALTER TABLE orders ADD COLUMN weight integer NOT NULL DEFAULT 0;',
  },
  'drops-data': {
    found: 'ALTER TABLE orders DROP COLUMN note;',
    peace: 'ALTER TABLE orders ALTER COLUMN note DROP DEFAULT;',
  },
  'breaks-the-running-version': {
    found: 'ALTER TABLE orders RENAME COLUMN note TO remark;',
    peace: 'ALTER TABLE orders ADD COLUMN remark text;',
  },
  'one-big-write': {
    found: 'UPDATE orders SET note = lower(note) WHERE note IS NOT NULL;',
    peace: `-- pgate: batch orders by id, 5000 rows
UPDATE orders SET note = lower(note) FROM batch WHERE orders.id = batch.id;`,
  },
  'locks-many': {
    found: `ALTER TABLE customers ADD COLUMN phone text;
UPDATE orders SET note = lower(note);`,
    peace: 'ALTER TABLE customers ADD COLUMN phone text;',
  },
  'locks-the-other-table': {
    found: 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (id) NOT VALID;',
    peace: 'ALTER TABLE orders ADD CHECK (customer > 0) NOT VALID;',
  },
  'partition-lock': {
    found:
      "CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
    peace: 'CREATE TABLE events_2025 (LIKE events INCLUDING ALL);',
  },
  'full-lock-maintenance': {
    found: 'REFRESH MATERIALIZED VIEW totals;',
    peace: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals;',
  },
  'name-too-long': {
    found:
      'ALTER TABLE orders ADD COLUMN the_moment_at_which_the_customer_has_last_looked_at_this_order_by_phone text;',
    peace: 'ALTER TABLE orders ADD COLUMN last_looked_at text;',
  },
  'concurrently-without-name': {
    found: 'CREATE INDEX CONCURRENTLY ON orders (customer);',
    peace: 'CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);',
  },
  'if-not-exists-index': {
    found: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer ON orders (customer);',
    peace: 'CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);',
  },
  'session-setting-left': {
    found: "SET work_mem = '64MB';",
    peace: "SET LOCAL work_mem = '64MB';",
  },
  'not-repeatable-on': {
    found: 'CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);',
    peace: 'ALTER TABLE orders ADD COLUMN weight integer;',
    transaction: 'on',
  },
  'server-version': {
    found: 'ALTER TABLE orders ADD CONSTRAINT note_set NOT NULL note NOT VALID;',
    peace: 'ALTER TABLE orders ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID;',
  },
}

/** One row of what was measured on 15, 17 and 18, and what is said of it; rules for information are left out. */
export interface Measured {
  readonly sql: string
  readonly found: readonly LintRule[]
  /** True: the rules alone cannot know it. */
  readonly needsDatabase?: true
  /** True: the server has to be this new. */
  readonly since?: number
}

const REWRITES = ['rewrites-table'] as const
const RETYPES = ['rewrites-table', 'breaks-the-running-version'] as const
const BUILDS = ['blocks-writes-while-building'] as const
const SCANS = ['scans-under-lock'] as const
const add = (what: string) => `ALTER TABLE orders ADD COLUMN added ${what}`
const retype = (what: string) => `ALTER TABLE orders ALTER COLUMN ${what}`

export const MEASURED: readonly Measured[] = [
  { sql: add('integer'), found: [] },
  { sql: add("text DEFAULT 'x'"), found: [] },
  { sql: add('timestamptz DEFAULT now()'), found: [] },
  { sql: add('timestamptz DEFAULT clock_timestamp()'), found: REWRITES },
  { sql: add('uuid DEFAULT gen_random_uuid()'), found: REWRITES },
  { sql: add('bigserial'), found: REWRITES },
  { sql: add('integer GENERATED ALWAYS AS IDENTITY'), found: REWRITES },
  { sql: add('integer GENERATED ALWAYS AS (amount * 2) STORED'), found: REWRITES },
  { sql: add('positive'), found: REWRITES, needsDatabase: true },
  {
    sql: add('integer GENERATED ALWAYS AS (amount * 2) VIRTUAL'),
    found: ['server-version'],
    since: 18,
  },
  { sql: add('integer UNIQUE'), found: BUILDS },
  { sql: add('integer CHECK (added > 0)'), found: SCANS },
  { sql: add('integer REFERENCES customers (id)'), found: [] },
  { sql: retype('code TYPE varchar(100)'), found: [], needsDatabase: true },
  { sql: retype('code TYPE text'), found: [], needsDatabase: true },
  { sql: retype('note TYPE varchar'), found: [], needsDatabase: true },
  { sql: retype('total TYPE numeric(12, 2)'), found: [], needsDatabase: true },
  { sql: retype('total TYPE numeric'), found: [], needsDatabase: true },
  { sql: retype('network TYPE inet'), found: [], needsDatabase: true },
  { sql: retype('country TYPE text'), found: [], needsDatabase: true },
  { sql: retype('placed TYPE timestamptz'), found: [], needsDatabase: true },
  { sql: retype('code TYPE varchar(10)'), found: RETYPES },
  { sql: retype('note TYPE varchar(10)'), found: RETYPES },
  { sql: retype('total TYPE numeric(10, 4)'), found: RETYPES },
  { sql: retype('amount TYPE bigint'), found: RETYPES },
  { sql: retype('paid TYPE timestamp(3)'), found: RETYPES },
  { sql: retype('flag TYPE text'), found: RETYPES },
  { sql: retype('feeling TYPE text'), found: RETYPES },
  { sql: retype("placed TYPE timestamptz USING placed AT TIME ZONE 'UTC'"), found: RETYPES },
  { sql: retype('note SET NOT NULL'), found: [...SCANS, 'breaks-the-running-version'] },
  { sql: retype('country SET NOT NULL'), found: [], needsDatabase: true },
  {
    sql: 'ALTER TABLE orders ADD CONSTRAINT n NOT NULL note NOT VALID',
    found: ['server-version'],
    since: 18,
  },
  { sql: 'ALTER TABLE orders ADD CHECK (amount > 0)', found: SCANS },
  { sql: 'ALTER TABLE orders ADD CHECK (amount > 0) NOT VALID', found: [] },
  { sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_country', found: [] },
  { sql: 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (id)', found: SCANS },
  {
    sql: 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (id) NOT VALID',
    found: [],
  },
  { sql: 'ALTER TABLE lines DROP CONSTRAINT lines_order', found: [] },
  { sql: 'DROP TABLE lines', found: ['drops-data'] },
  { sql: 'ALTER TABLE orders ADD UNIQUE (code)', found: BUILDS },
  { sql: 'ALTER TABLE orders ADD EXCLUDE USING btree (code WITH =)', found: BUILDS },
  { sql: 'ALTER TABLE lines ADD UNIQUE USING INDEX lines_id', found: [] },
  { sql: 'ALTER TABLE lines ADD PRIMARY KEY USING INDEX lines_id', found: SCANS },
  { sql: 'CREATE INDEX i ON orders (code)', found: BUILDS },
  { sql: 'REINDEX TABLE orders', found: BUILDS },
  { sql: 'REINDEX INDEX lines_id', found: BUILDS, needsDatabase: true },
  { sql: 'DROP INDEX lines_id', found: [] },
  { sql: 'ALTER TABLE orders DISABLE TRIGGER USER', found: [] },
  { sql: 'ALTER TABLE orders SET (fillfactor = 90)', found: [] },
  { sql: 'ALTER TABLE orders ALTER COLUMN code SET STATISTICS 500', found: [] },
  { sql: "COMMENT ON TABLE orders IS 'all of them'", found: [] },
  {
    sql: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    found: [...SCANS, ...SCANS],
    needsDatabase: true,
  },
  {
    sql: "CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    found: ['partition-lock', 'scans-under-lock'],
    needsDatabase: true,
  },
  { sql: 'DROP TABLE events_2024', found: ['drops-data', 'partition-lock'], needsDatabase: true },
  { sql: 'ALTER TABLE events DETACH PARTITION events_2024', found: ['partition-lock'] },
  { sql: 'CREATE TABLE made (id integer REFERENCES orders (id))', found: [] },
  { sql: 'ALTER TABLE lines SET UNLOGGED', found: ['full-lock-maintenance'] },
  { sql: 'CLUSTER orders USING orders_pkey', found: ['full-lock-maintenance'] },
  { sql: 'REFRESH MATERIALIZED VIEW totals', found: ['full-lock-maintenance'] },
  { sql: 'TRUNCATE lines', found: ['drops-data'] },
  { sql: 'DELETE FROM lines', found: ['drops-data', 'one-big-write'] },
  {
    sql: "DO $$ BEGIN EXECUTE 'ALTER TABLE orders ALTER COLUMN amount TYPE bigint'; END $$",
    found: REWRITES,
    needsDatabase: true,
  },
  {
    sql: "DO $$ BEGIN EXECUTE 'CREATE INDEX i ON orders (code)'; END $$",
    found: SCANS,
    needsDatabase: true,
  },
  {
    sql: "DO $$ BEGIN EXECUTE 'DROP TABLE lines'; END $$",
    found: ['drops-data'],
    needsDatabase: true,
  },
  {
    sql: "DO $$ BEGIN EXECUTE 'ALTER TABLE events ADD made uuid DEFAULT gen_random_uuid()'; END $$",
    found: REWRITES,
    needsDatabase: true,
  },
  { sql: 'CREATE INDEX i ON events (at)', found: BUILDS },
  { sql: "ALTER TABLE events ADD CHECK (at > '2000-01-01')", found: SCANS },
  { sql: add('integer NOT NULL'), found: ['fails-on-rows', 'breaks-the-running-version'] },
  { sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals', found: [] },
  {
    sql: "ALTER TYPE mood ADD VALUE 'new'; CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'new'::mood $$",
    found: ['enum-value-used-in-its-transaction'],
    needsDatabase: true,
  },
]
