/** Guards the start: what is loaded at once must not grow by an import in the wrong place. */
import type { Metafile } from 'esbuild'

/** Loaded where they are used, never before; each costs more than the whole entry. */
const HEAVY =
  /(?:node_modules|src)\/(libpg-query|@electric-sql\/[\w-]+|pino-pretty|commander|pg-protocol|pg|sidecar)\//

/** The program, and what it imports lazily at every start without an argument. */
const AT_EVERY_START = ['src/main.ts', 'src/cli/run.ts', 'src/cli/commands/gate.ts']

/** @throws Error where a start brings a heavy package along, by imports that are not lazy */
export function checkSlim({ outputs }: Metafile): void {
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
  const inputs = [...reached].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}))
  const heavy = new Set(inputs.map((input) => HEAVY.exec(input)?.[1]).filter((name) => name))
  if (heavy.size > 0) throw new Error(`every start would load: ${[...heavy].join(', ')}`)
}
