/**
 * Holds the direction of imports: main -> edge -> cli -> gate -> steps -> postgres, config -> base. A
 * step uses another step through the file that has its name, or not at all. Also: nothing but
 * the edge touches the process, no barrel files, no cycles, no file above 300 lines.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { findCycles } from './find-cycles.ts'

const ROOT = join(import.meta.dirname, '..')
const MAX_LINES = 300

/** Files directly under src/, by the layer they belong to; a folder is a layer of its own name. */
const ROOT_FILES: Readonly<Record<string, readonly string[]>> = {
  main: ['main', 'executable'],
  edge: ['edge'],
  helpers: ['module-helper', 'embedded-helper', 'helper-side'],
  config: ['config', 'context', 'steps'],
  base: [
    'clock',
    'duration',
    'errors',
    'failures',
    'exit-codes',
    'log',
    'one-line',
    'plain-file',
    'set-equality',
    'object-pattern',
    'suggest',
    'guests',
    'helper',
    'version',
    'v8-flags',
  ],
}

/** The layers that touch the process; all others are told what they need to know. */
const PROCESS = ['main', 'edge', 'helpers']

const STEPS = ['wait', 'extensions', 'revisions', 'migrate', 'verify']

/** What a layer may import besides itself; a step's other steps are ruled by {@link isStepDoor}. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['edge'],
  edge: ['cli', 'base'],
  // What runs in a process of its own.
  helpers: ['revisions', 'embedded', 'postgres', 'base'],
  cli: ['gate', 'sidecar', ...STEPS, 'import', 'offline', 'embedded', 'postgres', 'config', 'base'],
  gate: [...STEPS, 'embedded', 'postgres', 'config', 'base'],
  wait: ['postgres', 'config', 'base'],
  extensions: ['postgres', 'config', 'base'],
  revisions: ['postgres', 'config', 'base'],
  // The graph and the statements of revisions are what these two work on, not another step's inside.
  migrate: ['revisions', 'postgres', 'config', 'base'],
  verify: ['revisions', 'postgres', 'config', 'base'],
  // Stays up after the gate: runs the pipeline, looks again, and answers over HTTP.
  sidecar: ['gate', ...STEPS, 'postgres', 'config', 'base'],
  import: ['revisions', 'postgres', 'config', 'base'],
  // What a run would do, as a script: it shares the run's own SQL and plans.
  offline: ['revisions', 'migrate', 'postgres', 'config', 'base'],
  embedded: ['postgres', 'config', 'base'],
  config: ['postgres', 'base'],
  postgres: ['base'],
  base: ['failures'],
  // The table of failures, in parts.
  failures: ['base'],
}

interface Import {
  readonly from: string
  readonly to: string
  /** Erased before it runs. */
  readonly isType: boolean
}

const files = globSync('src/**/*.ts', { cwd: ROOT }).toSorted()
const imports = files.flatMap(importsOf)
const cycles = findCycles(imports.filter((edge) => !edge.isType && edge.from !== edge.to))
const problems = [
  ...imports.flatMap(wrongDirection),
  ...cycles.map((cycle) => `${cycle.join(' -> ')}: a cycle`),
  ...files.flatMap(wrongFile),
]
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const named = [...text.matchAll(/^(?:import|export)\s+([^'"`;]*?)\s+from\s+'(\.[^']+)'/gm)]
  const bare = [...text.matchAll(/\bimport\(?\s*'(\.[^']+)'/g)]
  return [
    ...named.map(([, names = '', path = '']) => ({ path, isType: isTypeOnly(names) })),
    // A lazy import is no cycle: both sides are there by the time it is asked for.
    ...bare.map(([whole, path = '']) => ({ path, isType: whole.includes('(') })),
  ].map(({ path, isType }) => ({ from: file, to: join(dirname(file), path), isType }))
}

function isTypeOnly(names: string): boolean {
  if (names.startsWith('type ')) return true
  const list = names.replaceAll(/[{}]/g, '').split(',')
  return list.every((name) => name.trim() === '' || name.trim().startsWith('type '))
}

function wrongDirection({ from, to }: Import): readonly string[] {
  const [above, below] = [layerOf(from), layerOf(to)]
  if (above === below || MAY_IMPORT[above]?.includes(below)) return []
  if (STEPS.includes(above) && isStepDoor(to)) return []
  return [`${from}: ${above} may not import ${below} (${to})`]
}

function isStepDoor(file: string): boolean {
  return STEPS.some((step) => file === join('src', step, `${step}.ts`))
}

function layerOf(file: string): string {
  const [first = '', ...rest] = relative('src', file).split('/')
  if (rest.length > 0) return first
  const name = basename(file, '.ts')
  const found = Object.entries(ROOT_FILES).find(([, names]) => names.includes(name))
  return found?.[0] ?? `the unplaced ${file}`
}

function wrongFile(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const lines = text.split('\n').length - 1
  const touchesProcess = /\bprocess\.\w|['"](?:node:)?process['"]/.test(text)
  return [
    ...(lines > MAX_LINES ? [`${file}: ${lines} lines; ${MAX_LINES} are the most`] : []),
    ...(basename(file) === 'index.ts'
      ? [`${file}: a barrel file; name files by what is in them`]
      : []),
    ...(touchesProcess && !PROCESS.includes(layerOf(file))
      ? [`${file}: touches the process; edge.ts does`]
      : []),
    ...(layerOf(file) in MAY_IMPORT ? [] : [`${file}: has no layer; give it one in this script`]),
  ]
}
