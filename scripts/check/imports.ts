/**
 * Holds the direction of imports, as docs/architecture.md draws it: main -> edge -> cli -> gate ->
 * steps -> formats, lock -> store -> revisions -> postgres, config -> base. A step uses another step through
 * the file that has its name, or not at all. Also: nothing but the edge touches the process, no barrel
 * files, no cycles, no file above 300 lines.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { findCycles } from './find-cycles.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAX_LINES = 300

/** Files directly under src/, by the layer they belong to; a folder is a layer of its own name. */
const ROOT_FILES: Readonly<Record<string, string>> = {
  main: 'main',
  executable: 'main',
  'old-node': 'main',
  edge: 'edge',
  'module-helper': 'helper-main',
  'embedded-helper': 'helper-main',
  typescript: 'helper-main',
  index: 'door',
  testing: 'door',
}

/** Folders whose own folders are layers each. */
const DIVIDED = ['steps']

/** SQL that reads or writes the history table, the journal or the lease. */
const OWN_SQL =
  /\b(?:from|into|update|join)\s+(?:"?pgate_(?:journal|lease)|\$\{[^}]*\b(?:journalRows|journal|versions|history\.table|leaseTable|lease)\b)/i

/** The layers that touch the process; all others are given what they need to know. */
const PROCESS = ['main', 'edge', 'helper-main']

/** What a process of its own shares (the side of a channel that is not pgate's), signals a group, or only reads. */
const OF_PROCESSES = [
  'src/helpers/helper-side.ts',
  'src/helpers/program.ts',
  'src/helpers/machine.ts',
]

const STEPS = ['steps/wait', 'steps/extensions', 'steps/migrate', 'steps/verify']
const GROUND = ['helpers', 'errors', 'base']
/** What all that knows the gate's lock stands upon. */
const BELOW_STEPS = ['catalog', 'lock', 'store', 'revisions', 'postgres', 'config', ...GROUND]

/** What a layer may import besides itself; a step's other steps are ruled by {@link isStepDoor}. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['edge', 'helpers'],
  edge: ['cli', ...GROUND],
  // The package's doors: they hand on what is in the library, and hold nothing.
  door: ['library', 'testing', 'revisions', 'errors'],
  // The commands as functions.
  library: ['cli', 'gate', 'fleet', 'revisions', 'config', ...GROUND],
  // Databases for tests, by the library's gate.
  testing: ['library', 'gate', 'steps/wait', 'embedded', 'postgres', 'config', ...GROUND],
  // What runs in a process of its own.
  'helper-main': ['revisions', 'embedded', 'postgres', ...GROUND],
  cli: [
    'author',
    'lint',
    'diff',
    'gate',
    'fleet',
    'sidecar',
    ...STEPS,
    'formats',
    'offline',
    'embedded',
    ...BELOW_STEPS,
  ],
  // Stays up after the gate: runs the pipeline, looks again, and answers over HTTP.
  sidecar: ['fleet', 'gate', ...STEPS, 'formats', ...BELOW_STEPS],
  // The gate of many databases, side by side.
  fleet: ['gate', ...STEPS, 'formats', ...BELOW_STEPS],
  // The embedded PostgreSQL is one of its resources.
  gate: [...STEPS, 'lint', 'diff', 'formats', 'embedded', ...BELOW_STEPS],
  // What a developer does with the schema: autogenerate, diff, test, squash.
  author: ['gate', 'lint', 'diff', ...STEPS, 'formats', 'embedded', ...BELOW_STEPS],
  // What a reviewer would say of pending revisions.
  lint: ['formats', ...BELOW_STEPS],
  // What a run would do, as a script: it shares the run's own SQL and plans.
  offline: ['steps/migrate', 'formats', ...BELOW_STEPS],
  'steps/wait': ['postgres', 'config', ...GROUND],
  'steps/extensions': ['lock', 'postgres', 'config', ...GROUND],
  'steps/migrate': ['formats', ...BELOW_STEPS],
  'steps/verify': ['diff', ...BELOW_STEPS],
  // From one schema to another, as SQL; pure, but for what reads both.
  diff: ['catalog', 'postgres', ...GROUND],
  // The live schema, as the server describes it.
  catalog: ['store', 'postgres', 'config', ...GROUND],
  lock: ['store', 'postgres', 'config', ...GROUND],
  store: ['revisions', 'postgres', 'config', ...GROUND],
  formats: ['store', 'revisions', 'postgres', 'config', ...GROUND],
  revisions: ['postgres', 'config', ...GROUND],
  embedded: ['postgres', 'config', ...GROUND],
  config: ['postgres', ...GROUND],
  postgres: GROUND,
  helpers: ['errors', 'base'],
  errors: ['base'],
  base: [],
}

interface Import {
  readonly from: string
  readonly to: string
  /** Asked for while it runs: no cycle, since both sides are there by then. */
  readonly isLazy: boolean
}

const files = globSync('src/**/*.ts', { cwd: ROOT }).toSorted()
const imports = files.flatMap(importsOf)
const cycles = findCycles(imports.filter((edge) => !edge.isLazy && edge.from !== edge.to))
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
    ...named.map(([, , path = '']) => ({ path, isLazy: false })),
    ...bare.map(([whole, path = '']) => ({ path, isLazy: whole.includes('(') })),
  ].map(({ path, isLazy }) => ({ from: file, to: join(dirname(file), path), isLazy }))
}

function wrongDirection({ from, to }: Import): readonly string[] {
  const [above, below] = [layerOf(from), layerOf(to)]
  if (above === below || MAY_IMPORT[above]?.includes(below)) return []
  if (STEPS.includes(above) && isStepDoor(to)) return []
  return [`${from}: ${above} may not import ${below} (${to})`]
}

function isStepDoor(file: string): boolean {
  return STEPS.some((step) => file === join('src', step, `${basename(step)}.ts`))
}

function layerOf(file: string): string {
  const [, first = '', second = '', third] = file.split('/')
  if (second === '') {
    const name = basename(file, '.ts')
    return ROOT_FILES[name] ?? `the unplaced ${file}`
  }
  return third !== undefined && DIVIDED.includes(first) ? `${first}/${second}` : first
}

function wrongFile(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const lines = text.split('\n').length - 1
  const code = text.replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
  const touchesProcess = /\bprocess\.\w|['"](?:node:)?process['"]/.test(code)
  return [
    ...(lines > MAX_LINES ? [`${file}: ${lines} lines; ${MAX_LINES} are the most`] : []),
    ...(basename(file) === 'index.ts' && file !== 'src/index.ts'
      ? [`${file}: a barrel file; name files by what is in them`]
      : []),
    ...(touchesProcess && !OF_PROCESSES.includes(file) && !PROCESS.includes(layerOf(file))
      ? [`${file}: touches the process; edge.ts does`]
      : []),
    ...(OWN_SQL.test(text) && layerOf(file) !== 'store'
      ? [`${file}: has SQL of pgate's own tables; src/store has it`]
      : []),
    ...(layerOf(file) in MAY_IMPORT ? [] : [`${file}: has no layer; give it one in this script`]),
  ]
}
