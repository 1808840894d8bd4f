import type { RevisionStatus, Status } from '../../../src/sidecar/status/status.ts'
import { SERVER, statusWith } from '../../pure/sidecar/support.ts'

type Links = Partial<Pick<RevisionStatus, 'dependsOn' | 'branchLabels' | 'head'>>

const node = (
  id: string,
  parents: readonly string[],
  [state, message]: readonly [RevisionStatus['state'], string],
  more: Links = {},
): RevisionStatus => ({
  id,
  parents,
  dependsOn: [],
  branchLabels: [],
  message,
  created: '2026-11-20T10:00:00Z',
  head: false,
  state,
  ...more,
})

/** Two branches, a merge, a dependency, and an end that is not on the way; half of it is applied. */
const GRAPH: readonly RevisionStatus[] = [
  node('f3c9a1d20b77', ['e1b0c2d3a4f5', 'd4e5f6a7b8c9'], ['pending', 'merge search into main'], {
    head: true,
  }),
  node(
    'e1b0c2d3a4f5',
    ['c2d3e4f5a6b7'],
    ['pending', 'index messages by conversation and by the time at which they were sent'],
  ),
  node('a9b8c7d6e5f4', ['b83d5e0f6c21'], ['beyond', 'try another ranking'], {
    dependsOn: ['d4e5f6a7b8c9'],
    branchLabels: ['ranking'],
    head: true,
  }),
  node('d4e5f6a7b8c9', ['b83d5e0f6c21'], ['applied', 'vectors for documents'], {
    branchLabels: ['search'],
  }),
  node('c2d3e4f5a6b7', ['b83d5e0f6c21'], ['applied', 'conversations']),
  node('b83d5e0f6c21', ['a1c4f2e8d390'], ['applied', 'documents and chunks']),
  node('a1c4f2e8d390', [], ['applied', 'users and sessions']),
]

const BATCH: NonNullable<Status['runs'][number]['batch']> = {
  ...{ run: '2', statement: 5, relation: 'public.documents', revision: 'c2d3e4f5a6b7' },
  ...{ keys: 225_000, rows: 220_000, batches: 45, percent: 45 },
  ...{ startedAt: '2026-11-21T02:52:00.000Z', updatedAt: '2026-11-21T02:52:01.350Z' },
}

const FAILURE: Status['runs'][number]['failure'] = {
  code: 'MIGRATION_FAILED',
  message:
    'migrations/20261121_0250_c2d3e4f5a6b7_conversations.sql:14:3: column "sent_at" does not exist (undefined_column, SQLSTATE 42703)',
}

const run = (id: number, change: Partial<Status['runs'][number]>): Status['runs'][number] => ({
  id: String(id),
  revision: 'c2d3e4f5a6b7',
  name: 'conversations',
  action: 'upgrade',
  outcome: 'done',
  startedAt: `2026-11-21T02:5${id}:00.000Z`,
  finishedAt: `2026-11-21T02:5${id}:01.350Z`,
  durationMs: 1_350,
  statements: 7,
  statementsDone: 7,
  role: 'app_migrate',
  host: 'api-5d9c7b6f4-x2x8q',
  version: '0.1.0',
  runId: `4f1c2a9${id}`,
  restorePoint: null,
  batch: null,
  failure: null,
  ...change,
})

