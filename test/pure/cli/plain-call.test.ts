import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runPgate } from '../../support/cli/cli.ts'

/** The names of the files that a run has loaded, as V8's coverage knows them. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-coverage-'))
  try {
    await runPgate(args, { env: { NODE_V8_COVERAGE: folder } })
    const reports = await readdir(folder)
    const texts = await Promise.all(reports.map((name) => readFile(join(folder, name), 'utf8')))
    return texts.flatMap((text) => urlsIn(JSON.parse(text)))
  } finally {
    await rm(folder, { recursive: true })
  }
}

function urlsIn({ result }: { readonly result: readonly { readonly url: string }[] }) {
  return result.map(({ url }) => url)
}

it.each([
  ['without an argument', [], false],
  ['as `gate` alone', ['gate'], false],
  ['with an option', ['--log-level', 'error'], true],
])('a call %s loads what reads arguments only where there are some', async (_, args, isLoaded) => {
  const loaded = await loadedBy(args)
  expect(loaded.length).toBeGreaterThan(0)
  expect(loaded.some((url) => /\/chunks\/program-/.test(url))).toBe(isLoaded)
})
