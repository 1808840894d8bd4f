import { type RevisionFolder, revisionText } from '../cli/revision-folder.ts'

/** One of the revisions that chaos befalls. */
export interface ChaosRevision {
  readonly id: string
  readonly revises: readonly string[]
  readonly file: { readonly name: string; readonly text: string }
}

/**
 * That many revisions (rounded up to tens), parents first: each ten holds a branch of one, a branch
 * of two and their merge. Their kinds take turns, beginning with `first`. Every one counts what it
 * did in the table `done` and in `counter`, so that a statement that ran twice, or never, shows.
 */
export function chaosRevisions(count: number, first: number): readonly ChaosRevision[] {
  const rounded = Math.ceil(count / 10) * 10
  return Array.from({ length: rounded }, (_, n) => {
    const revises = parents(n).map(chaosId)
    const kind = KINDS[(n + first) % KINDS.length]
    const make = n === 0 || kind === undefined ? basis : kind
    return { id: chaosId(n), revises, file: make({ n, id: chaosId(n), revises }) }
  })
}

export async function writeChaos(
  folder: RevisionFolder,
  revisions: readonly ChaosRevision[],
): Promise<void> {
  for (const { file } of revisions) await folder.write(file.name, file.text)
}

export function chaosId(n: number): string {
  return `r${String(n).padStart(3, '0')}`
}

/** Of each ten, 3 is one branch, 4 and 5 are the other, and 6 merges them. */
function parents(n: number): readonly number[] {
  if (n === 0) return []
  if (n % 10 === 4) return [n - 2]
  return n % 10 === 6 ? [n - 3, n - 1] : [n - 1]
}

interface Place {
  readonly n: number
  readonly id: string
  readonly revises: readonly string[]
}

type Kind = (place: Place) => ChaosRevision['file']

/** A kind whose revisions are SQL: their statements, numbered by the rows that they leave. */
function sql(upgrade: (n: number) => string, transaction: 'auto' | 'off' = 'auto'): Kind {
  return ({ n, id, revises }) => ({
    name: `${id}.sql`,
    text: revisionText({
      id,
      revises: revises.join(', ') || 'none',
      transaction,
      upgrade: upgrade(n),
    }),
  })
}

/** What a statement that ran leaves: a row, and one more on the counter. */
function step(n: number, number: number, seconds = 0): string {
  const pause = seconds === 0 ? '' : ` FROM pg_sleep(${seconds})`
  return `INSERT INTO done SELECT ${n}, ${number}${pause};
UPDATE counter SET n = n + 1;`
}

const basis = sql(
  () => `CREATE TABLE done (revision int, step int);
CREATE TABLE counter (n int);
INSERT INTO counter VALUES (0);
CREATE TYPE mood AS ENUM ('calm');
CREATE TABLE moods (mood mood, revision int);`,
)

const ddl = sql(
  (n) => `CREATE TABLE t${n} (id int PRIMARY KEY, up int REFERENCES t${n} (id));
${step(n, 1, 0.03)}
ALTER TABLE t${n} ADD COLUMN note text NOT NULL DEFAULT 'x';
CREATE INDEX t${n}_up ON t${n} (up);
CREATE VIEW v${n} AS SELECT id, note FROM t${n};
COMMENT ON TABLE t${n} IS 'of ${n}';
${step(n, 2)}`,
)

const dml = sql(
  (n) => `CREATE TABLE t${n} AS SELECT i AS id, 0 AS n FROM generate_series(1, 3000) i;
UPDATE t${n} SET n = n + 1;
${step(n, 1, 0.03)}
DELETE FROM t${n} WHERE id % 3 = 0;
INSERT INTO t${n} SELECT id + 3000, n + 1 FROM t${n};
${step(n, 2)}`,
)

const concurrently = sql(
  (n) => `CREATE TABLE t${n} (id int);
INSERT INTO t${n} SELECT generate_series(1, 3000);
CREATE INDEX CONCURRENTLY t${n}_old ON t${n} (id);
${step(n, 1, 0.03)}
CREATE UNIQUE INDEX CONCURRENTLY t${n}_new ON t${n} (id);
DROP INDEX CONCURRENTLY t${n}_old;
${step(n, 2)}
UPDATE t${n} SET id = -id;`,
)

const reindex = sql(
  (n) => `CREATE TABLE t${n} (id int PRIMARY KEY, s text);
INSERT INTO t${n} SELECT i, repeat('x', 100) FROM generate_series(1, 3000) i;
REINDEX INDEX CONCURRENTLY t${n}_pkey;
${step(n, 1)}
REINDEX TABLE CONCURRENTLY t${n};
${step(n, 2)}`,
)

const vacuum = sql(
  (n) => `CREATE TABLE t${n} AS SELECT generate_series(1, 3000) AS id;
DELETE FROM t${n} WHERE id % 2 = 0;
VACUUM ANALYZE t${n};
${step(n, 1, 0.02)}
VACUUM FULL t${n};
${step(n, 2)}`,
)

const enumValue = sql(
  (n) => `ALTER TYPE mood ADD VALUE 'm${n}';
${step(n, 1, 0.02)}`,
)

/** Each statement in a transaction of its own; the new value of an enum is used at once. */
const apart = sql(
  (n) => `ALTER TYPE mood ADD VALUE 'm${n}';
INSERT INTO moods VALUES ('m${n}', ${n});
${step(n, 1, 0.02)}
CREATE FUNCTION f${n}() RETURNS int LANGUAGE sql AS 'SELECT ${n}';
${step(n, 2)}`,
  'off',
)

const partition = sql(
  (n) => `CREATE TABLE t${n} (id int) PARTITION BY RANGE (id);
CREATE TABLE t${n}_a PARTITION OF t${n} FOR VALUES FROM (0) TO (10);
CREATE TABLE t${n}_b PARTITION OF t${n} FOR VALUES FROM (10) TO (20);
INSERT INTO t${n} SELECT generate_series(0, 19);
ALTER TABLE t${n} DETACH PARTITION t${n}_a CONCURRENTLY;
${step(n, 1, 0.02)}
DROP TABLE t${n}_a;
${step(n, 2)}`,
)

const program: Kind = ({ n, id, revises }) => ({
  name: `${id}.mjs`,
  text: `export const revision = '${id}'
export const revises = ${JSON.stringify(revises)}
export async function upgrade(db) {
  await db.query('CREATE TABLE t${n} (id int)')
  for (const id of [1, 2, 3]) await db.query('INSERT INTO t${n} VALUES ($1)', [id])
  await db.query(\`${step(n, 1, 0.02)}\`)
}
`,
})

const KINDS: readonly Kind[] = [
  ddl,
  concurrently,
  dml,
  vacuum,
  enumValue,
  reindex,
  apart,
  partition,
  program,
]
