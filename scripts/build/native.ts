/**
 * What ships and is no package of npm: what packages carry inside their WebAssembly, and, in the
 * image, Node.js with what it is made of. Each is named with its version and licence, so that a scanner
 * sees it; the texts lie in `scripts/build/licenses/`. A test holds versions and texts to what ships.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { Component } from './sbom.ts'

/** One part. */
export interface NativePart {
  readonly name: string
  readonly version: string
  /** As SPDX has it, or the name of one that SPDX has not. */
  readonly license: string
  /** In `scripts/build/licenses/`; absent: in the text of what it is a part of. */
  readonly file?: string
  /** `vendor:product` of its Common Platform Enumeration; absent: it has none. */
  readonly cpe?: string
}

const POSTGRESQL = { license: 'PostgreSQL', cpe: 'postgresql:postgresql' }

const OPENSSL = { license: 'Apache-2.0', cpe: 'openssl:openssl' }
const ICU = {
  license: 'Unicode-3.0',
  cpe: 'icu-project:international_components_for_unicode',
}

/** SPDX has no identifier for it. */
const OSSP = 'OSSP uuid'

/**
 * Inside PGlite's packages: in the server, OpenSSL in pgcrypto, OSSP uuid in uuid-ossp. Those without a text here
 * are as licensed as the same in Node.js. libxml2 and OpenSSL do not say their versions: they are those that
 * PGlite's builder fetches.
 * @see https://github.com/electric-sql/postgres-pglite/blob/main/pglite/builder/Dockerfile
 */
export const SERVER_PARTS: readonly NativePart[] = [
  { name: 'postgresql', version: '18.6', ...POSTGRESQL, file: 'postgresql.txt' },
  { name: 'pgvector', version: '0.8.7', license: 'PostgreSQL', file: 'pgvector.txt' },
  { name: 'icu', version: '76.1', ...ICU },
  {
    name: 'libxml2',
    version: '2.14.5',
    license: 'MIT',
    file: 'libxml2.txt',
    cpe: 'xmlsoft:libxml2',
  },
  { name: 'openssl', version: '3.0.17', ...OPENSSL },
  { name: 'ossp-uuid', version: '1.6.2', license: OSSP, file: 'ossp-uuid.txt' },
]

/** Inside the parser's package. */
export const PARSER_PARTS: readonly NativePart[] = [
  { name: 'postgresql', version: '18.4', ...POSTGRESQL, file: 'postgresql.txt' },
  { name: 'libpg_query', version: '18.0.0', license: 'BSD-3-Clause', file: 'libpg_query.txt' },
  { name: 'protobuf-c', version: '1.4.0', license: 'BSD-2-Clause', file: 'protobuf-c.txt' },
]

/** Of the Node.js that builds, which is the one that the image holds. */
export function runtimeParts(): readonly NativePart[] {
  const { node: version, ...parts } = process.versions
  const node = { name: 'node', version, license: 'MIT', file: 'node.txt', cpe: 'nodejs:node.js' }
  const others = Object.entries(RUNTIME).flatMap(([name, about]) => {
    const shipped = parts[name]
    // Some have none where they are built in without it.
    return shipped ? [{ name: CALLED[name] ?? name, version: shipped, ...about }] : []
  })
  return [node, ...others]
}

/** What Node.js calls otherwise than the rest of the world. */
const CALLED: Readonly<Record<string, string>> = { ares: 'c-ares', uv: 'libuv' }

/** Of what Node.js is made of, by the name that it has in `process.versions`; the texts are in that of Node.js. */
export const RUNTIME: Readonly<Record<string, Pick<NativePart, 'license' | 'cpe'>>> = {
  acorn: { license: 'MIT' },
  ada: { license: 'MIT' },
  amaro: { license: 'MIT' },
  ares: { license: 'MIT', cpe: 'c-ares:c-ares' },
  brotli: { license: 'MIT', cpe: 'google:brotli' },
  icu: ICU,
  llhttp: { license: 'MIT', cpe: 'llhttp:llhttp' },
  merve: { license: 'MIT' },
  nbytes: { license: 'MIT' },
  ncrypto: { license: 'MIT' },
  nghttp2: { license: 'MIT', cpe: 'nghttp2:nghttp2' },
  nghttp3: { license: 'MIT' },
  ngtcp2: { license: 'MIT' },
  openssl: OPENSSL,
  simdjson: { license: 'Apache-2.0' },
  simdutf: { license: 'MIT' },
  sqlite: { license: 'blessing', cpe: 'sqlite:sqlite' },
  undici: { license: 'MIT', cpe: 'nodejs:undici' },
  uv: { license: 'MIT', cpe: 'libuv:libuv' },
  uvwasi: { license: 'MIT' },
  v8: { license: 'BSD-3-Clause', cpe: 'google:v8' },
  zlib: { license: 'Zlib', cpe: 'zlib:zlib' },
  zstd: { license: 'BSD-3-Clause', cpe: 'facebook:zstandard' },
}

/** The licence as THIRD-PARTY-LICENSES.txt has it; undefined for a part of another's text. */
export async function partLicense(part: NativePart): Promise<string | undefined> {
  const { name, version, license, file } = part
  if (file === undefined) return undefined
  const text = await readFile(join(import.meta.dirname, 'licenses', file), 'utf8')
  return `${name} ${version} (${license})\n\n${text.trim()}\n`
}

/** The entry of the bill of materials. */
export function partComponent(part: NativePart): Component & Readonly<Record<string, unknown>> {
  const { name, version, license, cpe } = part
  return {
    'bom-ref': `${name}@${version}`,
    type: name === 'node' ? 'application' : 'library',
    name,
    version,
    scope: 'required',
    purl: `pkg:generic/${name}@${version}`,
    ...(cpe !== undefined && { cpe: `cpe:2.3:a:${cpe}:${/^[\d.]+/.exec(version)}:*:*:*:*:*:*:*` }),
    licenses: [{ license: license === OSSP ? { name: license } : { id: license } }],
  }
}
