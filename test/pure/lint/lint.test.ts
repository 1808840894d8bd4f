import { describe, expect, it } from 'vitest'
import { LINT_RULES, type LintRule } from '../../../src/config/choices.ts'
import type { Finding } from '../../../src/lint/finding.ts'
import { type LintRequest, lintDeploy } from '../../../src/lint/lint.ts'
import { parseSqlRevision } from '../../../src/revisions/file/parse-sql.ts'
import type { Revision } from '../../../src/revisions/file/revision.ts'
import { MEASURED, RULE_CASES } from './cases.ts'

describe('the rules', () => {
  it.each(LINT_RULES)('find what %s is about, and leave the other way in peace', async (rule) => {
    const { found, peace, transaction } = RULE_CASES[rule]
    expect(await rulesIn(revision(found, { transaction }))).toContain(rule)
    expect(await rulesIn(revision(peace, { transaction }))).not.toContain(rule)
  })

  it.each(MEASURED.filter(({ needsDatabase }) => needsDatabase === undefined))(
    'say of $sql what was measured',
    async ({ sql, found }) => {
      const rules = await rulesIn(revision(`${sql};`, { transaction: 'off' }), { strict: false })
      expect(rules).toEqual(found)
    },
  )

  it('are silent on a table that an earlier revision of the deploy makes', async () => {
    const made = revision('CREATE TABLE orders (id integer, amount integer);', { id: 'a' })
    const next = revision(
      `ALTER TABLE orders ALTER COLUMN amount TYPE bigint; CREATE INDEX ON orders (id);
       ALTER TABLE orders ADD COLUMN weight integer NOT NULL; ALTER TABLE orders RENAME TO sales;
       UPDATE sales SET id = 1; ALTER TABLE sales ADD CHECK (id > 0); DROP TABLE sales;`,
      { id: 'b' },
    )
    expect(await rulesIn(made, next)).toEqual([])
    expect(await rulesIn(next)).not.toEqual([])
  })

  it('take a CHECK that is validated before as the proof of NOT NULL', async () => {
    const add = 'ALTER TABLE t ADD CONSTRAINT set CHECK (c IS NOT NULL) NOT VALID;'
    const set = 'ALTER TABLE t ALTER COLUMN c SET NOT NULL;'
    const validate = 'ALTER TABLE t VALIDATE CONSTRAINT set;'
    expect(await rulesIn(revision(add, { id: 'a' }), revision(set, { id: 'b' }))).not.toEqual([])
    const three = [add, validate, set].map((sql, index) => revision(sql, { id: `r${index}` }))
    expect(await rulesIn(...three)).toEqual([])
  })

  it('count a BEGIN and COMMIT of the file as one transaction', async () => {
    const [add = '', validate = ''] =
      RULE_CASES['validates-in-the-same-transaction'].found.split('\n')
    const rule = 'validates-in-the-same-transaction'
    expect(await rulesIn(revision(`BEGIN; ${add} COMMIT; ${validate}`))).not.toContain(rule)
    expect(await rulesIn(revision(`BEGIN; ${add} ${validate} COMMIT; SELECT 1;`))).toContain(rule)
  })

  it('send contract work out of the expand revisions of a folder with phases, and leave it in peace elsewhere', async () => {
    const work = `ALTER TABLE orders DROP COLUMN note; DROP VIEW big; DROP TABLE lines;
      ALTER TABLE orders ALTER COLUMN code SET NOT NULL; TRUNCATE totals;`
    const rule = 'breaks-the-running-version'
    const messages = async (phase: 'expand' | 'contract', hasPhases: boolean) => {
      const found = await findingsIn(revision(work, { phase, transaction: 'off' }), { hasPhases })
      return found.filter((one) => [rule, 'drops-data'].includes(one.rule))
    }
    const inExpand = await messages('expand', true)
    const moved = inExpand.filter((one) => one.rule === rule)
    expect(moved.map(({ message }) => message)).toEqual([
      'queries that name note of orders fail: contract work in an expand revision',
      'queries that name big fail: contract work in an expand revision',
      'queries that name lines fail: contract work in an expand revision',
      'rows that the running version writes without code of orders are refused: contract work in an expand revision',
    ])
    expect(moved[0]?.safe).toContain('\n-- phase: contract\nALTER TABLE orders DROP COLUMN note;')
    expect((await messages('contract', true)).map(({ message }) => message)).toEqual([
      'TRUNCATE drops data of totals',
    ])
    expect((await messages('expand', false)).map(({ message }) => message)).not.toContain(
      expect.stringContaining('contract'),
    )
    expect(await messages('expand', false)).toHaveLength(5)
  })

  it('follow a table into another schema, and a view to another name', async () => {
    const moved = `ALTER TABLE orders SET SCHEMA shop; ALTER TABLE shop.orders DROP COLUMN note;
      ALTER VIEW big RENAME TO large; CREATE VIEW made AS SELECT 1; ALTER VIEW made RENAME TO own;`
    expect(await findingsIn(revision(moved, { transaction: 'off' }))).toMatchObject([
      { message: 'orders is called shop.orders from here on' },
      { rule: 'drops-data', message: 'DROP COLUMN note drops data of shop.orders' },
      { message: 'queries that name note of shop.orders fail' },
      { message: 'big is called large from here on' },
    ])
  })

  it('take names without a schema to be in the first of the search path, as long as it is set', async () => {
    const sql = `CREATE TABLE shop.made (); SET search_path = "$user", shop, public; DROP TABLE made;
      DROP TABLE a; RESET search_path; DROP TABLE b;
      BEGIN; SET LOCAL search_path = own; DROP TABLE c; COMMIT; DROP TABLE d;`
    const found = await findingsIn(revision(sql))
    const dropped = found.filter(({ rule }) => rule === 'drops-data')
    expect(dropped.map(({ message }) => message)).toEqual([
      'DROP TABLE drops data of shop.a',
      'DROP TABLE drops data of b',
      'DROP TABLE drops data of own.c',
      'DROP TABLE drops data of d',
    ])
  })

  it('are not asked where they are skipped', async () => {
    const sql = 'CREATE INDEX i ON orders (code);'
    expect(await rulesIn(revision(sql), { skip: ['blocks-writes-while-building'] })).toEqual([])
  })

  it('say that a module is not linted', async () => {
    const module = { ...revision('SELECT 1;'), upgrade: { kind: 'module', run: async () => {} } }
    const { unread } = await lintDeploy({
      revisions: [module as Revision],
      schema: 'public',
      skip: [],
    })
    expect(unread).toEqual([
      expect.objectContaining({ revision: 'a', why: expect.stringMatching(/^a module/) }),
    ])
  })
})

