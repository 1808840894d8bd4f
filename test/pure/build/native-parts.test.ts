import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { parse } from 'libpg-query'
import { describe, expect, it } from 'vitest'
import {
  type NativePart,
  PARSER_PARTS,
  partComponent,
  partLicense,
  RUNTIME,
  runtimeParts,
  SERVER_PARTS,
} from '../../../scripts/build/native.ts'

const ROOT = join(import.meta.dirname, '../../..')

const versionsOf = (name: string, parts: readonly NativePart[]) =>
  parts.filter((part) => part.name === name).map(({ version }) => version)

describe('what ships and is no package of npm', () => {
  it('is listed with the versions that PGlite and the parser say of themselves', async () => {
    const pglite = await PGlite.create({ extensions: { vector } })
    const { rows } = await pglite.query<{ server: string; vector: string }>(
      `select current_setting('server_version') as server,
              (select default_version from pg_available_extensions where name = 'vector') as vector`,
    )
    await pglite.close()
    const { version } = await parse('select 1')
    const parser = `${Math.floor(Number(version) / 10_000)}.${Number(version) % 10_000}`
    expect(versionsOf('postgresql', SERVER_PARTS)).toEqual([rows[0]?.server])
    expect(versionsOf('postgresql', PARSER_PARTS)).toEqual([parser])
    expect(versionsOf('pgvector', SERVER_PARTS)).toEqual([rows[0]?.vector])
  }, 30_000)

  it('names the libpg_query that the package says it is built of', () => {
    const readme = readFileSync(join(ROOT, 'node_modules/libpg-query/README.md'), 'utf8')
    const [version] = versionsOf('libpg_query', PARSER_PARTS)
    expect(readme).toMatch(new RegExp(`^\\| 18 +\\| ${version} +\\|`, 'm'))
  })

  it('holds the whole licence of the pinned Node.js, with those of its parts', async () => {
    const [own] = globSync('node_modules/node/node_modules/node-*/LICENSE', { cwd: ROOT })
    const text = readFileSync(join(ROOT, 'scripts/build/licenses/node.txt'), 'utf8')
    expect(own).toBeDefined()
    expect(text).toBe(readFileSync(join(ROOT, own ?? ''), 'utf8'))
    for (const part of ['OpenSSL', 'V8', 'ICU', 'zlib']) expect(text).toContain(part)
  })

  it('has a text or is a part of one, a licence, and a version in the bill of materials', async () => {
    for (const part of [...runtimeParts(), ...SERVER_PARTS, ...PARSER_PARTS]) {
      expect(partComponent(part)).toMatchObject({
        version: expect.stringMatching(/^\d+\.\d+/),
        purl: `pkg:generic/${part.name}@${part.version}`,
      })
      const text = await partLicense(part)
      if (part.file !== undefined) expect(text?.length).toBeGreaterThan(500)
    }
    const names = runtimeParts().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['node', 'openssl', 'v8', 'icu', 'zlib']))
  })

  it('is all that Node.js says it is made of, but for the numbers of interfaces and of data', () => {
    const unlisted = Object.keys(process.versions).filter((name) => !(name in RUNTIME))
    expect(unlisted).toEqual(['node', 'cldr', 'modules', 'napi', 'tz', 'unicode'])
  })

  it('is what the binaries of the built-in PostgreSQL say where they say it', async () => {
    const packages = join(ROOT, 'node_modules/@electric-sql/pglite/dist')
    const server = readFileSync(join(packages, 'pglite.wasm'), 'latin1')
    const uuid = execFileSync('tar', ['xzfO', join(packages, 'uuid-ossp.tar.gz')], {
      encoding: 'latin1',
    })
    const said = [/share\/icu\/([\d.]+)/.exec(server)?.[1], /OSSP uuid ([\d.]+)/.exec(uuid)?.[1]]
    expect([...versionsOf('icu', SERVER_PARTS), ...versionsOf('ossp-uuid', SERVER_PARTS)]).toEqual(
      said,
    )
  })
})
