import type { StepContext } from '../../config/context.ts'
import { tableNames } from '../../formats/formats.ts'
import { checkReached } from './check-reached.ts'
import type { Migrator } from './migrator.ts'
import { startRun } from './run.ts'
import { commandName, runProgram, runUnderLock } from './run-program.ts'
import { noteUnseen } from './watch/end-blockers.ts'

/**
 * A migrator that is another program: it is started under the gate's lock, connects by itself, and
 * has done its work where it ends with 0 and the folder's heads are reached. What it would do only it knows:
 * it is started where anything has changed since the last proof.
 * @see docs/decisions/0074-any-migrator.md
 */
export function externalCommand(words: readonly string[]): Migrator {
  const name = commandName(words)
  return {
    expected: () => undefined,
    apply: async (context, session, request) => {
      const { lock, isProved = async () => false, inputs, precautions } = request
      const outcome = { applied: [], ahead: false, command: name } as const
      const isHeld = await lock.acquire(async () => !(await isProved()))
      const { history } = tableNames(context.config)
      if (!isHeld || (await isProved())) {
        const versions = await history.read(session)
        return Object.freeze({ ...outcome, versions, byAnother: true, isUnstarted: true })
      }
      const run = startRun(context, session, request)
      noteUnseen(run)
      if (inputs === undefined) noteInputs(context, name)
      const restorePoint = await precautions?.take(run, name)
      await runUnderLock(run, name, (locked) => runProgram(locked, words))
      await checkReached(context, session, name)
      return Object.freeze({ ...outcome, versions: await history.read(session), restorePoint })
    },
  }
}

/** Where nothing says what it works with, no start can spare it. */
function noteInputs({ log, config }: StepContext, name: string): void {
  if (config.migrateAlways) return
  log.warn(
    'migrator.inputs',
    `${name} is started every time: PGATE_MIGRATIONS (${config.migrations}) is no folder with files, and PGATE_MIGRATE_INPUTS names none. Name what it reads, and it is started where that has changed; PGATE_MIGRATE_ALWAYS=true says that this is meant`,
    { migrator: name },
  )
}
