import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/load.ts'
import { GateError } from '../../../../src/errors/error.ts'
import { loadFolder, withFormat } from '../../../../src/formats/formats.ts'
import type { RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import { withRevisionFolder } from '../../../support/cli/revision-folder.ts'

type Files = Readonly<Record<string, string>>

/** A project with its migrations in `sql`; other paths are next to that folder. */
async function withProject<T>(
  files: Files,
  env: Files,
  use: (config: ReturnType<typeof withFormat>) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await mkdir(join(folder.path, 'sql'))
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder.path, dirname(name)), { recursive: true })
      await folder.write(name, text)
    }
    const system = { readFile: () => '', fileMode: () => 0o600, home: '/', userName: 'nobody' }
    const variables = { PGATE_MIGRATIONS: join(folder.path, 'sql'), PGATE_FORMAT: 'flyway', ...env }
    return use(withFormat(loadConfig(variables, {}, system)))
  })
}

function read(files: Files, env: Files = {}): Promise<RevisionGraph> {
  return withProject(files, env, (config) => loadFolder(config))
}

async function faultsIn(files: Files, env: Files = {}): Promise<readonly unknown[]> {
  const failure = await read(files, env).catch((error: unknown) => error)
  if (!(failure instanceof GateError)) throw new Error('nothing was refused')
  return failure.facts.faults as readonly unknown[]
}

const ids = ({ order }: RevisionGraph) => order.map(({ id }) => id)

describe('a folder of Flyway', () => {
  it('is read in the order of its versions, then of the descriptions of what is repeated', async () => {
    const graph = await read({
      'sql/V10__ten.sql': 'select 10',
      'sql/V9__nine.sql': 'select 9',
      'sql/V1_1__one_one.sql': 'select 11',
      'sql/V1.0.5__deep.sql': 'select 105',
      'sql/V01__one.sql': 'select 1',
      'sql/V20240131120000__time.sql': 'select 2024',
      'sql/R__b view.sql': '123456789',
      'sql/R__a.sql': '1234\r\n56789\n\n',
      'sql/README.md': 'nothing',
      'sql/seed.sql': 'nothing',
    })
    expect(ids(graph)).toEqual([
      ...['01', '1.0.5', '1.1', '9', '10', '20240131120000'],
      ...['R__a#cbf43926', 'R__b_view#cbf43926'],
    ])
    const [one] = graph.order
    expect(one).toMatchObject({
      message: 'one',
      transaction: 'auto',
      row: { version: '01', description: 'one', type: 'SQL', script: 'V01__one.sql' },
      downgrade: null,
    })
    expect(graph.revisions.get('20240131120000')?.created).toBe('2024-01-31T12:00:00Z')
  })

  it('has the checksums of Flyway: CRC-32 with a sign, over the lines without their ends and a BOM', async () => {
    // The check value of CRC-32 is 0xcbf43926, that of "a" 0xe8b7be43, of nothing 0.
    const graph = await read({
      'sql/V1__a.sql': '123456789',
      'sql/V2__b.sql': '\ufeff1234\r\n567\r89\n\n',
      'sql/V3__c.sql': 'a\n',
      'sql/V4__d.sql': '\n',
    })
    expect(graph.order.map(({ row }) => row?.checksum)).toEqual([
      -873_187_034, -873_187_034, -390_611_389, 0,
    ])
    expect(graph.order[0]?.recorded).toEqual(['-873187034 SQL a'])
  })

  it('is read with the folders below, each script by its path', async () => {
    const graph = await read({
      'sql/2024/V1__a.sql': 'select 1',
      'sql/2025/more/V2__b.sql': 'select 2',
      'sql/.git/V3__c.sql': 'select 3',
    })
    expect(graph.order.map(({ row }) => row?.script)).toEqual([
      '2024/V1__a.sql',
      '2025/more/V2__b.sql',
    ])
  })

  it('keeps 200 characters of a description, as Flyway does, and needs none', async () => {
    const long = 'x'.repeat(210)
    const graph = await read({ [`sql/V1__${long}.sql`]: '', 'sql/V6.9.0.1.sql': '' })
    expect(graph.order.map(({ row }) => row?.description)).toEqual([`${'x'.repeat(197)}...`, ''])
    expect(graph.order[1]).toMatchObject({ id: '6.9.0.1', message: 'V6.9.0.1.sql' })
  })

  it('has files that undo others, by version alone', async () => {
    const graph = await read({
      'sql/V1__a.sql': 'create table a ()',
      'sql/U1.0__other.sql': 'drop table a',
      'sql/U7__nothing.sql': 'select 1',
    })
    expect(graph.order).toHaveLength(1)
    expect(graph.order[0]?.downgrade).toMatchObject({
      text: 'drop table a',
      line: 1,
      file: expect.stringMatching(/U1\.0__other\.sql$/),
    })
  })

  it('begins at the newest baseline file where none that it stands for is there', async () => {
    const whole = { 'sql/V1__a.sql': '', 'sql/B5__base.sql': '', 'sql/V6__b.sql': '' }
    expect(ids(await read(whole))).toEqual(['1', '6'])
    const rest = { 'sql/B3__old.sql': '', 'sql/B5__base.sql': '', 'sql/V6__b.sql': '' }
    const graph = await read(rest)
    expect(ids(graph)).toEqual(['B5', '6'])
    expect(graph.order[0]?.row).toMatchObject({ version: '5', type: 'SQL_BASELINE' })
  })

  it('has code as a revision that Flyway alone runs', async () => {
    const graph = await read({ 'sql/V1__a.sql': '', 'sql/V2__Fill_in.kt': 'class V2__Fill_in' })
    expect(graph.revisions.get('2')).toMatchObject({
      message: 'Fill in',
      upgrade: { kind: 'opaque', language: 'Kotlin', command: 'flyway migrate' },
    })
  })

  it('runs what its configuration takes out of the transaction statement by statement', async () => {
    const graph = await read({
      'sql/V1__a.sql': 'vacuum',
      'sql/V1__a.sql.conf': '# of V1\nexecuteInTransaction=false\nshouldExecute=true\n',
    })
    expect(graph.order[0]?.transaction).toBe('off')
  })

  it.each([
    ['V1_init.sql', {}, 'REVISION_HEADER', 'V<version>__<description>.sql'],
    ['R_views.sql', {}, 'REVISION_HEADER', 'R__<description>.sql'],
    ['R1__views.sql', {}, 'REVISION_HEADER', 'R__<description>.sql'],
    ['V1.0__again.sql', {}, 'REVISION_DUPLICATE', 'sub/V1__a.sql'],
    ['beforeMigrate.sql', {}, 'REVISION_UNSUPPORTED', 'beforeMigrate'],
    ['afterEachMigrate__grant.sql', {}, 'REVISION_UNSUPPORTED', 'afterEachMigrate'],
    ['createSchema.sql', {}, 'REVISION_UNSUPPORTED', 'createSchema'],
  ])('refuses %s by its name', async (name, env, code, words) => {
    const failure = await read({ 'sql/sub/V1__a.sql': '', [`sql/${name}`]: '' }, env).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) })
    expect(failure).toMatchObject({ message: expect.stringContaining(name) })
  })

  it('passes over the callbacks of what pgate does not do', async () => {
    const graph = await read({
      'sql/V1__a.sql': '',
      'sql/afterInfo.sql': '',
      'sql/beforeClean.sql': '',
    })
    expect(ids(graph)).toEqual(['1'])
  })

  it('is refused where a condition decides whether a file runs', async () => {
    const faults = await faultsIn({
      'sql/V1__a.sql': '',
      'sql/V1__a.sql.conf': `encoding=UTF-8\nshouldExecute=\${x}==y\n`,
    })
    expect(faults).toEqual([expect.objectContaining({ code: 'REVISION_UNSUPPORTED', line: 2 })])
  })
})

