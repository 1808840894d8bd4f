/** What is told of Node.js where it goes along with the program: its licence, and that it is there. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { Component } from './build-sbom.ts'

const VERSION = process.versions.node

/** Node.js's licence, which lies beside the folder of its program where it was installed whole. */
export async function runtimeLicense(): Promise<string> {
  const file = join(dirname(process.execPath), '..', 'LICENSE')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return `Its licence: https://github.com/nodejs/node/blob/v${VERSION}/LICENSE`
  })
  return `node ${VERSION} (MIT)\n\n${text.trim()}\n`
}

/** Node.js as a part of a bill of materials; its own parts are in its licence. */
export function runtimeComponent(): Component & Readonly<Record<string, unknown>> {
  return {
    'bom-ref': `node@${VERSION}`,
    type: 'application',
    name: 'node',
    version: VERSION,
    scope: 'required',
    purl: `pkg:generic/node@${VERSION}`,
    licenses: [{ license: { id: 'MIT' } }],
  }
}
