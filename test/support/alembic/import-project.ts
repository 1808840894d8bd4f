import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type PgateResult, runPgate } from '../cli/cli.ts'
import { type AlembicProject, alembicSays } from './alembic.ts'

/**
 * Imports an Alembic project as its users would: the upgrade piped in, the ways back (one for each
 * head) and the history as files next to alembic.ini.
 */
export async function importProject(
  project: AlembicProject,
  migrations: string,
  heads: readonly string[],
): Promise<PgateResult> {
  const say = (...args: string[]) => alembicSays(project, args)
  const ways: string[] = []
  for (const head of heads) {
    const file = join(project.path, `down-${head}.sql`)
    await writeFile(file, await say('downgrade', `${head}:base`, '--sql'))
    ways.push('--downgrade', file)
  }
  const history = join(project.path, 'history.txt')
  await writeFile(history, await say('history', '--verbose'))
  return runPgate(['import', 'alembic', ...ways, '--history', history, '--output', migrations], {
    input: await say('upgrade', 'heads', '--sql'),
  })
}

/** Holds that a call ended well; where it did not, what it said is in the failure. */
export function passed({ exitCode, stdout, stderr }: PgateResult): void {
  expect({ exitCode, said: exitCode === 0 ? '' : stdout + stderr }).toEqual({
    exitCode: 0,
    said: '',
  })
}
