import { describe, expect, it } from 'vitest'
import {
  type ConfigOptions,
  findVariable,
  optionFlag,
  VARIABLES,
} from '../../../src/config/variables.ts'
import { failureOf, load, problemsOf } from './load.ts'

describe('without a variable', () => {
  it('every setting has its default, and there is no connection', () => {
    expect(load({})).toEqual({
      environment: {},
      fleetConcurrency: 8,
      migrations: 'migrations',
      phase: 'all',
      migrateInputs: [],
      migrateAlways: false,
      stopGraceMs: 5_000,
      target: 'head',
      schema: 'public',
      isSchemaSet: false,
      versionTable: 'alembic_version',
      isVersionTableSet: false,
      format: 'auto',
      extensions: [
        { name: 'vector', optional: true },
        { name: 'uuid-ossp', optional: true },
      ],
      waitTimeoutMs: 60_000,
      authGraceMs: 5_000,
      lockTimeoutMs: 300_000,
      ddlLockTimeoutMs: 3_000,
      blockers: 'wait',
      blockersAfterMs: 30_000,
      verify: 'manifest',
      ahead: 'refuse',
      logLevel: 'info',
      logFormat: 'auto',
      logQueries: true,
      listen: { host: '127.0.0.1', port: 8432 },
      listenNames: [],
      unpromised: [],
      lint: 'warn',
      lintSkip: [],
      verifyIntervalMs: 60_000,
    })
  })

  it('an optional setting is absent, not undefined', () => {
    const config = load({ PGATE_DEADLINE: 'none' })
    expect(Object.keys(config)).not.toContain('deadlineMs')
    expect(Object.keys(config)).not.toContain('role')
    expect(Object.keys(config)).not.toContain('connection')
  })
})

/** Variable, text, the field of the Config, what is then in it. */
const SETTINGS = [
  ['PGATE_ROLE', 'app_owner', 'role', 'app_owner'],
  ['PGATE_MIGRATIONS', '/migrations', 'migrations', '/migrations'],
  ['PGATE_TARGET', '972fc63+1', 'target', '972fc63+1'],
  ['PGATE_SCHEMA', 'app', 'schema', 'app'],
  ['PGATE_JOURNAL_SCHEMA', 'pgate', 'journalSchema', 'pgate'],
  ['PGATE_VERSION_TABLE', 'alembic_app', 'versionTable', 'alembic_app'],
  ['PGATE_VERSION_TABLE', 'app.versions', 'versionSchema', 'app'],
  ['PGATE_FORMAT', 'dbmate', 'format', 'dbmate'],
  ['PGATE_EXTENSIONS', 'vector>=0.7', 'extensions', [{ name: 'vector', floor: '0.7' }]],
  ['PGATE_WAIT_TIMEOUT', '2m', 'waitTimeoutMs', 120_000],
  ['PGATE_AUTH_GRACE', '0', 'authGraceMs', 0],
  ['PGATE_DEADLINE', '10m', 'deadlineMs', 600_000],
  ['PGATE_LOCK_TIMEOUT', '90', 'lockTimeoutMs', 90_000],
  ['PGATE_DDL_LOCK_TIMEOUT', '500ms', 'ddlLockTimeoutMs', 500],
  ['PGATE_BLOCKERS', 'terminate', 'blockers', 'terminate'],
  ['PGATE_BLOCKERS_AFTER', '1m', 'blockersAfterMs', 60_000],
  ['PGATE_STATEMENT_TIMEOUT', '1h', 'statementTimeoutMs', 3_600_000],
  ['PGATE_VERIFY', 'structure', 'verify', 'structure'],
  ['PGATE_AHEAD', 'allow', 'ahead', 'allow'],
  ['PGATE_LOG_LEVEL', 'debug', 'logLevel', 'debug'],
  ['PGATE_LOG_FORMAT', 'json', 'logFormat', 'json'],
  ['PGATE_LOG_QUERIES', 'off', 'logQueries', false],
  ['PGATE_LISTEN', '[::1]:0', 'listen', { host: '::1', port: 0 }],
  ['PGATE_LISTEN_NAMES', 'A.internal, b', 'listenNames', ['a.internal', 'b']],
  ['PGATE_VERIFY_INTERVAL', '5m', 'verifyIntervalMs', 300_000],
] as const

describe.each(SETTINGS)('%s=%s', (name, text, field, value) => {
  const option = findVariable(name).option

  it('is read', () => {
    expect(load({ [name]: text })[field]).toEqual(value)
  })

  it('is read with white space around it', () => {
    expect(load({ [name]: ` ${text}\n` })[field]).toEqual(value)
  })

  it('is read from its option, which overrides the variable', () => {
    const options = { [option ?? '']: text }
    expect(load({ [name]: '\u0001 never looked at "' }, { options })[field]).toEqual(value)
  })

  it('has no _FILE twin', () => {
    expect(problemsOf({ [`${name}_FILE`]: '/run/secrets/x' })).toEqual({
      [`${name}_FILE`]: `${name} holds no secret and has no _FILE twin`,
    })
  })
})

describe('an empty value', () => {
  it.each(SETTINGS.filter(([name]) => name !== 'PGATE_EXTENSIONS'))(
    'of %s counts as unset',
    (name, _, field) => {
      expect(load({ [name]: '' })[field]).toEqual(load({})[field])
      expect(load({ [name]: ' \n' })[field]).toEqual(load({})[field])
    },
  )

  it('of an option leaves the variable as it is', () => {
    expect(load({ PGATE_TARGET: 'heads' }, { options: { target: '' } }).target).toBe('heads')
  })

  it('of PGATE_EXTENSIONS or its option means none', () => {
    expect(load({ PGATE_EXTENSIONS: '' }).extensions).toEqual([])
    const options = { extensions: '' }
    expect(load({ PGATE_EXTENSIONS: 'vector' }, { options }).extensions).toEqual([])
  })
})

