import { join } from 'node:path'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, measureCase } from '../harness/case.ts'
import { NODE_FLOOR, timed } from '../harness/contestants.ts'
import { BUILT_PGATE, pgateCommand } from '../tools/pgate.ts'

const SAMPLE = join(import.meta.dirname, '..', '..', 'migrations')

/** `npm start`: the sample schema, with its extensions, on the built-in PostgreSQL. */
export const embedded: Workload = { name: 'embedded', cases: [{ id: 'embedded.start', run }] }

function run(bench: Bench): Promise<CaseResult> {
  const { program, args } = pgateCommand(BUILT_PGATE, ['gate', '--embedded'])
  const command = { program, args, env: { PGATE_MIGRATIONS: SAMPLE } }
  return measureCase({
    id: 'embedded.start',
    title: 'the gate with its built-in PostgreSQL and the sample schema',
    unit: 'ms',
    runs: fewer(bench, 1.5),
    contestants: [NODE_FLOOR, { name: 'pgate', kind: 'pgate', measure: () => timed(command) }],
  })
}