describe('the configuration of Flyway', () => {
  const NAMES = { 'sql/20240101__a.ddl': '', 'sql/redo-b.SQL': '', 'sql/V9__c.sql': '' }
  const asConf = `# names
flyway.sqlMigrationPrefix=
flyway.repeatableSqlMigrationPrefix: redo
flyway.sqlMigrationSeparator = __
flyway.sqlMigrationSuffixes=.sql,.ddl
`
  it.each([
    ['flyway.conf', asConf],
    ['conf/flyway.conf', asConf],
    [
      'flyway.toml',
      '[flyway]\nsqlMigrationPrefix = "" # none\nrepeatableSqlMigrationPrefix = \'redo\'\nsqlMigrationSuffixes = [\n  ".sql",\n  ".ddl",\n]\n',
    ],
  ])('names the files otherwise: %s', async (file, text) => {
    const own = file === 'flyway.toml' ? NAMES : { ...NAMES }
    expect(ids(await read({ ...own, 'sql/redo__b.SQL': '', [file]: text }))).toEqual([
      '20240101',
      'R__b#0',
    ])
  })

  it('is taken from variables first', async () => {
    const files = { 'sql/M1__a.sql': '', 'flyway.conf': 'flyway.sqlMigrationPrefix=X' }
    expect(ids(await read(files, { FLYWAY_SQL_MIGRATION_PREFIX: 'M' }))).toEqual(['1'])
  })

  it('says where the history is, unless variables of pgate do', async () => {
    const conf = 'flyway.table=schema_version\nflyway.schemas=app,other\n'
    const files = { 'sql/V1__a.sql': '', 'flyway.conf': conf }
    const place = (env: Files) =>
      withProject(files, env, async ({ schema, versionTable }) => [schema, versionTable])
    expect(await place({})).toEqual(['app', 'schema_version'])
    expect(await place({ FLYWAY_DEFAULT_SCHEMA: 'mine' })).toEqual(['mine', 'schema_version'])
    expect(await place({ PGATE_SCHEMA: 's', PGATE_VERSION_TABLE: 't' })).toEqual(['s', 't'])
  })

  it('lets late files run', async () => {
    const files = { 'sql/V1__a.sql': '', 'flyway.toml': '[flyway]\noutOfOrder = true\n' }
    expect((await read(files)).rules.late).toBe('run')
    expect((await read(files, { FLYWAY_OUT_OF_ORDER: 'false' })).rules.late).toBe('refuse')
  })

  it('is refused where it names several locations', async () => {
    const files = {
      'sql/V1__a.sql': '',
      'flyway.conf': 'flyway.locations=filesystem:sql,filesystem:more',
    }
    expect(await faultsIn(files)).toEqual([
      expect.objectContaining({
        code: 'REVISION_UNSUPPORTED',
        file: expect.stringMatching(/flyway\.conf$/),
        message: expect.stringContaining('filesystem:more'),
      }),
    ])
  })

  it('is found by itself, and its folder without PGATE_FORMAT', async () => {
    await withProject(
      { 'sql/nested/V1__a.sql': '', 'flyway.toml': '' },
      { PGATE_FORMAT: 'auto' },
      async (config) => {
        expect(config.format).toBe('flyway')
      },
    )
  })
})