const WRONG = {
  PGATE_ROLE: 'r'.repeat(64),
  PGATE_SCHEMA: '"public"',
  PGATE_VERSION_TABLE: 'db.public.alembic_version',
  PGATE_EXTENSIONS: 'vector,vector',
  PGATE_WAIT_TIMEOUT: 'abc',
  PGATE_AUTH_GRACE: '-1',
  PGATE_DEADLINE: '0',
  PGATE_LOCK_TIMEOUT: '600h',
  PGATE_DDL_LOCK_TIMEOUT: '0',
  PGATE_STATEMENT_TIMEOUT: '5 minutes',
  PGATE_VERIFY: 'manifst',
  PGATE_AHEAD: 'yes',
  PGATE_LOG_LEVEL: 'warning',
  PGATE_LOG_FORMAT: 'xml',
  PGATE_WAIT_TIMOUT: '1m',
} as const

describe('several problems', () => {
  const failure = failureOf(() => load(WRONG))

  it('are one failure with exit code 20', () => {
    expect(failure.code).toBe('CONFIG_INVALID')
    expect(failure.exitCode).toBe(20)
    expect(failure.hint).not.toBe('')
  })

  it('are all listed, each under its variable', () => {
    expect(Object.keys(problemsOf(WRONG))).toEqual(Object.keys(WRONG))
  })

  it('have a line each in the message', () => {
    const lines = failure.message.split('\n')
    expect(lines).toHaveLength(Object.keys(WRONG).length)
    expect(lines).toContain(
      'PGATE_WAIT_TIMEOUT: found "abc"; write a duration such as 500ms, 30s, 5m or 1h',
    )
    expect(lines).toContain(
      'PGATE_VERIFY: found "manifst"; write one of manifest, structure, off (did you mean manifest?)',
    )
    expect(lines).toContain('PGATE_WAIT_TIMOUT: did you mean PGATE_WAIT_TIMEOUT?')
  })

  it('are reported under the option where that held the value', () => {
    const options: ConfigOptions = { waitTimeout: 'abc', ddlLockTimeout: '0' }
    expect(Object.keys(problemsOf({ PGATE_WAIT_TIMEOUT: '5s' }, { options }))).toEqual([
      '--wait-timeout',
      '--ddl-lock-timeout',
    ])
  })
})

describe('PGATE_CONTRACT_AFTER', () => {
  it('is refused where nothing says that contract revisions wait', () => {
    expect(problemsOf({ PGATE_CONTRACT_AFTER: '1h' })).toEqual({
      PGATE_CONTRACT_AFTER: expect.stringContaining('set PGATE_PHASE=expand, too'),
    })
    const env = { PGATE_CONTRACT_AFTER: '1h', PGATE_PHASE: 'all' }
    expect(load(env)).toMatchObject({ contractAfterMs: 3_600_000, phase: 'all' })
  })
})

describe('the configuration', () => {
  it('is frozen to its depths', () => {
    const config = load({ DATABASE_URL: 'postgresql://app:s3cret@a,b/app' })
    const { connection, extensions } = config
    const parts = [config, extensions, extensions[0], connection, connection?.hosts]
    expect([...parts, connection?.hosts[1]].every((part) => Object.isFrozen(part))).toBe(true)
    expect(connection?.password).toBe('s3cret')
  })

  it('is not changed by a later change of the environment', () => {
    const env = { PGATE_TARGET: 'heads' }
    const config = load(env)
    env.PGATE_TARGET = 'base'
    expect(config.target).toBe('heads')
  })
})

describe('the table', () => {
  it('names each variable and each option once', () => {
    const names = VARIABLES.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const options = VARIABLES.flatMap((entry) => ('option' in entry ? [entry.option] : []))
    expect(new Set(options).size).toBe(options.length)
  })

  it('gives every variable of pgate an option of the same name, but where Node.js has it', () => {
    for (const variable of VARIABLES.filter(({ name }) => name.startsWith('PGATE_'))) {
      const same = `--${variable.name.slice(6).toLowerCase().replaceAll('_', '-')}`
      const flag = same === '--env-file' ? '--dotenv' : same
      expect('option' in variable && optionFlag(variable.option)).toBe(flag)
    }
  })

  it('holds no example or default of a setting that would be refused', () => {
    for (const variable of VARIABLES.filter(({ name }) => name.startsWith('PGATE_'))) {
      // PGATE_CONTRACT_AFTER alone is refused.
      const env = { PGATE_PHASE: 'expand', [variable.name]: variable.example }
      expect(() => load(env)).not.toThrow()
      if ('default' in variable) {
        const isSchemaSet = variable.name === 'PGATE_SCHEMA'
        const isVersionTableSet = variable.name === 'PGATE_VERSION_TABLE'
        const set = { isSchemaSet, isVersionTableSet }
        expect(load({ [variable.name]: variable.default })).toEqual({ ...load({}), ...set })
      }
    }
  })

  it('lets a query of targets put URLs together', () => {
    const query = "query:SELECT name, 'postgresql://app:' || secret || '@' || host AS url FROM t"
    expect(load({ PGATE_FLEET: query }).fleet).toBe(query)
  })
})
