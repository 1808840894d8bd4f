import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { logTo } from '../../../../src/base/log.ts'
import { createLog } from '../../../../src/cli/output/line-log.ts'
import { terminalOf } from '../../../../src/cli/output/terminal.ts'

function lines() {
  const written: string[] = []
  const stream = {
    write: (text: string) => void written.push(text),
    isTerminal: false,
    hasColors: false,
  }
  return { written, terminal: terminalOf({ stdout: stream, stderr: stream }) }
}

describe('the log', () => {
  it('has in every line what it was made with, between the time and the event', () => {
    const { written, terminal } = lines()
    const log = createLog({
      level: 'info',
      format: 'json',
      write: terminal.printError,
      fields: { run: 'r1' },
    })
    log.child({ database: 'd' }).info('wait.ready', 'done', { ms: 3, none: undefined })
    log.debug('step.started', 'less than info')
    expect(written.length).toBe(1)
    expect(written[0]).toMatch(
      /^\{"level":"info","time":"[\dT:.-]+Z","run":"r1","database":"d","event":"wait\.ready","ms":3,"msg":"done"\}\n$/,
    )
  })

  it('shows no field that would hold a secret', () => {
    const { written, terminal } = lines()
    const log = createLog({ level: 'info', format: 'json', write: terminal.printError })
    log.error('wait.ready', 'failed', { password: 'hunter2', facts: { token: 'hunter2' } })
    expect(written.join('')).toContain('[Redacted]')
    expect(written.join('')).not.toContain('hunter2')
  })

  it('says as much as it was given, however long a list is', () => {
    const { written, terminal } = lines()
    const faults = Array.from({ length: 500 }, (_, at) => ({ at }))
    createLog({ level: 'info', format: 'json', write: terminal.printError }).error(
      'wait.ready',
      '%d',
      {
        facts: { faults },
      },
    )
    expect(JSON.parse(written.join(''))).toMatchObject({ facts: { faults }, msg: '%d' })
  })

  it('names the target of a line for people, once', () => {
    const { written, terminal } = lines()
    const log = createLog({ level: 'info', format: 'pretty', write: terminal.printError }).child({
      target: 'w',
    })
    for (const message of ['wait is over', 'w is ready', 'w: ready'])
      log.info('wait.ready', message)
    expect(written.map((line) => line.replace(/^.*INFO: /, ''))).toEqual([
      'w: wait is over\n',
      'w is ready\n',
      'w: ready\n',
    ])
  })

  it("writes to a caller's own pino", () => {
    const written: string[] = []
    const own = pino({ base: null }, { write: (line) => void written.push(line) })
    logTo(own).child({ run: 'r1' }).warn('wait.ready', 'mind', { n: 1 })
    expect(JSON.parse(written.join(''))).toMatchObject({
      level: 40,
      run: 'r1',
      event: 'wait.ready',
      n: 1,
      msg: 'mind',
    })
  })
})
