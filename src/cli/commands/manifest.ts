import { readFile, writeFile } from 'node:fs/promises'
import { GateError } from '../../errors.ts'
import { buildManifest } from '../../pipeline.ts'
import { loadRevisions } from '../../revisions/load.ts'
import { countObjects } from '../../summaries.ts'
import { formatManifest, type Manifest, manifestPath } from '../../verify/manifest.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { shadowTarget } from '../shadow-target.ts'
import { withShadowGate } from '../with-gate.ts'

interface ManifestOptions extends CommonOptions {
  readonly check?: boolean
  readonly shadowUrl?: string
}

/** Builds the schema in a throwaway database and writes what its catalog says. */
export const manifest: Command<ManifestOptions> = {
  name: 'manifest',
  summary: 'write manifest.json, the schema that the revisions promise; or check that it is true',
  kind: 'act',
  examples: ['pgate manifest', 'pgate manifest --check'],
  declare: (commander) => {
    commander
      .option('--check', 'write nothing; fail where manifest.json is stale')
      .option('--shadow-url <url>', 'a server to build on, instead of the embedded PostgreSQL')
  },
  run: async (context, { check = false, shadowUrl }) => {
    const graph = await loadRevisions(context.config.migrations)
    const server = shadowUrl === undefined ? undefined : shadowTarget(shadowUrl, context.host)
    const made = await withShadowGate(context, server, (gate, quiet) =>
      buildManifest(quiet, gate, { graph, targets: ['heads'] }),
    )
    return check ? compare(context, made) : write(context, made)
  },
}

async function write(context: CommandContext, made: Manifest): Promise<CommandOutput> {
  const path = manifestPath(context.config.migrations)
  await writeFile(path, formatManifest(made))
  return {
    json: summary(made),
    lines: [],
    verdict: `${path} has ${countObjects(made.objects.size)}`,
  }
}

async function compare(context: CommandContext, made: Manifest): Promise<CommandOutput> {
  const path = manifestPath(context.config.migrations)
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
  if (kept !== formatManifest(made)) throw stale(path, kept === '')
  return { json: summary(made), lines: [], verdict: `${path} is what the revisions make` }
}

function stale(path: string, missing: boolean): GateError {
  return new GateError(
    'MANIFEST_STALE',
    `${path} ${missing ? 'is missing' : 'is not what the revisions make on this PostgreSQL'}`,
    {
      facts: { file: path },
      hint: 'Run pgate manifest (with the same --shadow-url, if it was made with one), look at the difference, and commit it.',
    },
  )
}

function summary(made: Manifest) {
  return { heads: made.heads, server: made.server, objects: made.objects.size }
}
