import { counted, oneLine } from '../../../base/words.ts'
import type { Unwritten } from '../../../diff/statement.ts'
import { schemaFirst } from '../../../lock/session-state.ts'
import type { StructureFault } from '../structure/structure.ts'
import type { DriftRepair, RepairStatement } from './repair.ts'

/** What a script of repair is written from. */
export interface RepairFacts {
  readonly repair: DriftRepair
  readonly faults: readonly StructureFault[]
  /** The role that owns the version table, quoted. */
  readonly migrator: string
  /** PGATE_SCHEMA. */
  readonly schema: string
}

/** The script for psql, as one text. Statements that destroy data are comments. Pure. */
export function repairScript({ repair, faults, migrator, schema }: RepairFacts): string {
  const { statements, left } = repair
  const [apart, together] = [statements.filter(isApart), statements.filter((one) => !isApart(one))]
  const waiting = left.filter(waits).length
  const held = statements.filter(({ isHeld }) => isHeld).length
  return [
    '-- Makes this database what its manifest promises. Written by pgate verify --repair-sql.',
    `-- Run it as ${migrator}, the migrating role, with psql -v ON_ERROR_STOP=1.`,
    `-- ${counted(statements.length, 'statement')}${held > 0 ? `, of which ${held} destroy data or wait for one that does, and are comments: take the -- away where that is meant` : ''}.`,
    ...left
      .filter((one) => !waits(one))
      .map(({ key, why }) => `-- Left to you: ${oneLine(key)}: ${oneLine(why)}.`),
    ...(waiting > 0 ? [`-- Behind these: ${counted(waiting, 'object')} more.`] : []),
    ...faults.flatMap(({ subject, message, remedy }) => [
      `-- ${oneLine(subject)} ${message}`,
      ...remedy.map((step) => (/^ALTER /.test(step) ? step : `--   ${step}`)),
    ]),
    ...(statements.some(({ sql }) => / FROM CURRENT\b/.test(sql))
      ? [`SELECT ${schemaFirst(schema, 'session')};`]
      : []),
    ...apart.flatMap(linesOf),
    ...(together.length === 0 ? [] : ['BEGIN;', ...together.flatMap(linesOf), 'COMMIT;']),
  ].join('\n')
}

function waits({ why }: Unwritten): boolean {
  return why.startsWith('it needs ')
}

function isApart(statement: RepairStatement): boolean {
  return statement.isApart === true
}

function linesOf({ sql, destroys, isHeld }: RepairStatement): readonly string[] {
  const lines = `${sql};`.split('\n').map((line) => (isHeld ? `-- ${line}` : line))
  return destroys === undefined ? lines : [`-- Destroys ${destroys}:`, ...lines]
}
