import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../../scripts/check/words.ts')

/** What the check says of a project whose only source file has this text. */
async function checkWords(text: string): Promise<{ status: number | null; stderr: string }> {
  const root = await mkdtemp(join(tmpdir(), 'pgate-words-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'src'))
  await writeFile(join(root, 'src/a.ts'), text)
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, root], { encoding: 'utf8' })
  return { status, stderr }
}

it('a word of the list is found in a comment, with its line and what to say', async () => {
  const word = ['be', 'side'].join('')
  expect(await checkWords(`const a = 1\n// It lies ${word} the other.\n`)).toEqual({
    status: 1,
    stderr: `src/a.ts:2: "${word}": next to, or with\n`,
  })
})

it('a word of the list is found as a part of an identifier', async () => {
  const word = ['te', 'll'].join('')
  const { status, stderr } = await checkWords(`${word}Host()\nconst ${word.toUpperCase()}_MS = 1\n`)
  expect(status).toBe(1)
  expect(stderr.split('\n').filter((line) => line.includes(`"${word}"`))).toHaveLength(2)
})

it('a text without them passes', async () => {
  expect(await checkWords('/** Reports what was found. */\n')).toEqual({ status: 0, stderr: '' })
})
