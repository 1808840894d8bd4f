import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { logLines } from '../../support/cli/log-lines.ts'

const FOLDER = join(import.meta.dirname, '../../../migrations')
const PROGRAM = join(import.meta.dirname, '../../../dist/pgate.mjs')

/** Runs it with a script that Node.js runs before it. */
async function runAfter(script: string, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pgate-before-'))
  try {
    const before = join(folder, 'before.cjs')
    writeFileSync(before, script)
    return await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const args = ['--require', before, PROGRAM, 'gate']
      execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      )
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** It lacks what all of pgate's own code calls, too. */
const OLD = `const versions = { ...process.versions, node: '20.15.1' }
  Object.defineProperty(process, 'versions', { value: versions })
  process.getBuiltinModule = undefined`

it('a Node.js that is too old is named in one line, with what to do', async () => {
  const { code, stderr } = await runAfter(OLD)
  expect(code).toBe(20)
  expect(stderr).toMatch(
    /^pgate failed .* it needs Node\.js 22\.15, 24 or newer, and this is 20\.15\.1\. Next: .*\n$/,
  )
})

it('a Node.js that is too old is one event in a log of JSON', async () => {
  const { code, ...output } = await runAfter(OLD, { PGATE_LOG_FORMAT: 'json' })
  expect(code).toBe(20)
  const { stdout, stderr } = logLines(output)
  expect([...stdout, ...stderr]).toMatchObject([{ event: 'pgate.failed', code: 'CONFIG_INVALID' }])
})

it('a warning of Node.js itself is a line of a log of JSON', async () => {
  const warns = `setImmediate(() => process.emitWarning('mind "this"', 'OldWarning'))`
  const env = {
    PGATE_LOG_FORMAT: 'json',
    PGHOST: '127.0.0.1',
    PGPORT: '1',
    PGATE_WAIT_TIMEOUT: '500ms',
  }
  const { stdout, stderr } = logLines(await runAfter(warns, { ...env, PGATE_MIGRATIONS: FOLDER }))
  expect([...stdout, ...stderr]).toContainEqual(
    expect.objectContaining({ event: 'node.warning', warning: 'OldWarning', msg: 'mind "this"' }),
  )
})
