import { describe, expect, it } from 'vitest'
import { downgrade, fleet, GateError, gate, manifest, upgrade, wait } from '../../../src/index.ts'
import { testDatabases } from '../../../src/testing.ts'

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
      'env: found "x"; write an object of variables, each a string',
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
    ["target: is missing; write a string, such as '-1' or 'base'"],
  ],
  [
    'a number of steps',
    () => untyped(downgrade, { databaseUrl, target: -1 }),
    ["target: found -1; write a string, such as '-1' or 'base'"],
  ],
  [
    'a variable that is a number',
    () => untyped(gate, { databaseUrl, env: { PGATE_WAIT_TIMEOUT: 5 } }),
    ['env: found a value of type object; write an object of variables, each a string'],
  ],
  ...[new URL('https://example.org/'), 'file://migrations', 5].map((migrations) => {
    const seen = typeof migrations === 'object' ? 'a value of type object' : migrations
    return [
      `a folder that is none: ${migrations}`,
      () => untyped(gate, { databaseUrl, migrations }),
      [
        `migrations: found ${typeof seen === 'string' && migrations === seen ? 'a URL, which is not shown' : seen}; write a path, or a URL such as file:///app/migrations`,
      ],
    ] as const
  }),
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
    () => manifest({ shadowUrl: new URL('http://x'), migrations: 'migrations' }),
    ['shadowUrl: found the scheme http; write postgresql://user:password@host:5432/database'],
  ],
  [
    'null in place of what tests need',
    () => untyped(testDatabases, null),
    ['options: found null; write an object'],
  ],
  [
    'what tests need',
    () =>
      untyped(testDatabases, { url: 5, seed: '', cacheDirectory: 1, waitTimeout: 1n, env: null }),
    [
      'env: found null; write an object of variables, each a string',
      'url: found 5; write the URL of a server',
      'seed: found ""; write SQL, or a function',
      'cacheDirectory: found 1; write a string',
      'waitTimeout: found a value of type bigint; write milliseconds, from 0 to 2073600000 (24 days)',
    ],
  ],
  [
    'where tests have their databases',
    () => untyped(testDatabases, { databaseUrl, sed: 'x' }),
    [
      'databaseUrl: there is no such option; write url, or neither for the built-in PostgreSQL',
      'sed: there is no such option; did you mean seed?',
    ],
  ],
  [
    'a server for tests',
    () => testDatabases({ url: 'mysql://app:secret@db/app' }),
    ['url: found the scheme mysql; write postgresql://user:password@host:5432/database'],
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

  it('may be a folder as import.meta.resolve names it', async () => {
    const failure = await failureOf(manifest({ migrations: 'file:///no%20where' }))
    expect(failure.message).toMatch(/^the migrations folder \/no where cannot be read/)
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
