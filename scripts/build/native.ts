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
  /** As SPDX has it. */
  readonly license: string
  /** In `scripts/build/licenses/`; absent: in the text of what it is a part of. */
  readonly file?: string
  /** `vendor:product` of its Common Platform Enumeration; absent: it has none. */
  readonly cpe?: string
}

const POSTGRESQL = { license: 'PostgreSQL', cpe: 'postgresql:postgresql' }

/** Inside PGlite's packages. */
export const SERVER_PARTS: readonly NativePart[] = [
  { name: 'postgresql', version: '18.6', ...POSTGRESQL, file: 'postgresql.txt' },
  { name: 'pgvector', version: '0.8.7', license: 'PostgreSQL', file: 'pgvector.txt' },
]

/** Inside the parser's package. */
export const PARSER_PARTS: readonly NativePart[] = [
  { name: 'postgresql', version: '18.4', ...POSTGRESQL, file: 'postgresql.txt' },
  { name: 'libpg_query', version: '18.0.0', license: 'BSD-3-Clause', file: 'libpg_query.txt' },
]

/** Of the Node.js that builds, which is the one that the image holds. */
export function runtimeParts(): readonly NativePart[] {
  const part = (name: string, license: string, cpe?: string): NativePart => {
    const version = process.versions[name === 'c-ares' ? 'ares' : name === 'libuv' ? 'uv' : name]
    if (version === undefined) throw new Error(`Node.js does not say its version of ${name}`)
    return { name, version, license, ...(cpe !== undefined && { cpe }) }
  }
  return [
    { ...part('node', 'MIT', 'nodejs:node.js'), file: 'node.txt' },
    part('openssl', 'Apache-2.0', 'openssl:openssl'),
    part('v8', 'BSD-3-Clause', 'google:v8'),
    part('icu', 'Unicode-3.0', 'icu-project:international_components_for_unicode'),
    part('zlib', 'Zlib', 'zlib:zlib'),
    part('libuv', 'MIT', 'libuv:libuv'),
    part('nghttp2', 'MIT', 'nghttp2:nghttp2'),
    part('c-ares', 'MIT', 'c-ares:c-ares'),
    part('llhttp', 'MIT', 'llhttp:llhttp'),
  ]
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
    licenses: [{ license: { id: license } }],
  }
}