describe('a placeholder of Flyway', () => {
  const textOf = async (files: Files, env: Files = {}) => {
    const { order } = await read(files, env)
    return order.map(({ upgrade }) => (upgrade.kind === 'sql' ? upgrade.text : ''))
  }

  it('has its value from variables, else from the configuration, whatever its case', async () => {
    const files = {
      'sql/V1__a.sql': `create table \${Prefix}_a (); -- \${owner}`,
      'flyway.conf': `flyway.placeholders.prefix=conf\nflyway.placeholders.owner=\${TEAM}\n`,
    }
    expect(await textOf(files, { TEAM: 'blue' })).toEqual(['create table conf_a (); -- blue'])
    expect(await textOf(files, { FLYWAY_PLACEHOLDERS_PREFIX: 'env' })).toEqual([
      'create table env_a (); -- ',
    ])
    const toml = {
      'sql/V1__a.sql': `\${a}\${b}`,
      'flyway.toml': `[flyway.placeholders]\na = "x\\"y"\nb = "\${env.TEAM}"\n`,
    }
    expect(await textOf(toml, { TEAM: 'blue' })).toEqual(['x"yblue'])
  })

  it('may be one that Flyway itself gives a value', async () => {
    const text = `\${flyway:defaultSchema}/\${flyway:table}/\${flyway:user}/\${flyway:database}/\${flyway:filename}/\${flyway:environment}`
    const env = { DATABASE_URL: 'postgresql://me@db/app', PGATE_SCHEMA: 's' }
    expect(await textOf({ 'sql/x/V1__a.sql': text }, env)).toEqual([
      's/flyway_schema_history/me/app/V1__a.sql/default',
    ])
    const stamped = await textOf({
      'sql/V1__a.sql': `\${flyway:timestamp} \${flyway:workingDirectory}`,
    })
    expect(stamped[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \//)
  })

  it('changes the checksum of what is repeated, and not that of a version', async () => {
    const files = { 'sql/V1__a.sql': `\${x}`, 'sql/R__b.sql': `\${x}` }
    const one = await read(files, { FLYWAY_PLACEHOLDERS_X: '123456789' })
    const other = await read(files, { FLYWAY_PLACEHOLDERS_X: 'a' })
    expect([ids(one)[1], ids(other)[1]]).toEqual(['R__b#cbf43926', 'R__b#e8b7be43'])
    expect(one.order[0]?.row?.checksum).toBe(other.order[0]?.row?.checksum)
  })

  it('is refused by line where it has no value', async () => {
    const files = { 'sql/V1__a.sql': `select 1;\nselect \${who}, \${flyway:user};\n-- \${open\n` }
    expect(await faultsIn(files)).toEqual([
      expect.objectContaining({ line: 2, message: `the placeholder \${who} has no value` }),
      expect.objectContaining({ line: 2, message: `the placeholder \${flyway:user} has no value` }),
      expect.objectContaining({ code: 'REVISION_PLACEHOLDER', line: 3 }),
    ])
  })

  it('is text where the configuration says so, or is written otherwise', async () => {
    expect(
      await textOf({ 'sql/V1__a.sql': `\${x}` }, { FLYWAY_PLACEHOLDER_REPLACEMENT: 'false' }),
    ).toEqual([`\${x}`])
    const conf = { 'sql/V1__a.sql': `\${x}`, 'sql/V1__a.sql.conf': 'placeholderReplacement=false' }
    expect(await textOf(conf)).toEqual([`\${x}`])
    const other = {
      'sql/V1__a.sql': `\${x} %%x%%`,
      'flyway.conf':
        'flyway.placeholderPrefix=%%\nflyway.placeholderSuffix=%%\nflyway.placeholders.x=1',
    }
    expect(await textOf(other)).toEqual([`\${x} 1`])
  })
})
