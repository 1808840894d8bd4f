/** Guards the start: what is loaded at once must not grow by an import in the wrong place. */
import type { Metafile } from 'esbuild'
import { startOutputs } from '../build/start.ts'

/** Loaded where they are used, never before; each costs more than the whole entry. */
const HEAVY = /(?:node_modules|src)\/(libpg-query|@opentelemetry\/[\w-]+|commander|sidecar)\//

/** @throws Error where a start brings a heavy package along, by imports that are not lazy */
export function checkSlim(metafile: Metafile): void {
  const inputs = [...startOutputs(metafile)].flatMap((name) =>
    Object.keys(metafile.outputs[name]?.inputs ?? {}),
  )
  const heavy = new Set(inputs.map((input) => HEAVY.exec(input)?.[1]).filter((name) => name))
  if (heavy.size > 0) throw new Error(`every start would load: ${[...heavy].join(', ')}`)
}
