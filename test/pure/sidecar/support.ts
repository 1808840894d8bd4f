import { firstStatus } from '../../../src/sidecar/status/board.ts'
import type { ServerStatus, Status } from '../../../src/sidecar/status/status.ts'
import { databaseOf, stepContext } from '../../support/cli/step.ts'
import { graphOf } from '../revisions/support.ts'

/** A status as it is before anything was asked, with what a test changes. */
export function statusWith(change: Partial<Status> = {}): Status {
  const context = stepContext({ DATABASE_URL: 'postgres://app:s3cr3t@db/app' })
  const resources = {
    database: databaseOf(context),
    admin: undefined,
    origin: { host: 'here', version: '0', run: '3f2a9c1d' },
    steps: { run: () => never(), current: () => undefined, records: () => [], restart: never },
  }
  const graph = graphOf('a:', 'b:a')
  const now = new Date('2026-11-21T03:00:00Z')
  const wanted = new Set(['b'])
  return { ...firstStatus(context.config, { resources, graph, wanted, now }), ...change }
}

function never(): never {
  throw new Error('nothing is run here')
}

export const SERVER: ServerStatus = {
  version: '17.5',
  address: '10.0.0.7:5432',
  systemIdentifier: '7',
  timeline: 1,
  inRecovery: false,
}
