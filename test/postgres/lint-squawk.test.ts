import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { LintRule } from '../../src/config/choices.ts'
import { LINT_RULES } from '../../src/config/choices.ts'
import { MEASURED, RULE_CASES } from '../pure/lint/cases.ts'
import { pathOfPeers, peersAreThere } from '../support/peers/peers.ts'

/** Rules of squawk that are about the same as one of ours, by ours. */
const SAME: Readonly<Record<string, LintRule>> = {
  'changing-column-type': 'rewrites-table',
  'adding-field-with-default': 'rewrites-table',
  'adding-serial-primary-key-field': 'rewrites-table',
  'require-concurrent-index-creation': 'blocks-writes-while-building',
  'disallowed-unique-constraint': 'blocks-writes-while-building',
  'constraint-missing-not-valid': 'scans-under-lock',
  'adding-foreign-key-constraint': 'scans-under-lock',
  'adding-not-nullable-field': 'scans-under-lock',
  'adding-required-field': 'fails-on-rows',
  'ban-drop-column': 'drops-data',
  'ban-drop-table': 'drops-data',
  'renaming-column': 'breaks-the-running-version',
  'renaming-table': 'breaks-the-running-version',
}

/** Squawk looks for renames alone. */
const RENAMES = 'breaks-the-running-version'

const RETYPED = (what: string) => `rewrites-table: ALTER TABLE orders ALTER COLUMN ${what};`

/** Where the two disagree on what both look for, and why. `-`: squawk alone says it; `+`: pgate alone. */
const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  'the old values are the new ones as they are, as the trace shows': [
    'code TYPE varchar(100)',
    'code TYPE text',
    'note TYPE varchar',
    'total TYPE numeric(12, 2)',
    'total TYPE numeric',
    'network TYPE inet',
    'country TYPE text',
    'placed TYPE timestamptz',
  ].map((what) => `- ${RETYPED(what)}`),
  'it is computed when it is read': [
    '- rewrites-table: ALTER TABLE orders ADD COLUMN added integer GENERATED ALWAYS AS (amount * 2) VIRTUAL;',
  ],
  'a new column that is null is not looked at': [
    '- scans-under-lock: ALTER TABLE orders ADD COLUMN added integer REFERENCES customers (id);',
  ],
  'a valid CHECK proves it': [
    '- scans-under-lock: ALTER TABLE orders ALTER COLUMN country SET NOT NULL;',
  ],
  'a key cannot be NOT VALID: it is built, which is what blocks': [
    '- scans-under-lock: ALTER TABLE orders ADD UNIQUE (code);',
    '- scans-under-lock: ALTER TABLE orders ADD EXCLUDE USING btree (code WITH =);',
    '+ blocks-writes-while-building: ALTER TABLE orders ADD EXCLUDE USING btree (code WITH =);',
  ],
  'squawk does not look for it': [
    '+ rewrites-table: ALTER TABLE orders ADD COLUMN added bigserial;',
    '+ scans-under-lock: ALTER TABLE orders ADD COLUMN added integer CHECK (added > 0);',
    '+ scans-under-lock: ALTER TABLE lines ADD PRIMARY KEY USING INDEX lines_id;',
    '+ blocks-writes-while-building: REINDEX TABLE orders;',
    '+ drops-data: TRUNCATE lines;',
    '+ drops-data: DELETE FROM lines;',
  ],
  'a text does not say it: the database does': [
    "+ drops-data: DO $$ BEGIN EXECUTE 'DROP TABLE lines'; END $$;",
    "+ rewrites-table: DO $$ BEGIN EXECUTE 'ALTER TABLE events ADD made uuid DEFAULT gen_random_uuid()'; END $$;",
    '+ rewrites-table: ALTER TABLE orders ADD COLUMN added positive;',
    '+ blocks-writes-while-building: REINDEX INDEX lines_id;',
    "+ scans-under-lock: ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    "+ scans-under-lock: CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
    "+ rewrites-table: DO $$ BEGIN EXECUTE 'ALTER TABLE orders ALTER COLUMN amount TYPE bigint'; END $$;",
    "+ scans-under-lock: DO $$ BEGIN EXECUTE 'CREATE INDEX i ON orders (code)'; END $$;",
  ],
}

it.skipIf(!peersAreThere())(
  'squawk says the same of what both know, but where it is wrong',
  async () => {
    const inputs = [
      ...MEASURED.map(({ sql, found }) => ({
        sql: `${sql};`,
        found: found.filter((one) => one !== RENAMES),
      })),
      ...new Set(Object.values(SAME))
        .values()
        .map((rule) => ({ sql: RULE_CASES[rule].found, found: [rule] })),
      ...LINT_RULES.map((rule) => ({ sql: RULE_CASES[rule].peace, found: [] as LintRule[] })),
    ]
    const folder = await mkdtemp(join(tmpdir(), 'squawk-'))
    try {
      const files = await Promise.all(
        inputs.map(async ({ sql }, index) => {
          const file = join(folder, `${index}.sql`)
          await writeFile(file, `${sql}\n`)
          return file
        }),
      )
      const said = await squawk(files)
      const known = new Set<string>(Object.values(SAME))
      const differences = inputs.flatMap(({ sql, found }, index) => {
        const theirs = new Set(
          said
            .filter(({ file }) => file === files[index])
            .flatMap(({ rule_name }) => SAME[rule_name] ?? []),
        )
        const ours = new Set<string>(found.filter((rule) => known.has(rule)))
        const text = sql.replaceAll('\n', ' ')
        return [
          ...[...theirs].filter((rule) => !ours.has(rule)).map((rule) => `- ${rule}: ${text}`),
          ...[...ours]
            .filter((rule) => !theirs.has(rule as LintRule))
            .map((rule) => `+ ${rule}: ${text}`),
        ]
      })
      expect([...new Set(differences)].toSorted()).toEqual(
        Object.values(DIFFERENCES).flat().toSorted(),
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

interface Said {
  readonly file: string
  readonly rule_name: string
}

/** It ends with 1 where it has something to say. */
async function squawk(files: readonly string[]): Promise<readonly Said[]> {
  const args = ['--reporter', 'json', '--pg-version', '15', ...files]
  const env = { PATH: pathOfPeers() }
  const { stdout } = await promisify(execFile)('squawk', args, { env }).catch(
    (error: { readonly stdout: string }) => error,
  )
  return JSON.parse(stdout)
}
