import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FormatName } from '../../../src/formats/format.ts'
import { loadFolder } from '../../../src/formats/formats.ts'
import { lintDeploy } from '../../../src/lint/lint.ts'
import { FOUND_IN_SYSTEMS } from './systems.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples')

/** Each revision by itself, as without a database. */
const ADOPTED: readonly (readonly [FormatName, string, readonly string[]])[] = [
  [
    'alembic',
    'alembic/alembic/versions',
    ['3f1c9a2b7d10', '8a4e5d6c1b20', 'c27b90e4f530'].map((id) => `${id} not linted: Python`),
  ],
  ['dbmate', 'dbmate/db/migrations', []],
  ['diesel', 'diesel/migrations', []],
  ['drizzle', 'drizzle/drizzle', ['1770127200000:1 blocks-writes-while-building']],
  ['flyway', 'flyway/sql', []],
  ['golang-migrate', 'golang-migrate/migrations', []],
  ['goose', 'goose/migrations', ['3 not linted: Go']],
  ['prisma', 'prisma/prisma/migrations', []],
  ['sqlx', 'sqlx/migrations', []],
]

describe('by the rules alone', () => {
  it.each(ADOPTED)(
    'the example of %s has what a reviewer would stop, and no more',
    async (format, folder, found) => {
      expect(await findingsOf(format, join(EXAMPLES, 'adopt', folder))).toEqual(found)
    },
  )

  it.each(FOUND_IN_SYSTEMS)(
    '$folder has what a reviewer would stop, and what only the trace can deny',
    async ({ folder, found, denied }) => {
      const all = [...found, ...denied].toSorted()
      expect((await findingsOf('pgate', join(EXAMPLES, folder))).toSorted()).toEqual(all)
    },
  )
})

async function findingsOf(format: FormatName, migrations: string): Promise<readonly string[]> {
  const environment = { variables: {} }
  const { order } = await loadFolder({ migrations, format, environment })
  const said = await Promise.all(
    order.map(async (one) => lintDeploy({ revisions: [one], schema: 'public', skip: [] })),
  )
  return said.flatMap(({ findings, unread }) => [
    ...findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ revision, line, rule }) => `${revision}:${line} ${rule}`),
    ...unread.map(({ revision, why }) => `${revision} not linted: ${why.split(',')[0]}`),
  ])
}
