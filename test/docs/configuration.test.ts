import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Variable } from '../../src/config/variable.ts'
import { isSecret, twinName, VARIABLES } from '../../src/config/variables.ts'
import { PARAMETERS } from '../../src/postgres/connect/target-parameters.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')

/** pgate's own variables and their defaults, written out: a default that changes is a change that is reported. */
const CONTRACT: Readonly<Record<string, string | undefined>> = {
  PGATE_ADMIN_URL: undefined,
  PGATE_ROLE: undefined,
  PGATE_MIGRATIONS: 'migrations',
  PGATE_FLEET_CONCURRENCY: '8',
  PGATE_FLEET_CANARY: 'none',
  PGATE_FLEET_STOP_AFTER: 'none',
  PGATE_FLEET_SHARDS: 'none',
  PGATE_FORMAT: 'auto',
  PGATE_BACKUP_COMMAND: undefined,
  PGATE_MIGRATE_COMMAND: undefined,
  PGATE_MIGRATE_INPUTS: undefined,
  PGATE_MIGRATE_ALWAYS: 'false',
  PGATE_TARGET: 'head',
  PGATE_SCHEMA: 'public',
  PGATE_JOURNAL_SCHEMA: undefined,
  PGATE_VERSION_TABLE: 'alembic_version',
  PGATE_EXTENSIONS: 'vector?,uuid-ossp?',
  PGATE_WAIT_TIMEOUT: '60s',
  PGATE_AUTH_GRACE: '5s',
  PGATE_DEADLINE: 'none',
  PGATE_STOP_GRACE: '5s',
  PGATE_LOCK_TIMEOUT: '5m',
  PGATE_DDL_LOCK_TIMEOUT: '3s',
  PGATE_STATEMENT_TIMEOUT: 'none',
  PGATE_PHASE: 'all',
  PGATE_CONTRACT_AFTER: 'none',
  PGATE_BLOCKERS: 'wait',
  PGATE_BLOCKERS_AFTER: '30s',
  PGATE_VERIFY: 'manifest',
  PGATE_UNPROMISED: undefined,
  PGATE_LINT: 'warn',
  PGATE_LINT_SKIP: undefined,
  PGATE_AHEAD: 'refuse',
  PGATE_LOG_LEVEL: 'info',
  PGATE_LOG_FORMAT: 'auto',
  PGATE_LOG_QUERIES: 'on',
  PGATE_LISTEN: '127.0.0.1:8432',
  PGATE_VERIFY_INTERVAL: '60s',
  PGATE_NOTIFY_URL: undefined,
}

const ALL: readonly Variable[] = VARIABLES

describe('the variables', () => {
  it("of pgate's own are the contract's, with its defaults", () => {
    const own = ALL.filter(({ name }) => name.startsWith('PGATE_'))
    expect(Object.fromEntries(own.map((each) => [each.name, each.default]))).toEqual(CONTRACT)
  })

  it("of libpq's are those that a connection uses", () => {
    const used = PARAMETERS.filter(({ refused }) => refused === undefined)
    const names = used.flatMap(({ variable }) => (variable === undefined ? [] : [variable]))
    const reported = ALL.filter(({ group }) => group === 'libpq').map(({ name }) => name)
    expect(reported.toSorted()).toEqual(names.toSorted())
  })

  it('that hold a secret or a URL have a twin', () => {
    const twins = ALL.filter(isSecret).map(({ name }) => twinName(name))
    expect(twins.toSorted()).toEqual([
      'DATABASE_URL_FILE',
      'DATABASE__URL_FILE',
      'DB_PASSWORD_FILE',
      'PGATE_ADMIN_URL_FILE',
      'PGATE_NOTIFY_URL_FILE',
      'PGPASSWORD_FILE',
    ])
  })
})

describe('docs/configuration.md', () => {
  it.each(ALL.map((variable): [string, Variable] => [variable.name, variable]))(
    'says of %s what it is, and gives an example',
    (name, variable) => {
      const [, section = ''] = PAGE.split(`\n### ${name}\n`)
      const own = section.split('\n### ')[0] ?? ''
      expect(own).toContain('- Value: ')
      expect(own).toContain('- Default: ')
      expect(own).toContain(`${name}=${variable.example}`)
      expect(own.includes(`\`${twinName(name)}\``)).toBe(isSecret(variable))
    },
  )
})
