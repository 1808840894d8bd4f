import { VERSION } from '../../base/version.ts'
import type { Config } from '../../config/config.ts'
import type { Resources } from '../../gate/resources.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { NO_DRIFT, revisionsStatus } from '../look/seen.ts'
import type { DatabaseStatus, Status } from './status.ts'

/** Where the newest status hangs: written by what looks, read by what answers. */
export interface Board<S = Status> {
  status(): S
  /** Puts up a new status; the fields that are not named stay. */
  post(change: Partial<S>): void
  /** Calls `listener` after each change. */
  watch(listener: (status: S) => void): void
}

export function createBoard<S>(first: S): Board<S> {
  const listeners: ((status: S) => void)[] = []
  let status = first
  return Object.freeze({
    status: () => status,
    post: (change: Partial<S>) => {
      status = Object.freeze({ ...status, ...change })
      for (const listener of listeners) listener(status)
    },
    watch: (listener: (status: S) => void) => void listeners.push(listener),
  })
}

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
    host: resources.origin.host,
    run: resources.origin.run,
    verdict: 'starting',
    exitCode: null,
    reason: null,
    startedAt: now.toISOString(),
    openedAt: null,
    database: databaseStatus(config, resources),
    steps: [],
    revisions: revisionsStatus(graph, {
      ...{ target: config.target, phase: config.phase },
      ...{ wanted, versions: null },
    }),
    verify: {
      mode: null,
      notCompared: null,
      intervalMs: config.verifyIntervalMs,
      lastAt: null,
      lastDurationMs: null,
      nextAt: null,
      held: false,
      objects: 0,
      fingerprint: null,
      notices: [],
      counts: { passed: 0, failed: 0, unanswered: 0 },
    },
    drift: NO_DRIFT,
    locks: { waiting: null, blockers: [] },
    runs: [],
    transitions: [],
    notifications: { configured: config.notify !== undefined, sent: 0, failed: 0 },
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
