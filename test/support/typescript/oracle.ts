/** Run by tsx: imports each module that is named, calls its `upgrade`, and says what that gave. */
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const outcomes = []
for (const file of process.argv.slice(2)) outcomes.push(await outcomeOf(file))
process.stdout.write(JSON.stringify(outcomes))

async function outcomeOf(file: string): Promise<unknown> {
  const given: unknown[] = []
  try {
    const module = await import(pathToFileURL(file).href)
    const { upgrade } = 'upgrade' in module ? module : module.default
    await upgrade({ query: async (_: string, values: unknown[]) => given.push(...values) })
    return { given }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { name: error.name, message: error.message, stack: error.stack ?? '' }
  }
}
