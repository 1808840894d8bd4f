import { ALL, BEFORE, EMPTY, type Fault } from './fault.ts'

const SITS_IT_OUT = { exit: 'open', withinS: 15, after: ALL, next: ALL } as const

/** What keeps the gate from the server at first. */
export const WAIT_FAULTS = {
  recovery: {
    what: 'The primary is gone; its standby recovers and is promoted later',
    done: '`pg_basebackup -R`, the primary stopped for good, the copy started; `pg_ctl promote` while the gate waits',
    ...SITS_IT_OUT,
  },
  tooManyConnections: {
    what: 'Every connection slot is taken for a while',
    done: '`max_connections` sessions are open; they are closed while the gate waits',
    ...SITS_IT_OUT,
  },
  lateName: {
    what: "The server's name is not known at first",
    done: 'the gate starts on a network that the server is not on, and which it joins while the gate waits',
    ...SITS_IT_OUT,
    withinS: 30,
  },
  neverAnswers: {
    what: 'The server accepts connections and never answers',
    done: 'a listener that reads and says nothing; `PGATE_WAIT_TIMEOUT=2s`',
    exit: 'notReady',
    code: 'NOT_READY',
    withinS: 15,
    after: BEFORE,
    heal: 'the connection leads to the server',
    next: ALL,
  },
  expiredCertificate: {
    what: "The server's certificate has expired",
    done: '`sslmode=verify-full`; refused again and again for `PGATE_AUTH_GRACE=1s`',
    exit: 'refused',
    code: 'CONNECTION_REFUSED',
    says: /Check the server certificate/,
    withinS: 15,
    after: EMPTY,
    heal: 'the certificate is renewed',
    next: ALL,
  },
  otherName: {
    what: "The server's certificate is for another name",
    done: '`sslmode=verify-full` at an address that the certificate does not name; `PGATE_AUTH_GRACE=1s`',
    exit: 'refused',
    code: 'CONNECTION_REFUSED',
    says: /Check the server certificate/,
    withinS: 15,
    after: EMPTY,
    heal: 'the URL has the name that the certificate has',
    next: ALL,
  },
} as const satisfies Readonly<Record<string, Fault>>
