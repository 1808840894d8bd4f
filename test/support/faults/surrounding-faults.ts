import { ALL, BEFORE, type Fault } from './fault.ts'

const SITS_IT_OUT = { exit: 'open', withinS: 15, after: ALL, next: ALL } as const

/** What happens to pgate's own process and machine. */
export const SURROUNDING_FAULTS = {
  outOfMemory: {
    what: 'A module is killed for lack of memory in mid-revision',
    done: 'the image with `--memory`; after its first statement a revision takes more than that',
    exit: 'revisions',
    code: 'REVISION_MODULE',
    says: /SIGKILL, which is most often a want of memory/,
    withinS: 60,
    after: { ...BEFORE, journal: ['aaa done', 'bbb failed, 0 of 0'] },
    heal: 'it gets more memory',
    next: { ...ALL, journal: ['aaa done', 'bbb failed, 0 of 0', 'bbb done'] },
  },
  readOnlyRoot: {
    what: 'The root filesystem is read-only',
    done: 'the image with `--read-only --cap-drop ALL --security-opt no-new-privileges`',
    ...SITS_IT_OUT,
  },
  clockAhead: {
    what: "pgate's clock jumps an hour ahead in mid-revision",
    done: '`Date` is set ahead while a statement tries again for a lock; `PGATE_LOCK_TIMEOUT=60s PGATE_DEADLINE=60s`',
    ...SITS_IT_OUT,
  },
  clockBack: {
    what: "pgate's clock jumps an hour back in mid-revision",
    done: '`Date` is set back while a statement tries again for a lock; `PGATE_LOCK_TIMEOUT=60s PGATE_DEADLINE=60s`',
    ...SITS_IT_OUT,
  },
  serverClockAhead: {
    what: "The server's clock jumps an hour ahead in mid-revision, behind PgBouncer",
    done: 'the lease in `pgate_lease` is set an hour back, so that it has expired by the clock; nobody else takes it',
    ...SITS_IT_OUT,
  },
} as const satisfies Readonly<Record<string, Fault>>
