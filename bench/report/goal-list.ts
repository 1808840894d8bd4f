/** What pgate has to reach, measured by the benchmark itself: the most that a figure may be. */
export interface GoalSpec {
  readonly what: string
  /** The case, and the row in it. */
  readonly of: readonly [caseId: string, row: string]
  /** What of the row: its median (the default), or what was counted. */
  readonly figure?: 'round trips' | 'failed'
  /** The median is divided by that of this row of the same case, … */
  readonly by?: string | { readonly bestPeer: 'any' | 'node' }
  /** … or by so many times that of the same row in another case. */
  readonly byCase?: { readonly id: string; readonly times: number; readonly name: string }
  readonly most: number
}

const MESSAGE = 'psql, one message'

/** Ratios hold within one run, on whatever machine; all of them hold at full size alone. */
export const GOALS: readonly GoalSpec[] = [
  { what: 'no-op, no password', of: ['noop.rtt0', 'pgate'], by: 'node -e 0', most: 1.9 },
  { what: 'no-op, SCRAM', of: ['noop.rtt0-scram', 'pgate'], by: 'node -e 0', most: 2.3 },
  { what: 'no-op, no password', of: ['noop.rtt0', 'pgate'], by: { bestPeer: 'node' }, most: 0.5 },
  { what: 'no-op, 5 ms away', of: ['noop.rtt5', 'pgate'], by: 'goose', most: 1 },
  { what: 'no-op, 20 ms away', of: ['noop.rtt20', 'pgate'], by: 'goose', most: 0.8 },
  {
    what: 'no-op, round trips after authentication',
    of: ['noop.rtt0', 'pgate'],
    figure: 'round trips',
    most: 1,
  },
  { what: 'no-op, peak memory', of: ['memory.noop', 'pgate'], most: 65 },
  {
    what: 'no-op of a large project',
    of: ['growth.noop', 'pgate, 10000'],
    by: 'pgate, 100',
    most: 1.5,
  },
  { what: 'apply 1000', of: ['apply.1000', 'pgate upgrade'], by: MESSAGE, most: 1.15 },
  { what: 'apply 1000', of: ['apply.1000', 'pgate upgrade'], by: { bestPeer: 'any' }, most: 1 },
  { what: 'apply 100, 5 ms away', of: ['apply.100-rtt5', 'pgate upgrade'], by: MESSAGE, most: 1.5 },
  {
    what: 'apply 100, 5 ms away',
    of: ['apply.100-rtt5', 'pgate upgrade'],
    by: { bestPeer: 'any' },
    most: 0.25,
  },
  {
    what: 'apply 10,000',
    of: ['apply.10000', 'pgate upgrade'],
    byCase: { id: 'apply.1000', times: 10, name: 'ten times apply 1000' },
    most: 1.25,
  },
  { what: 'apply 10,000, peak memory', of: ['memory.apply-10000', 'pgate upgrade'], most: 200 },
  { what: 'ten starters, failed', of: ['starters.10', 'pgate'], figure: 'failed', most: 0 },
  { what: 'fifty starters, failed', of: ['starters.50', 'pgate'], figure: 'failed', most: 0 },
  { what: 'ten starters, this or the next', of: ['starters.10', 'pgate'], most: 600 },
  { what: 'ten starters', of: ['starters.10', 'pgate'], by: 'tern', most: 1.3 },
  { what: 'from "the server accepts" to exit 0', of: ['wait.ready', 'pgate'], most: 80 },
  {
    what: 'verify in full',
    of: ['verify.full', 'pgate verify'],
    by: 'psql, the catalog query',
    most: 2,
  },
  { what: 'verify in full, peak memory', of: ['verify.memory', 'pgate verify'], most: 300 },
  { what: 'built-in PostgreSQL', of: ['embedded.start', 'pgate'], most: 600 },
  { what: 'parsing 1 MB', of: ['parse.1mb', 'pgate, the parser loaded first'], most: 300 },
]
