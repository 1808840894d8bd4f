import { renderFleetPage } from '../../../src/sidecar/fleet/fleet-page.ts'
import { selectionOf } from '../../../src/sidecar/fleet/selection.ts'
import { renderPage } from '../../../src/sidecar/page/page.ts'
import type { Status } from '../../../src/sidecar/status/status.ts'
import { fleetOf } from '../../pure/sidecar/fleet/support.ts'
import { statusWith } from '../../pure/sidecar/support.ts'
import { migratingStatus, shutStatus, soundStatus } from './page-statuses.ts'

/** Names as long as they come, and none with a space to break it at. */
export const LONG = 'a_name_without_any_space_to_break_it_at_'.repeat(5)

/** The page in every state that somebody may find it in, by a name for it. */
export function pageStates(): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      Object.entries(databaseStates()).map(([name, status]) => [name, renderPage(status)]),
    ),
    ...Object.fromEntries(
      [3, 100, 1000].map((size) => [
        `fleet of ${size}`,
        renderFleetPage(fleetOfSize(size), selectionOf(new URLSearchParams())),
      ]),
    ),
  }
}

function databaseStates(): Readonly<Record<string, Status>> {
  const sound = soundStatus()
  const outage = {
    since: '2026-11-21T03:30:00.000Z',
    message: 'db.internal:5432: nothing listening',
  }
  return {
    open: sound,
    drift: shutStatus(),
    ahead: aheadStatus(),
    'failed run': failedStatus(),
    'contract left': contractStatus(),
    'database away': { ...sound, database: { ...sound.database, reachable: false, outage } },
    starting: statusWith({
      steps: [{ name: 'wait', state: 'running', durationMs: null, summary: '' }],
    }),
    migrating: migratingStatus(),
    'not compared': notComparedStatus('there is no manifest.json'),
    'long names': longStatus(),
  }
}

/** At a revision of a newer application, which PGATE_AHEAD allows. */
export function aheadStatus(): Status {
  const { revisions, ...sound } = notComparedStatus('the database is ahead of these files')
  const unknown = ['99aa88bb77cc']
  const message = 'the database is ahead of these files, at 99aa88bb77cc'
  const change = { number: 2, at: '2026-11-21T03:40:12.514Z', kind: 'ahead', message } as const
  const transitions = [change, ...sound.transitions]
  return { ...sound, transitions, revisions: { ...revisions, current: unknown, unknown } }
}

/** Its gate does not open: a lock that another gate holds, after a revision that failed. */
function failedStatus(): Status {
  const { runs, ...migrating } = migratingStatus()
  const failed = runs.filter(({ outcome }) => outcome === 'failed')
  return {
    ...migrating,
    exitCode: 54,
    reason: {
      code: 'MIGRATION_RETRIES',
      message:
        'migrations/20261121_0250_c2d3e4f5a6b7_conversations.sql:14:3: canceling statement due to lock timeout (lock_not_available, SQLSTATE 55P03)',
      hint: 'Find who holds the lock (`pgate status` names the session), or set `PGATE_BLOCKERS=terminate`.',
    },
    runs: [...failed, ...runs.filter(({ outcome }) => outcome === 'done')],
  }
}

/** The expand phase is through; one revision waits until the old pods are gone. */
export function contractStatus(): Status {
  const { revisions, ...sound } = soundStatus()
  const [head, ...graph] = revisions.graph
  if (head === undefined) throw new Error('the sample has revisions')
  return {
    ...sound,
    revisions: {
      ...revisions,
      current: ['e1b0c2d3a4f5', 'd4e5f6a7b8c9'],
      waiting: [head.id],
      graph: [{ ...head, message: 'drop the old column', state: 'waiting' }, ...graph],
    },
  }
}

/** Open, and nothing says whether the schema is as promised. */
export function notComparedStatus(notCompared: string): Status {
  const { verify, ...sound } = soundStatus()
  return { ...sound, verify: { ...verify, mode: 'structure', notCompared } }
}

function longStatus(): Status {
  const { database, revisions, ...shut } = shutStatus()
  const [run] = shut.runs
  if (run === undefined) throw new Error('the sample has runs')
  return {
    ...shut,
    host: LONG,
    database: { ...database, label: LONG },
    reason: { code: 'VERIFY_DRIFT', message: LONG, hint: `Run \`${LONG}\`.` },
    drift: {
      ...shut.drift,
      missing: [{ object: LONG, expected: { definition: LONG } }],
      different: [{ object: LONG, fields: [{ field: LONG, expected: LONG, found: LONG }] }],
    },
    revisions: { ...revisions, current: [LONG], target: LONG },
    runs: [{ ...run, revision: LONG, name: LONG, role: LONG, host: LONG }],
  }
}

/** One in nine is not open, for one of three reasons. */
function fleetOfSize(size: number) {
  const codes = ['VERIFY_DRIFT', 'NOT_READY', 'MIGRATION_FAILED'] as const
  const names = Array.from({ length: size }, (_, n) => `tenant-${String(n + 1).padStart(4, '0')}`)
  const states = names.map(
    (name, n) => [name, n % 9 === 1 ? codes[Math.floor(n / 9) % 3] : 'open'] as const,
  )
  const named = states.map(([name, state]) => [name, state ?? 'open'] as const)
  return fleetOf(
    Object.fromEntries(named),
    'the live schema is not what the manifest promises: 1 missing (index public.idx_users_username)',
  )
}