/** Open, and nothing is wrong. */
export function soundStatus(change: Partial<Status> = {}): Status {
  const first = statusWith()
  return {
    ...first,
    verdict: 'open',
    exitCode: 0,
    openedAt: '2026-11-21T03:00:04.120Z',
    host: 'api-5d9c7b6f4-x2x8q',
    database: { ...first.database, label: 'db.internal:5432/app', reachable: true, server: SERVER },
    steps: [
      { name: 'wait', state: 'done', durationMs: 812, summary: 'the server answers' },
      { name: 'extensions', state: 'done', durationMs: 40, summary: '2 extensions are there' },
      { name: 'migrate', state: 'done', durationMs: 2_730, summary: 'applied 2 revisions' },
      { name: 'verify', state: 'done', durationMs: 126, summary: '214 objects are as promised' },
    ],
    revisions: {
      ...first.revisions,
      heads: ['f3c9a1d20b77', 'a9b8c7d6e5f4'],
      target: 'f3c9a1d20b77',
      current: ['f3c9a1d20b77'],
      pending: 0,
      graph: GRAPH.map((one) => (one.state === 'pending' ? { ...one, state: 'applied' } : one)),
    },
    verify: {
      ...first.verify,
      mode: 'manifest',
      lastAt: '2026-11-21T03:40:12.514Z',
      lastDurationMs: 41,
      nextAt: '2026-11-21T03:41:09.000Z',
      objects: 214,
      fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      counts: { passed: 40, failed: 0, unanswered: 0 },
    },
    locks: { waiting: 0, blockers: [] },
    runs: [
      run(5, {
        action: 'verify',
        revision: 'c2d3e4f5a6b7,d4e5f6a7b8c9',
        name: '',
        statements: null,
      }),
      run(4, { revision: 'd4e5f6a7b8c9', name: 'vectors for documents', durationMs: 1_380 }),
      run(3, {}),
      run(2, {
        outcome: 'failed',
        statementsDone: 3,
        durationMs: 210,
        batch: BATCH,
        failure: FAILURE,
      }),
    ],
    transitions: [
      { number: 1, at: '2026-11-21T03:00:04.120Z', kind: 'opened', message: 'the gate is open' },
    ],
    ...change,
  }
}

/** On its way: half of the revisions are applied. */
export function migratingStatus(): Status {
  const { revisions, steps, ...sound } = soundStatus()
  const current = ['c2d3e4f5a6b7', 'd4e5f6a7b8c9']
  return {
    ...sound,
    verdict: 'starting',
    exitCode: null,
    openedAt: null,
    steps: [
      ...steps.slice(0, 2),
      { name: 'migrate', state: 'running', durationMs: null, summary: '' },
    ],
    revisions: { ...revisions, current, pending: 2, graph: GRAPH },
  }
}

/** It would be shut, for every reason that there is, and somebody is in the way. */
export function shutStatus(change: Partial<Status> = {}): Status {
  const sound = soundStatus()
  const index = {
    kind: 'index',
    object: 'index public.idx_messages_conversation_id',
    message: 'index public.idx_messages_conversation_id is not valid',
    remedy: ['drop index concurrently public.idx_messages_conversation_id;', 'pgate repair'],
  } as const
  const message =
    'the live schema is not what the manifest promises: 1 missing (index public.idx_users_username), 1 different (column public.users.email)'
  return {
    ...sound,
    verdict: 'shut',
    exitCode: 60,
    reason: {
      code: 'VERIFY_DRIFT',
      message,
      hint: 'Find out who changed the schema; then write a revision that says so, or take the change back.',
    },
    drift: {
      counts: { missing: 1, different: 1, extra: 1, faults: 1, invalidIndexes: 1 },
      missing: [
        {
          object: 'index public.idx_users_username',
          expected: {
            definition:
              'CREATE UNIQUE INDEX idx_users_username ON public.users USING btree (username)',
          },
        },
      ],
      different: [
        {
          object: 'column public.users.email',
          fields: [
            { field: 'type', expected: 'character varying(320)', found: 'text' },
            { field: 'not null', expected: 'true', found: 'false' },
          ],
        },
      ],
      extra: [{ object: 'table public.users_backup_20261120', found: { kind: 'table' } }],
      faults: [index],
      invalidIndexes: [index],
    },
    locks: {
      waiting: 3,
      blockers: [
        {
          pid: 4711,
          user: 'app_report',
          application: 'nightly-report',
          state: 'idle in transaction',
          since: '2026-11-21T03:12:40.000Z',
          query: "select * from public.messages where created_at > now() - interval '1 day' f",
          blocks: 3,
        },
      ],
    },
    transitions: [
      {
        number: 2,
        at: '2026-11-21T03:40:12.514Z',
        kind: 'shut',
        message: `VERIFY_DRIFT: ${message}`,
      },
      ...sound.transitions,
    ],
    ...change,
  }
}
