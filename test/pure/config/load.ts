import type { Config, ConfigProblem } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { ConfigOptions } from '../../../src/config/variables.ts'
import { GateError } from '../../../src/errors/error.ts'

export interface Given {
  readonly options?: ConfigOptions
  /** Path to text; every other path is missing. */
  readonly files?: Readonly<Record<string, string>>
  /** Of every file; 0644 by default. */
  readonly fileMode?: number
}

/** Loads a configuration on a machine that has these variables and files and no others. */
export function load(env: Record<string, string | undefined>, given: Given = {}): Config {
  return loadConfig(env, given.options ?? {}, {
    readFile: (path) => {
      // A path may be any word, `constructor` too.
      const text = new Map(Object.entries(given.files ?? {})).get(path)
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return text
    },
    fileMode: () => given.fileMode ?? 0o100644,
    home: '/home/tester',
    userName: 'tester',
  })
}

/** The failure that loading ends with. */
export function failureOf(act: () => unknown): GateError {
  try {
    act()
  } catch (error) {
    if (error instanceof GateError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** What loading complains about: variable to message. */
export function problemsOf(
  env: Record<string, string | undefined>,
  given: Given = {},
): Readonly<Record<string, string>> {
  const { code, facts } = failureOf(() => load(env, given))
  if (code !== 'CONFIG_INVALID') throw new Error(`refused with ${code}`)
  const problems = facts.problems as readonly ConfigProblem[]
  return Object.fromEntries(problems.map(({ variable, message }) => [variable, message]))
}
