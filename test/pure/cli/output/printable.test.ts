import { describe, expect, it } from 'vitest'
import { createLog } from '../../../../src/cli/output/line-log.ts'
import {
  indented,
  printable,
  stepPrinter,
  terminalOf,
} from '../../../../src/cli/output/terminal.ts'
import {
  badVerdict,
  goodVerdict,
  present,
  terminationMessage,
} from '../../../../src/cli/output/verdict.ts'
import { GateError } from '../../../../src/errors/error.ts'

/** Clears the screen, paints red, rings, turns the line, opens a C1 sequence, goes to the margin. */
const HOSTILE = 'a\u001b[2J\u001b[31mb\u0007\u202ec\u009b2Kd\re'
const SHOWN = 'a\\u001b[2J\\u001b[31mb\\u0007\\u202ec\\u009b2Kd\\u000de'

describe('printable', () => {
  it.each([
    ['escapes what a terminal obeys', HOSTILE, SHOWN],
    ['keeps line feeds and tabs', 'a\n\tb', 'a\n\tb'],
    ['keeps letters of every alphabet, also joined ones', 'żółć 日本 🚀 👩‍💻', 'żółć 日本 🚀 👩‍💻'],
    ['shows line breaks of Unicode', 'a\u2028b\u0085c', 'a\\u2028b\\u0085c'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it('leaves a JSON document its meaning', () => {
    expect(JSON.parse(printable(JSON.stringify({ text: HOSTILE })))).toEqual({ text: HOSTILE })
  })
})

/** What is written on both streams of one host. */
function streams({ isTerminal }: { readonly isTerminal: boolean }) {
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text
    },
    isTerminal,
    hasColors: isTerminal,
  })
  const host = { stdout: stream('stdout'), stderr: stream('stderr') }
  return { written, terminal: terminalOf(host) }
}

const ENDING = { command: 'gate', version: '0', run: 'r1', steps: [] }
const ABOUT = { format: 'pretty', fields: {} } as const
const FAILED = badVerdict(
  ENDING,
  new GateError('MIGRATION_FAILED', `${HOSTILE}\n${HOSTILE}`, {
    facts: { file: HOSTILE },
    hint: HOSTILE,
  }),
)
const ACT = { kind: 'act', json: false } as const

/** Without the colors that pgate itself puts there, and what takes a passing line away. */
function withoutOwn(text: string): string {
  return text.replaceAll(/\u001b\[(?:1|22|31|32|36|39)m|\r\u001b\[2K/g, '')
}

describe.each([
  { name: 'a terminal', isTerminal: true },
  { name: 'a pipe', isTerminal: false },
])('on $name', (on) => {
  it('a failure reaches the terminal without a control character of its own', () => {
    const { terminal, written } = streams(on)
    present(terminal, { ...ABOUT, verdict: FAILED }, ACT)
    expect(withoutOwn(written.stdout)).toBe(
      `${SHOWN}\n  ${SHOWN}\ngate shut (exit 53, MIGRATION_FAILED): ${SHOWN} (all of it above). Next: ${SHOWN}\n`,
    )
  })

  it('lines, steps and passing lines do so too', () => {
    const { terminal, written } = streams(on)
    const verdict = goodVerdict(ENDING, HOSTILE)
    present(terminal, { ...ABOUT, verdict, output: { json: {}, lines: [HOSTILE] } }, ACT)
    terminal.progress(HOSTILE)
    stepPrinter(terminal).ended({
      name: 'wait',
      state: 'done',
      durationMs: 1,
      summary: HOSTILE,
    })
    expect(withoutOwn(written.stdout).split('\n').slice(0, 2)).toEqual([
      SHOWN,
      `gate open (exit 0): ${SHOWN}`,
    ])
    expect(withoutOwn(written.stdout + written.stderr)).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
  })

  it('a log for people does so too', async () => {
    const { terminal, written } = streams(on)
    const log = createLog({ level: 'info', format: 'pretty', write: terminal.printError })
    log.warn('verify.extra', HOSTILE, { field: HOSTILE })
    expect(withoutOwn(written.stderr)).toContain(`WARN: ${SHOWN}\n`)
  })

  it('a log of JSON says the same to a program', async () => {
    const { terminal, written } = streams(on)
    const log = createLog({ level: 'info', format: 'json', write: terminal.printError })
    log.warn('verify.extra', HOSTILE, { field: HOSTILE })
    expect(written.stderr).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
    expect(JSON.parse(written.stderr)).toMatchObject({ msg: HOSTILE, field: HOSTILE })
  })
})

describe('data for another program', () => {
  const ending = {
    ...ABOUT,
    verdict: goodVerdict(ENDING, ''),
    output: { json: {}, lines: [HOSTILE], isData: true } as const,
  }

  it('is not changed', () => {
    const { terminal, written } = streams({ isTerminal: false })
    present(terminal, ending, ACT)
    expect(written.stdout).toBe(`${HOSTILE}\n`)
  })

  it('is made printable where a terminal shows it', () => {
    const { terminal, written } = streams({ isTerminal: true })
    present(terminal, ending, ACT)
    expect(written.stdout).toBe(`${SHOWN}\n`)
  })
})

describe('the message of a container that ended', () => {
  it('says the same without a control character', () => {
    const message = terminationMessage(FAILED)
    expect(message).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(JSON.parse(message)).toMatchObject({ message: FAILED.message, hint: HOSTILE })
  })
})

describe('what hides in a name', () => {
  it.each([
    ['\u200b', '\\u200b'],
    ['\ufeff', '\\ufeff'],
    ['\u00ad', '\\u00ad'],
    ['\u2060', '\\u2060'],
    ['\u202e', '\\u202e'],
    ['\u3164', '\\u3164'],
    ['\u{e0041}', '\\udb40\\udc41'],
  ])('stands as JSON would write it: %j', (character, shown) => {
    expect(printable(`a${character}b`)).toBe(`a${shown}b`)
    expect(JSON.parse(printable(JSON.stringify(`a${character}b`)))).toBe(`a${character}b`)
  })
})

describe('indented', () => {
  it('lets no further line begin where pgate begins its own', () => {
    expect(indented('x\ngate shut (exit 1, BUG): forged\n{"level":"error"}\n  as it was\n')).toBe(
      'x\n  gate shut (exit 1, BUG): forged\n  {"level":"error"}\n  as it was\n',
    )
  })
})
