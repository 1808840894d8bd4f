import type { Config } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import { formatOf } from '../formats/formats.ts'
import { findFaults, PENDING_HINT } from '../gate/check.ts'
import { runGate } from '../gate/gate.ts'
import { expectedVersions } from '../gate/promised.ts'
import { readStatus } from '../gate/status.ts'
import { verifyStep } from '../gate/steps.ts'
import { type MigrationsFolder, openMigrations } from '../gate/unchanged/migrations-folder.ts'
import { surveyOf, surveyQuestion } from '../gate/unchanged/survey.ts'
import { findUnchanged } from '../gate/unchanged/unchanged.ts'
import { waitStep } from '../gate/wait-step.ts'
import { manifestPath } from '../steps/verify/manifest/manifest.ts'
import { checkSchema } from '../steps/verify/manifest/relocate.ts'
import type { Act } from './run-target.ts'
import type { Target } from './target.ts'

/** A migrations folder for all targets. */
export type FolderOf = (config: Config) => Promise<MigrationsFolder>

/**
 * Opens the folder once, and reads all of it: whatever is wrong with files or manifest is found before a
 * target is touched. Where a tool's own settings decide what files say, each target reads them for itself.
 * @throws {GateError} REVISION_*, MANIFEST_INVALID
 */
export async function openForAll(config: Config, targets: readonly Target[]): Promise<FolderOf> {
  const folder = await openMigrations(config)
  const { manifest } = await folder.files()
  if (manifest !== null) {
    const schemas = new Set(targets.map(({ schema = config.schema }) => schema))
    for (const schema of schemas) checkSchema(manifest, schema, manifestPath(config.migrations))
  }
  const isOwn = config.migrateCommand === undefined && formatOf(config).readsBeyond?.(config)
  return isOwn ? openMigrations : async () => folder
}

/** What `pgate` does with a database. */
export function gateAct(folderOf: FolderOf): Act {
  return async (context, resources) => {
    const folder = await folderOf(context.config)
    const { migration, extensions } = await runGate(context, resources, folder)
    const { applied, command, isUnstarted } = migration
    const hasMigrated = applied.length > 0 || (command !== undefined && isUnstarted !== true)
    return { did: hasMigrated || extensions.actions.length > 0 ? 'applied' : 'unchanged' }
  }
}

/** What `pgate check` does; one round trip where nothing has changed since the gate's own proof. */
export function checkAct(folderOf: FolderOf): Act {
  return async (context, resources) => {
    const folder = await folderOf(context.config)
    const question = surveyQuestion(context.config, folder)
    const wanted = { needs: 'read', question } as const
    const [fault] = await waitStep(context, resources, wanted, async (session, answers) => {
      const survey = surveyOf(context.config, answers)
      if (await findUnchanged(context, { survey, folder, session })) return []
      return findFaults(context, resources, { session, files: await folder.files() })
    })
    if (fault !== undefined) throw pendingInFleet(fault)
    return { did: 'as promised' }
  }
}

/** What is pending in many databases is not run by `pgate upgrade`, which knows one. */
function pendingInFleet(fault: GateError): GateError {
  const { code, message, facts, hint } = fault
  if (hint !== PENDING_HINT) return fault
  return new GateError(code, message, { facts, hint: '`pgate fleet` applies what is pending.' })
}

/** What `pgate status` shows, in a line for each target where a gate would do something. */
export function statusAct(folderOf: FolderOf): Act {
  return async (context, resources) => {
    const files = await (await folderOf(context.config)).files()
    const { faults } = await waitStep(context, resources, { needs: 'read' }, (session) =>
      readStatus(context, resources, { session, files }),
    )
    const [fault] = faults
    if (fault === undefined) return { did: 'up to date' }
    const { code, exitCode, message } = fault
    return code === 'HISTORY_PENDING'
      ? { did: 'pending', note: message }
      : { did: 'would shut', note: `would shut (exit ${exitCode}, ${code}): ${message}` }
  }
}

/** What `pgate verify` does. */
export function verifyAct(folderOf: FolderOf, strict: boolean): Act {
  return async (context, resources) => {
    const files = await (await folderOf(context.config)).files()
    return waitStep(context, resources, { needs: 'read' }, async (session) => {
      const expected = await expectedVersions(context, session, files)
      const request = { session, files, expected, strict, how: 'look' } as const
      await verifyStep(context, resources, request)
      return { did: 'as promised' }
    })
  }
}
