import { join } from 'node:path'
import { catalogSql } from '../../src/catalog/catalog.ts'
import { catalogScope } from '../../src/catalog/scope.ts'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, type Contestant, measureCase } from '../harness/case.ts'
import { mustRun } from '../harness/command.ts'
import { psql, timed } from '../harness/contestants.ts'
import { writeFiles } from '../harness/files.ts'
import { peakMemory, TIME_PROGRAM } from '../harness/memory.ts'
import { type BenchRevision, digits } from '../harness/revisions.ts'
import type { Project } from '../harness/tool.ts'
import { BUILT_PGATE, pgateCommand, writeManifest, writePgateRevisions } from '../tools/pgate.ts'

const TABLES = 10_000

/** Few enough for the locks that PostgreSQL's default settings allow a transaction. */
const TABLES_A_REVISION = 100

/** Every object compared, which a changed catalog makes the gate do. */
export const verify: Workload = {
  name: 'verify',
  cases: [
    { id: 'verify.full', run: (bench) => run(bench, 'ms') },
    {
      id: 'verify.memory',
      leftOut: ({ has }) => (has(TIME_PROGRAM) ? undefined : `${TIME_PROGRAM} is not here`),
      run: (bench) => run(bench, 'MB'),
    },
  ],
}

async function run(bench: Bench, unit: 'ms' | 'MB'): Promise<CaseResult> {
  const tables = bench.size(TABLES)
  const project = await largeSchema(bench, tables)
  const command = pgateCommand(BUILT_PGATE, ['verify'], project)
  const pgate: Contestant = {
    name: 'pgate verify',
    kind: 'pgate',
    measure: () => (unit === 'ms' ? timed(command) : peakMemory(bench.folder, command)),
  }
  const floors = unit === 'ms' && bench.has('psql') ? [await queryAlone(bench, project)] : []
  return measureCase({
    id: unit === 'ms' ? 'verify.full' : 'verify.memory',
    title: `${unit === 'ms' ? '' : 'peak memory: '}verify ${tables} tables with ${3 * tables} indexes in full`,
    unit,
    runs: fewer(bench, 3),
    contestants: [...floors, pgate],
  })
}

/** Made once for both cases. */
function largeSchema({ stock }: Bench, tables: number): Promise<Project> {
  return stock.project('large schema', async (project) => {
    await writePgateRevisions(project.folder, largeRevisions(tables))
    await mustRun(pgateCommand(BUILT_PGATE, ['upgrade'], project))
    await writeManifest(project)
  })
}

function largeRevisions(tables: number): readonly BenchRevision[] {
  return Array.from({ length: Math.ceil(tables / TABLES_A_REVISION) }, (_, index) => {
    const first = index * TABLES_A_REVISION
    const count = Math.min(TABLES_A_REVISION, tables - first)
    const names = Array.from({ length: count }, (_, at) => `large_${digits(first + at + 1)}`)
    return {
      number: index + 1,
      name: `tables_${digits(index + 1)}`,
      up: names.flatMap((name) => [
        `create table ${name} (id bigint primary key, name text not null, at timestamptz)`,
        `create index ${name}_name on ${name} (name)`,
        `create index ${name}_at on ${name} (at) where name <> ''`,
      ]),
      down: names.map((name) => `drop table ${name}`),
    }
  })
}

async function queryAlone(bench: Bench, { url }: Project): Promise<Contestant> {
  const scope = catalogScope({ schema: 'public', versionTable: 'alembic_version' }, ['public'])
  const query = `select key, definition::text from (${catalogSql(scope)}) as catalog order by key collate "C"`
  const text = `set search_path = '';\n\\o /dev/null\n${query};\n`
  await writeFiles(bench.folder, [['catalog.sql', text]])
  const command = psql(url, ['-A', '-t', '-f', join(bench.folder, 'catalog.sql')])
  return { name: 'psql, the catalog query', kind: 'floor', measure: () => timed(command) }
}
