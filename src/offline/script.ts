import { GateError } from '../errors/error.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { describeVersions } from '../revisions/graph/named.ts'
import { prepareRevisions } from '../steps/migrate/prepare.ts'
import { ownTables } from '../store/tables.ts'
import type { OfflineRunner } from './bookkeeping.ts'
import { guard, unguard } from './guard.ts'
import { extensionLines, tableLines } from './prologue.ts'
import { comment } from './psql-text.ts'
import { type OfflinePlan, offlineDowngrade, offlineUpgrade } from './range.ts'
import { revisionLines } from './revision-lines.ts'
import { freshSession, READING } from './session.ts'

/**
 * The script that `psql -f` runs in place of `pgate upgrade`, with the same end: schema, version
 * rows, journal. `target` is one, from base on, or `from:to`. No connection is needed.
 * @throws {GateError} REVISION_MODULE for a TypeScript or JavaScript revision on the way, and
 *   whatever prepareRevisions and offlineUpgrade throw
 */
export async function upgradeScript(
  runner: OfflineRunner,
  graph: RevisionGraph,
  target: string,
): Promise<string> {
  const { phase } = runner.config
  return render(runner, offlineUpgrade(graph, { target, phase }))
}

/** As {@link upgradeScript}, for the downgrade; a target alone is reckoned from the files' heads. */
export async function downgradeScript(
  runner: OfflineRunner,
  graph: RevisionGraph,
  target: string,
): Promise<string> {
  return render(runner, offlineDowngrade(graph, target))
}

async function render(runner: OfflineRunner, plan: OfflinePlan): Promise<string> {
  refuseModules(plan)
  const { config } = runner
  const prepared = await prepareRevisions(
    plan.changes.map(({ revision }) => revision),
    plan.action,
    ownTables(config),
  )
  const revisions = await Promise.all(
    plan.changes.map(async (change, index) => {
      const one = prepared[index]
      return one === undefined ? [] : ['', ...(await revisionLines(runner, change, one))]
    }),
  )
  const nothing = plan.changes.length === 0
  return [
    ...header(runner, plan),
    '',
    ...(nothing ? ['-- Nothing to run.'] : [...prologue(runner, plan), ...revisions.flat()]),
    ...(nothing ? [] : ['', comment(`Now at ${describeVersions(plan.to)}`), unguard(config)]),
  ].join('\n')
}

function header({ version, config }: OfflineRunner, plan: OfflinePlan): readonly string[] {
  const { action, from, to, assumed } = plan
  const { phase } = config
  const begin =
    phase === 'contract' ? 'a database that an expand run has left' : 'an empty database'
  const start = action === 'upgrade' ? begin : 'the head of the files'
  const lines = [
    `pgate ${version}: ${action} ${describeVersions(from)} to ${describeVersions(to)}, written offline from the revision files.`,
    `Run it on the server itself, not through a pooler: psql -X -v ON_ERROR_STOP=1 -f <file> <database>`,
    `It stops before it has changed anything where the database is not at ${describeVersions(from)}.`,
    ...(assumed ? [`No start was named, so that is ${start}; from:to names another.`] : []),
  ]
  return lines.map(comment)
}

function prologue({ config }: OfflineRunner, plan: OfflinePlan): readonly string[] {
  const extensions = plan.action === 'upgrade' ? extensionLines(config) : []
  return [
    '\\set ON_ERROR_STOP on',
    '\\set AUTOCOMMIT on',
    READING,
    '',
    guard(config, plan),
    '',
    ...(extensions.length === 0 ? [] : [...extensions, '']),
    freshSession(config),
    '',
    ...tableLines(config),
  ]
}

function refuseModules({ action, changes }: OfflinePlan): void {
  const modules = changes
    .map(({ revision }) => revision)
    .filter((revision) => revision[action]?.kind === 'module')
  const [first] = modules
  if (first === undefined) return
  const listed = modules.map(({ id, file }) => `${id} (${file})`).join(', ')
  throw new GateError(
    'REVISION_MODULE',
    `revision ${listed} is code, not SQL: no script can say what it would do`,
    {
      facts: { revisions: modules.map(({ id, file }) => ({ revision: id, file })), action },
      hint: `Write the script in parts, with from:to, up to ${first.id} and after it, and let pgate ${action}, connected, run it in between.`,
    },
  )
}
