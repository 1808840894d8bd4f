import { VERSION } from '../../base/version.ts'
import type { Config } from '../../config/config.ts'
import type { Resources } from '../../gate/usable-server.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { NO_DRIFT } from '../look/drift-status.ts'
import { revisionsStatus } from '../look/revisions-status.ts'
import type { DatabaseStatus, Status } from './status.ts'

/** The status before anything was asked. */
export function firstStatus(
  config: Config,
  {
    resources,
    graph,
    wanted,
    now,
  }: {
    readonly resources: Resources
    readonly graph: RevisionGraph
    readonly wanted: ReadonlySet<string> | null
    readonly now: Date
  },
): Status {
  return Object.freeze({
    format: 1,
    version: VERSION,
    verdict: 'starting',
    exitCode: null,
    reason: null,
    startedAt: now.toISOString(),
    openedAt: null,
    database: databaseStatus(config, resources),
    steps: [],
    revisions: revisionsStatus(graph, { target: config.target, wanted, versions: null }),
    verify: {
      mode: null,
      notCompared: null,
      intervalMs: config.verifyIntervalMs,
      lastAt: null,
      lastDurationMs: null,
      nextAt: null,
      held: false,
      objects: 0,
      told: [],
      counts: { passed: 0, failed: 0, unanswered: 0 },
    },
    drift: NO_DRIFT,
    locks: { waiting: null, blockers: [] },
    runs: [],
    transitions: [],
    notices: { configured: config.notify !== undefined, sent: 0, failed: 0 },
  })
}

function databaseStatus(config: Config, { database }: Resources): DatabaseStatus {
  const hosts = database.exclusive ? [] : (config.connection?.hosts ?? [])
  return Object.freeze({
    label: database.label,
    hosts: hosts.map(({ host, port }) => ({ host, port })),
    name: database.exclusive ? 'embedded' : (config.connection?.database ?? ''),
    reachable: null,
    outage: null,
    server: null,
  })
}
