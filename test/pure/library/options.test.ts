import { describe, expect, it } from 'vitest'
import { downgrade, fleet, GateError, gate, manifest, upgrade, wait } from '../../../src/index.ts'

const databaseUrl = 'postgres://app:secret@db/app'

/** Calls as a program may make them that nobody has checked the types of, and what each option is blamed for. */
const WRONG: readonly (readonly [string, () => Promise<unknown>, readonly string[]])[] = [
  ['nothing', () => gate(), ['databaseUrl: no connection is set; give one, or env']],
  [
    'a URL',
    () => untyped(gate, databaseUrl),
    ['options: found a URL, which is not shown; write an object'],
  ],
  ['null', () => untyped(gate, null), ['options: found null; write an object']],
  [
    'names that there are not',
    () => untyped(gate, { databaseUrl, waitTimeOut: 1, logLevel: 'info', fleet: 'x' }),
    [
      'waitTimeOut: there is no such option; did you mean waitTimeout?',
      'logLevel: there is no such option',
      'fleet: there is no such option',
    ],
  ],
  [
    'times that are none, each in its own words',
    () =>
      gate({
        databaseUrl,
        waitTimeout: -1,
        deadline: 0,
        ddlLockTimeout: Number.NaN,
        stopGrace: 1e15,
      }),
    [
      'waitTimeout: found -1; write milliseconds, from 0 to 2073600000 (24 days)',
      "deadline: found 0; write milliseconds, from 1 to 2073600000 (24 days), or 'none'",
      'stopGrace: found 1000000000000000; write milliseconds, from 0 to 2073600000 (24 days)',
      'ddlLockTimeout: found NaN; write milliseconds, from 1 to 2073600000 (24 days)',
    ],
  ],
  [
    'a time as a variable has it',
    () => untyped(gate, { databaseUrl, lockTimeout: '30s' }),
    ['lockTimeout: found "30s"; write milliseconds, from 0 to 2073600000 (24 days)'],
  ],
  [
    'what is wrong for the program and what is wrong for the settings, at once',
    () => untyped(gate, { databaseUrl, extensions: 'vector', schema: 'pg_x', verify: 'manifst' }),
    [
      'extensions: found "vector"; write a list of strings',
      'schema: found "pg_x"; names that begin with pg_, and information_schema, are PostgreSQL\'s own: write another',
      'verify: found "manifst"; write one of manifest, structure, off (did you mean manifest?)',
    ],
  ],
  [
    'a URL that is none',
    () => gate({ databaseUrl: 'mysql://app:secret@db/app' }),
    ['databaseUrl: found the scheme mysql; write postgresql://user:password@host:5432/database'],
  ],
  [
    'what goes along with a run',
    () => untyped(gate, { databaseUrl, signal: {}, logger: { info() {} }, env: 'x', embedded: 1 }),
    [
      'env: found "x"; write an object of variables',
      'signal: found a value of type object; write an AbortSignal',
      'logger: found a value of type object; write an object with debug, info, warn and error',
      'embedded: found 1; write true, or a directory',
    ],
  ],
  [
    'one setting that needs another',
    () => gate({ databaseUrl, contractAfter: 1000 }),
    [
      'contractAfter: delays nothing without phase: by default contract revisions are run at once; set phase=expand, too',
    ],
  ],
  [
    'no target',
    () => untyped(downgrade, { databaseUrl }),
    ['target: is missing; write a target, such as -1 or base'],
  ],
  [
    'dryRun',
    () => untyped(upgrade, { databaseUrl, dryRun: 'yes' }),
    ['dryRun: found "yes"; write true or false'],
  ],
  [
    'for',
    () => untyped(wait, { databaseUrl, for: 'tail' }),
    ['for: found "tail"; write one of ready, head'],
  ],
  [
    'no list',
    () => fleet({}),
    ['fleet: is not set; name a file that lists targets, or write query: and a SELECT'],
  ],
  [
    'shadowUrl',
    () => manifest({ shadowUrl: 'http://x', migrations: 'migrations' }),
    ['shadowUrl: found the scheme http; write postgresql://user:password@host:5432/database'],
  ],
]

describe('an option of the library', () => {
  it.each(WRONG)(
    'is refused by its own name, before anything is done: %s',
    async (_, call, lines) => {
      const failure = await failureOf(call())
      expect(failure).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 20, retriable: false })
      expect(failure.message.split('\n')).toEqual(lines)
      expect(`${failure.message} ${failure.hint}`).not.toMatch(/secret|PGATE_|DATABASE_URL|--\w/)
    },
  )

  it('is the variable where env sets it, and the process has no say', async () => {
    const env = { DATABASE_URL: databaseUrl, PGATE_WAIT_TIMEOUT: 'soon', PGATE_PHSE: 'x' }
    expect((await failureOf(gate({ env }))).message.split('\n')).toEqual([
      'PGATE_WAIT_TIMEOUT: found "soon"; write a duration such as 500ms, 30s, 5m or 1h',
      'PGATE_PHSE: did you mean PGATE_PHASE?',
    ])
    process.env.PGATE_NO_SUCH = 'x'
    try {
      const migrations = '/nowhere'
      const failure = await failureOf(gate({ databaseUrl, migrations }))
      expect(failure.code).toBe('REVISION_DIRECTORY')
      expect(failure.hint).toMatch(/^Set migrations to a folder/)
    } finally {
      delete process.env.PGATE_NO_SUCH
    }
  })

  it('may be an aborted signal, whose reason is the cause', async () => {
    const signal = AbortSignal.abort('enough')
    const failure = await failureOf(gate({ databaseUrl, signal }))
    expect(failure).toMatchObject({ code: 'INTERRUPTED', cause: 'enough', exitCode: 130 })
  })
})

/** What a caller without types does. */
function untyped(call: (options: never) => Promise<unknown>, options: unknown): Promise<unknown> {
  return call(options as never)
}

async function failureOf(call: Promise<unknown>): Promise<GateError> {
  const failure = await call.then(
    () => 'it resolved',
    (error: unknown) => error,
  )
  if (failure instanceof GateError) return failure
  throw failure
}
