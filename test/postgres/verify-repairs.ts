import { readCatalog } from '../../src/catalog/catalog.ts'
import type { Session } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import { hasDrift } from '../../src/steps/verify/drift/drift.ts'
import { type DriftRepair, readDriftRepair } from '../../src/steps/verify/drift/repair.ts'
import type { Manifest } from '../../src/steps/verify/manifest/manifest.ts'
import type { Change } from './change.ts'
import { drift } from './verify-held.ts'
import { EVERYTHING } from './verify-sources.ts'

/** What came of a damage that was repaired by the engine's statements. */
export interface Repaired {
  readonly change: Change
  readonly repair: DriftRepair
  /** What drifts still, or what a statement failed with. */
  readonly problems: readonly string[]
}

class Undo extends Error {}

/** Damages the schema, repairs it by the statements that verify names, looks again, and undoes all. */
export async function repairDamage(
  session: Session,
  manifest: Manifest,
  change: Change,
): Promise<Repaired> {
  const done: Repaired[] = []
  await withTransaction(session, async () => {
    await session.query(change.sql)
    const live = await readCatalog(session, EVERYTHING)
    const damaged = { drift: drift(manifest, live), promised: manifest.objects, strict: false }
    const repair = await readDriftRepair(session, EVERYTHING, damaged)
    done.push({ change, repair, problems: await problemsAfter(session, manifest, repair) })
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw new Error(`${change.sql} failed`, { cause: error })
  })
  const [repaired] = done
  if (repaired === undefined) throw new Error('nothing was repaired')
  return repaired
}

/** What is held is a comment of the script: it is not run. */
async function problemsAfter(
  session: Session,
  manifest: Manifest,
  { statements }: DriftRepair,
): Promise<readonly string[]> {
  for (const { sql } of statements.filter(({ isHeld }) => !isHeld)) {
    try {
      await session.query(sql)
    } catch (error) {
      return [`${sql}: ${error instanceof Error ? error.message : String(error)}`]
    }
  }
  const report = drift(manifest, await readCatalog(session, EVERYTHING))
  if (!hasDrift(report)) return []
  const shutting = report.extra.filter(({ impact }) => impact === 'shuts')
  return [...report.missing, ...report.different, ...shutting].map(({ key }) => `drifts: ${key}`)
}
