/** Guards the start: what is loaded at once must not grow by an import in the wrong place. */
import type { Metafile } from 'esbuild'

/** Loaded where they are used, never before; each costs more than the whole entry. */
const HEAVY =
  /node_modules\/(libpg-query|@electric-sql\/[\w-]+|pino-pretty|pino|commander|pg-protocol|pg)\//

/**
 * @throws Error where the output that `entry` names brings a heavy package along, by imports that
 * are not lazy
 */
export function checkSlim({ outputs }: Metafile, entry: string): void {
  const start = Object.keys(outputs).find((name) => name.endsWith(entry))
  if (start === undefined) throw new Error(`the build wrote no ${entry}`)
  const reached = new Set([start])
  for (const name of reached) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) reached.add(path)
    }
  }
  const inputs = [...reached].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}))
  const heavy = new Set(inputs.map((input) => HEAVY.exec(input)?.[1]).filter((name) => name))
  if (heavy.size > 0) throw new Error(`${entry} loads at once: ${[...heavy].join(', ')}`)
}
