/** The types of the package: one file for each of its doors, which imports nothing. */
import { execFile } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { rolledUp } from './roll-up.ts'
import { ROOT } from './settings.ts'
import { typesOfTables } from './types-of-tables.ts'

/** The doors of the package, each `src/<name>.ts`, `dist/<name>.mjs` and `dist/<name>.d.ts`. */
export const DOORS = ['index', 'testing'] as const

/** Writes `<name>.d.ts` into `outdir` for each door, unless it is newer than every source. */
export async function writeTypes(outdir: string): Promise<void> {
  const files = DOORS.map((name) => ({ name, target: join(outdir, `${name}.d.ts`) }))
  const newest = Math.max(
    ...[...globSync('src/**/*.ts', { cwd: ROOT }), 'scripts/build'].map(changed),
  )
  if (files.every(({ target }) => writtenAt(target) > newest)) return
  const folder = await mkdtemp(join(tmpdir(), 'pgate-types-'))
  try {
    await declarationsInto(folder)
    const written = typesOfTables(folder)
    for (const { name, target } of files) {
      const temporary = `${target}.${process.pid}`
      await writeFile(temporary, rolledUp(join(folder, `${name}.d.ts`), written))
      await rename(temporary, target)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function changed(path: string): number {
  return statSync(join(ROOT, path)).mtimeMs
}

function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

async function declarationsInto(folder: string): Promise<void> {
  const config = join(folder, 'tsconfig.json')
  const output = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: folder }
  const types = { rootDir: join(ROOT, 'src'), typeRoots: [join(ROOT, 'node_modules/@types')] }
  await writeFile(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { ...output, ...types },
      files: DOORS.map((name) => join(ROOT, `src/${name}.ts`)),
      include: [],
    }),
  )
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '--project', config])
}
