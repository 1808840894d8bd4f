import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const PROGRAM = join(import.meta.dirname, '../../../dist/pgate.mjs')

it('a Node.js that is too old is named in one line, with what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgate-old-node-'))
  try {
    const old = join(folder, 'old.cjs')
    const versions = `{ ...process.versions, node: '20.20.2' }`
    writeFileSync(old, `Object.defineProperty(process, 'versions', { value: ${versions} })`)
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, ['--require', old, PROGRAM, 'gate'], (error, _, text) =>
        resolve({ code: error?.code, stderr: text }),
      )
    })
    expect(code).toBe(20)
    expect(stderr).toMatch(
      /^pgate failed .* it needs Node\.js 22 or newer, and this is 20\.20\.2\. Next: .*\n$/,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
