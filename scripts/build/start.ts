/**
 * What every start loads, as one file: `start.mjs`. Left to itself the bundler cuts it into some
 * thirty, one for each set of lazy parts that share a module, and Node.js takes longer to find and
 * link those than to compile them. The lazy parts take what they share with the start from that file,
 * so that every module is there once.
 */
import { join, relative } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

const MAIN = 'src/main.ts'

/** The program, and what it imports at every start without an argument. */
export const AT_EVERY_START: readonly string[] = [MAIN, 'src/postgres/connect/connection.ts']

/** The modules of every start but the program itself, each with the names that it exports. */
export type StartModules = ReadonlyMap<string, readonly string[]>

/** The output files that a start loads, of a bundle that was cut as the bundler likes. */
export function startOutputs({ outputs }: Metafile): ReadonlySet<string> {
  const reached = new Set(
    Object.keys(outputs).filter((name) => AT_EVERY_START.includes(outputs[name]?.entryPoint ?? '')),
  )
  if (reached.size !== AT_EVERY_START.length)
    throw new Error(`not all of ${AT_EVERY_START} are built`)
  for (const name of reached) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) reached.add(path)
    }
  }
  return reached
}

export async function startModules(
  settings: BuildOptions,
  metafile: Metafile,
): Promise<StartModules> {
  const inputs = [...startOutputs(metafile)].flatMap((name) =>
    Object.keys(metafile.outputs[name]?.inputs ?? {}),
  )
  const entryPoints = inputs.filter((path) => path.startsWith('src/') && path !== MAIN)
  const { metafile: each } = await build({
    ...settings,
    entryPoints,
    bundle: false,
    external: [],
    plugins: [],
    outdir: 'each',
    write: false,
    metafile: true,
  })
  const exported = Object.values(each.outputs).map(
    ({ entryPoint = '', exports }) => [entryPoint, exports] as const,
  )
  return new Map(exported.filter(([, names]) => names.length > 0))
}

/** What a start may load later: the sources of its dynamic imports. */
export function lazySources({ outputs }: Metafile, modules: StartModules): readonly string[] {
  const started = startOutputs({ inputs: {}, outputs })
  const sources = [...started].flatMap((name) =>
    (outputs[name]?.imports ?? []).flatMap(({ path, kind }) =>
      kind === 'dynamic-import' && path in outputs ? [outputs[path]?.entryPoint ?? ''] : [],
    ),
  )
  return [...new Set(sources)].filter((source) => !modules.has(source) && source !== '')
}

/** The text of a module that hands on every name of every module of the start. */
export function startText(modules: StartModules): string {
  const lines = [...modules].map(([path, names], index) => {
    const list = names.map((name) => `${name} as ${sharedName(name, index)}`)
    return `export { ${list.join(', ')} } from ${JSON.stringify(`./${path}`)}`
  })
  return lines.join('\n')
}

/** The text of a `start.mjs` that takes those names from what `expression` gives. */
export function startTextFrom(expression: string, modules: StartModules): string {
  const names = [...modules].flatMap(([, list], index) =>
    list.map((name) => sharedName(name, index)),
  )
  return `export const { ${names.join(', ')} } = ${expression}\n`
}

/** Two modules may export the same name. */
function sharedName(name: string, index: number): string {
  return `${name}$${index}`
}

/** Takes the modules of the start from `start.mjs`, which is at `location` as seen from the output. */
export function sharedPlugin(root: string, modules: StartModules, location: string): Plugin {
  const paths = [...modules.keys()]
  return {
    name: 'shared-with-start',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
        const file = relative(root, join(resolveDir, path))
        const isShared = kind !== 'entry-point' && modules.has(file)
        return isShared ? { path: file, namespace: 'start' } : undefined
      })
      onResolve({ filter: /^start\.mjs$/, namespace: 'start' }, () => ({
        path: location,
        external: true,
      }))
      onLoad({ filter: /.*/, namespace: 'start' }, ({ path }) => {
        const index = paths.indexOf(path)
        const list = (modules.get(path) ?? []).map(
          (name) => `${sharedName(name, index)} as ${name}`,
        )
        return { contents: `export { ${list.join(', ')} } from 'start.mjs'`, resolveDir: root }
      })
    },
  }
}

/** Points dynamic imports, or those of a door, at the files that the lazy parts were built to, by their sources. */
export function lazyPlugin(
  root: string,
  files: ReadonlyMap<string, string>,
  imported: 'dynamic-import' | 'import-statement' = 'dynamic-import',
): Plugin {
  return {
    name: 'lazy-parts',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
        const file = files.get(relative(root, join(resolveDir, path)))
        return kind === imported && file !== undefined ? { path: file, external: true } : undefined
      })
    },
  }
}
