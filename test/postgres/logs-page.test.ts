import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/logs.md'), 'utf8')

/** The lines of the page's blocks in a language, block by block. */
function blocks(language: string): readonly string[] {
  const found = PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, 'gms'))
  return [...found].map(([, text = '']) => text)
}

/** What differs from run to run. */
function masked(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/(durationMs":|Z",|^\["<time>","[^"]*",)\d+/gm, '$1<ms>')
    .replaceAll(/("(?:pgate\.)?run":)"[0-9a-f]{8}"/g, '$1"<run>"')
    .replaceAll(/("(?:service\.)?version":)"[^"]+"/g, '$1"<version>"')
    .replaceAll(/in [\d.]+m?s\b/g, 'in <took>')
    .replaceAll(/PostgreSQL [\d.]+( \([^)]*\))?/g, '<server>')
    .replaceAll(/(Restore point before \w+): [^"]*/g, '$1: <point>')
}

describe.each(anyServer())('the lines on docs/logs.md, on $name', (server) => {
  const it = testOn(server)

  it('are those of a run', async ({ database: { url }, folder: { path, write } }) => {
    const first = {
      id: '3f6a1c2b9d04',
      upgrade: 'CREATE TABLE conversations (id bigint PRIMARY KEY);',
    }
    const second = {
      id: '8b20d7e4f615',
      revises: '3f6a1c2b9d04',
      upgrade: 'CREATE INDEX ON conversations (sent_at);',
    }
    await write('20261120_0905_3f6a1c2b9d04_conversations.sql', revisionText(first))
    await write('20261121_0250_8b20d7e4f615_by_time.sql', revisionText(second))
    const run = async (format: string) => {
      const { exitCode, stdout, stderr } = await runPgateHere([], {
        env: {
          DATABASE_URL: `${url}?sslmode=disable`,
          PGATE_MIGRATIONS: path,
          PGATE_EXTENSIONS: '',
          PGATE_LOG_FORMAT: format,
        },
      })
      expect(exitCode, stdout + stderr).toBe(53)
      const { host, pathname } = new URL(url)
      return (stderr + stdout)
        .replaceAll(`${host}${pathname}`, 'db.internal:5432/app')
        .replaceAll(path, 'migrations')
        .trimEnd()
        .split('\n')
    }
    const json = await run('json')
    const filtered = json.map((line) => {
      const { time, event, durationMs = null, msg } = JSON.parse(line)
      return JSON.stringify([time, event, durationMs, msg])
    })
    const [gcp, ecs] = [await run('gcp'), await run('ecs')]
    const ready = [json, gcp, ecs].map((lines) => lines.find((line) => line.includes('wait.ready')))
    expect(masked(blocks('text').join('\n'))).toBe(masked(filtered.join('\n')))
    expect(masked(blocks('json').join('\n'))).toBe(masked(ready.join('\n')))
  })
})
