import { describe, expect, it } from 'vitest'
import { callPgate } from '../../support/cli/call.ts'
import { logLines } from '../../support/cli/log-lines.ts'
import { revisionText, withRevisionFolder } from '../../support/cli/revision-folder.ts'

const FIELDS = {
  level: 'error',
  time: expect.stringMatching(/^\d{4}-.*Z$/),
  service: 'pgate',
  version: expect.any(String),
  run: expect.stringMatching(/^[0-9a-f]{8}$/),
}

describe('PGATE_LOG_FORMAT=json', () => {
  it.each([
    ['an unknown option', ['heads', '--nosuch'], {}, 'USAGE', 'heads.failed'],
    ['an unknown command', ['upgrad'], {}, 'USAGE', 'pgate.failed'],
    ['a setting that is wrong', ['heads'], { PGATE_AHEAD: 'x' }, 'CONFIG_INVALID', 'heads.failed'],
    ['no connection', ['gate'], {}, 'CONFIG_INVALID', 'gate.shut'],
    [
      'no folder',
      ['heads'],
      { PGATE_MIGRATIONS: '/nowhere' },
      'REVISION_DIRECTORY',
      'heads.failed',
    ],
  ])(
    'makes one event of %s, with its code, and no other line',
    async (_, args, env, code, event) => {
      const called = await callPgate(args, { PGATE_LOG_FORMAT: 'json', ...env })
      const { stdout, stderr } = logLines(called)
      expect([...stdout, ...stderr]).toEqual([
        {
          ...FIELDS,
          event,
          msg: expect.any(String),
          exitCode: called.exitCode,
          code,
          retriable: false,
          hint: expect.any(String),
          facts: expect.any(Object),
        },
      ])
    },
  )

  it.each([
    ['--log-format json', ['--log-format', 'json'], {}],
    ['--log-format=json over the variable', ['--log-format=json'], { PGATE_LOG_FORMAT: 'pretty' }],
  ])('counts as %s where the command line is wrong, too', async (_, args, env) => {
    const { stderr } = logLines(await callPgate(['heads', '--nosuch', ...args], env))
    expect(stderr).toMatchObject([{ code: 'USAGE' }])
  })

  it.each([
    [['heads'], 'heads.done'],
    [['history', '--verbose'], 'history.done'],
    [['branches'], 'branches.done'],
    [['explain', '53'], 'explain.done'],
    [['--help'], 'pgate.help'],
    [['help', 'gate'], 'pgate.help'],
    [['--version'], 'pgate.help'],
    [['revision', '-m', 'a "second" one'], 'revision.done'],
  ])('makes JSON of the output of %j', async (args, event) => {
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table t (i int);' }))
      const env = { PGATE_LOG_FORMAT: 'json', PGATE_MIGRATIONS: folder.path }
      const { stdout } = logLines(await callPgate(args, env))
      expect(stdout).toEqual(
        stdout.map(() => expect.objectContaining({ ...FIELDS, level: 'info' })),
      )
      expect(stdout.at(-1)).toMatchObject({ event })
    })
  })

  it('leaves what is data for another program as it is, and the document of --json alone', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table t (i int);' }))
      const env = { PGATE_LOG_FORMAT: 'json', PGATE_MIGRATIONS: folder.path }
      const script = await callPgate(['upgrade', '--sql', 'head'], env)
      expect(script).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('create table t'),
      })
      expect(script.stdout).not.toContain('"event"')
      const { stdout, stderr } = logLines(await callPgate(['heads', '--json'], env))
      expect(stdout).toMatchObject([{ command: 'heads', heads: expect.any(Array) }])
      expect(stdout[0]).toHaveProperty('run')
      expect(stderr).toEqual([])
    })
  })

  it('has what a file says within the one line of show', async () => {
    const env = { PGATE_MIGRATIONS: 'examples/agents/migrations', PGATE_LOG_FORMAT: 'json' }
    const { stdout, stderr } = logLines(await callPgate(['show', 'head'], env))
    expect(stderr).toEqual([])
    expect(stdout).toMatchObject([
      { event: 'show.done', result: { revisions: [{ upgrade: expect.any(String) }] } },
    ])
  })

  it.each(['garbage', 'grpc://collector:4317', 'http://me:hunter2@collector:99999', ' '])(
    'warns once of %j, which is nowhere to send a trace to, and ends as ever',
    async (endpoint) => {
      const called = await callPgate(['heads'], {
        PGATE_MIGRATIONS: 'examples/agents/migrations',
        PGATE_LOG_FORMAT: 'json',
        PGATE_LOG_LEVEL: 'warn',
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      })
      const { stdout, stderr } = logLines(called)
      expect(called.exitCode).toBe(0)
      expect(stdout).toMatchObject([{ event: 'heads.done' }])
      expect(stderr).toMatchObject([
        {
          event: 'trace.unsent',
          problem: 'OTEL_EXPORTER_OTLP_ENDPOINT is not a URL that begins with http:// or https://',
        },
      ])
      expect(called.stderr).not.toContain('hunter2')
    },
  )
})

describe('the formats of log services', () => {
  const HOSTILE = 'ż "q" \\ \u0007\n\u2028{"level":"error"}'

  it('gcp has severity, message and time', async () => {
    const { stderr } = logLines(await callPgate(['heads', HOSTILE], { PGATE_LOG_FORMAT: 'gcp' }))
    expect(stderr).toEqual([
      expect.objectContaining({
        severity: 'ERROR',
        message: expect.stringContaining('too many arguments'),
        time: FIELDS.time,
        code: 'USAGE',
        service: 'pgate',
      }),
    ])
    expect(Object.keys(stderr[0] ?? {})).not.toContain('level')
  })

  it('ecs has the names of ECS, and what is our own under pgate', async () => {
    const { stderr } = logLines(await callPgate([HOSTILE], { PGATE_LOG_FORMAT: 'ecs' }))
    expect(stderr).toEqual([
      {
        '@timestamp': FIELDS.time,
        'log.level': 'error',
        message: expect.stringContaining('ż "q"'),
        'ecs.version': '8.11.0',
        'service.name': 'pgate',
        'service.version': FIELDS.version,
        'pgate.run': FIELDS.run,
        'event.action': 'pgate.failed',
        'error.code': 'USAGE',
        'pgate.exitCode': 2,
        'pgate.retriable': false,
        'pgate.hint': expect.any(String),
        'pgate.facts': expect.any(Object),
      },
    ])
  })
})