describe('allow lines', () => {
  const index = 'CREATE INDEX i ON orders (code);'
  const allow = (text: string) => `-- pgate: allow ${text}\n${index}`

  it('let pass what they name, with a reason', async () => {
    const sql = allow('blocks-writes-while-building because orders has 40 rows')
    expect(await findingsIn(revision(sql))).toEqual([])
  })

  it('are errors without a reason, of no rule, of no use and above nothing, each at its line', async () => {
    const sql = [
      allow('blocks-writes-while-building'),
      allow('block-writes-while-building because it is small'),
      allow('drops-data because nothing is dropped'),
      '-- pgate: allow drops-data because there is nothing below',
    ].join('\n')
    const found = (await findingsIn(revision(sql))).filter(({ rule }) => rule === 'allow')
    expect(found.map(({ line, message }) => `${line} ${message}`).toSorted()).toEqual([
      '11 an allow line that stands above no statement',
      '5 an allow line without a reason',
      '7 there is no rule block-writes-while-building',
      '9 the statement below has nothing that drops-data would find',
    ])
  })

  it('change neither how the file is cut nor another file’s checksum', () => {
    const { upgrade, downgrade } = revision(
      `${allow('drops-data because so')}\n-- pgate: downgrade\nDROP INDEX i;`,
    )
    expect(upgrade).toMatchObject({ text: `${allow('drops-data because so')}` })
    expect(downgrade).toMatchObject({ text: 'DROP INDEX i;' })
  })
})

interface Asked {
  readonly hasPhases?: boolean
  readonly strict?: boolean
  readonly skip?: readonly LintRule[]
}

async function findingsIn(...given: readonly (Revision | Asked)[]): Promise<readonly Finding[]> {
  const revisions = given.filter((one): one is Revision => 'upgrade' in one)
  const {
    skip = [],
    strict = true,
    hasPhases = false,
  } = given.find((one): one is Asked => !('upgrade' in one)) ?? {}
  const request: LintRequest = { revisions, schema: 'public', skip, hasPhases }
  const { findings } = await lintDeploy(request)
  return findings.filter(({ severity }) => strict || severity !== 'info')
}

async function rulesIn(...given: readonly (Revision | Asked)[]): Promise<readonly string[]> {
  return (await findingsIn(...given)).map(({ rule }) => rule)
}

/** The statements begin on line 5. */
function revision(
  sql: string,
  {
    id = 'a',
    transaction = 'auto',
    phase = 'expand',
  }: {
    readonly id?: string
    readonly transaction?: 'on' | 'off' | 'auto' | undefined
    readonly phase?: 'expand' | 'contract'
  } = {},
): Revision {
  const text = `-- revision: ${id}\n-- revises: none\n-- transaction: ${transaction}\n-- pgate: upgrade\n${sql}`
  const parsed = parseSqlRevision(text, `${id}.sql`)
  if (parsed.kind !== 'revision') throw new Error(JSON.stringify(parsed.faults))
  return phase === 'contract' ? { ...parsed.revision, phase } : parsed.revision
}
