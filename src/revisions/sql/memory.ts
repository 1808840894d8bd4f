import { readFileSync } from 'node:fs'
import { GateError } from '../../errors/error.ts'
import type { Revision, RevisionBody, SqlBody } from '../file/revision.ts'

const MB = 1024 * 1024

/** What a gate takes with hardly anything to run, the parser included. */
const BASE = 80 * MB
/** A statement that was cut out and waits to be run. */
const PER_STATEMENT = 250

/** Where Linux says what a container may use: version 2 of its control groups, and version 1. */
const LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']

/** In bytes; undefined where there is no limit, or none that can be read. */
function memoryLimit(): number | undefined {
  for (const path of LIMITS) {
    try {
      const bytes = Number(readFileSync(path, 'utf8'))
      // Version 1 says "no limit" by a number beyond any machine's memory.
      return bytes > 0 && bytes < 2 ** 50 ? bytes : undefined
    } catch {
      // The other version, or no Linux.
    }
  }
  return undefined
}

/**
 * Refuses a folder whose files cannot be held, before one of them is read: a process that takes more
 * than its container may is killed (137) without a word.
 * @param bytes of all files together
 * @throws {GateError} REVISION_TOO_LARGE
 */
export function refuseLargeFolder(directory: string, bytes: number, limit = memoryLimit()): void {
  if (limit === undefined || BASE + 2 * bytes <= limit) return
  throw tooLarge(`the revision files of ${directory}`, { bytes, needed: BASE + 2 * bytes, limit })
}

/**
 * Refuses a section that cannot be cut and sent within the limit, before anything is run.
 * @throws {GateError} REVISION_TOO_LARGE
 */
export function refuseLargeSection(
  { file }: Pick<Revision, 'file'>,
  body: RevisionBody,
  limit?: number,
): void {
  if (body.kind !== 'sql' || !isBeyondMemory(body, limit)) return
  const needed = memoryFor(body.text)
  throw tooLarge(file, { bytes: body.text.length, needed, limit: limit ?? memoryLimit() ?? 0 })
}

/** Whether a section is one that {@link refuseLargeSection} refuses where it is to be run. */
export function isBeyondMemory({ text }: SqlBody, limit?: number): boolean {
  if (text.length < MB) return false
  const most = limit ?? memoryLimit()
  return most !== undefined && memoryFor(text) > most
}

/** Once as it was read, and up to twice on its way to the server. */
function memoryFor(text: string): number {
  // One character beyond Latin-1 makes every character take two bytes.
  const width = /[^\u0000-\u00ff]/.test(text) ? 2 : 1
  let statements = 0
  for (let at = text.indexOf(';\n'); at !== -1; at = text.indexOf(';\n', at + 2)) statements += 1
  return BASE + 3 * width * text.length + PER_STATEMENT * statements
}

function tooLarge(
  what: string,
  {
    bytes,
    needed,
    limit,
  }: { readonly bytes: number; readonly needed: number; readonly limit: number },
): GateError {
  return new GateError(
    'REVISION_TOO_LARGE',
    `${what}: ${inMb(bytes)} need about ${inMb(needed)} of memory, and the container may use ${inMb(limit)}`,
    {
      facts: { bytes, needed, limit },
      hint: `Give the container ${inMb(needed)}, or cut it into several revisions; rows take least as COPY … FROM stdin. Nothing was run.`,
    },
  )
}

function inMb(bytes: number): string {
  return `${Math.ceil(bytes / MB)} MiB`
}
