import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, mustRun } from '../harness/command.ts'
import { writeFiles } from '../harness/files.ts'
import { type BenchRevision, digits, scriptOf } from '../harness/revisions.ts'
import type { Project, Tool } from '../harness/tool.ts'
import { programVersion } from './versions.ts'

/** What the image holds, which `npm run bench` builds; where it is not built, the module. */
export const BUILT_PGATE = builtPgate()

function builtPgate(): string {
  const executable = join(import.meta.dirname, '../../executable/pgate')
  const module = join(import.meta.dirname, '../../dist/pgate.mjs')
  return existsSync(executable) ? executable : module
}

/**
 * pgate as its image calls it: the whole gate, verifying included. `program` is another build of
 * it, to be measured next to this one: a module that Node.js runs, or an executable.
 */
export function pgate(name = 'pgate', program = BUILT_PGATE): Tool {
  return {
    name,
    kind: 'pgate',
    version: async () => {
      const { program: file, args } = pgateCommand(program, ['--version'])
      const version = await programVersion(file, args)
      const form = isModule(program) ? 'module' : 'executable'
      return version && `${version} (${form})`
    },
    write: writePgateRevisions,
    apply: (project) => pgateCommand(program, [], project),
    applyWhenUp: (project) => pgateCommand(program, [], project),
    // As in an image: the manifest is there, and a gate has left its proof in the journal.
    complete: (project) => writeManifest(project, program),
    settle: async (project) => void (await mustRun(pgateCommand(program, [], project))),
  }
}

/** `pgate upgrade`: what the peers do, without the manifest and the verify step. */
export const pgateUpgrade: Tool = {
  ...pgate('pgate upgrade'),
  appliesOnly: true,
  apply: (project) => pgateCommand(BUILT_PGATE, ['upgrade'], project),
}

/** A call of a build of pgate; without a project only what needs no database. */
export function pgateCommand(program: string, args: readonly string[], project?: Project): Command {
  const env = project && {
    DATABASE_URL: project.url,
    PGATE_MIGRATIONS: project.folder,
    PGATE_EXTENSIONS: '',
  }
  return {
    program: isModule(program) ? process.execPath : program,
    args: isModule(program) ? [program, ...args] : args,
    ...(env && { env }),
  }
}

function isModule(program: string): boolean {
  return /\.m?js$/.test(program)
}

/** Writes `manifest.json` into the folder, by way of a throwaway database of the same server. */
export async function writeManifest(project: Project, program = BUILT_PGATE): Promise<void> {
  await mustRun(pgateCommand(program, ['manifest', '--shadow-url', project.url], project))
}

/** Revision files in a line, in pgate's own format. */
export async function writePgateRevisions(
  folder: string,
  revisions: readonly BenchRevision[],
): Promise<void> {
  await writeFiles(
    folder,
    revisions.map(({ number, name, up, down }) => [
      `20260101_0000_${pgateId(number)}_${name}.sql`,
      `-- ${name}
--
-- revision: ${pgateId(number)}
-- revises: ${number === 1 ? 'none' : pgateId(number - 1)}

-- pgate: upgrade
${scriptOf(up)}
-- pgate: downgrade
${scriptOf(down)}`,
    ]),
  )
}

function pgateId(number: number): string {
  return `b0${digits(number)}`
}
