import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { isRecord } from '../base/record.ts'
import { VERSION } from '../base/version.ts'
import { DEFAULT_MIGRATIONS } from '../config/gate-variables.ts'
import { messageOf } from '../errors/error.ts'
import { commandFingerprint, commandInputs } from '../gate/unchanged/command-inputs.ts'
import { gate } from '../library/functions.ts'
import type { RunOptions } from '../library/run.ts'
import { librarySettings, readSettings } from '../library/settings.ts'

/** What a template is made of. */
export interface Recipe {
  readonly settings: RunOptions
  readonly seed?: string | ((database: { readonly url: string }) => unknown) | undefined
}

/** Which template a recipe makes. */
export interface TemplateKey {
  /** Of the folder's place: older templates of the same folder are out of date. */
  readonly folder: string
  /** Of all that it is made of. */
  readonly fingerprint: string
}

/** Hexadecimal digits of each: a name of a database has 63 characters. */
const DIGITS = 16

/**
 * The key of the recipe's template: of every file below the folder of migrations, and of the files that
 * `migrateInputs` names besides it.
 * @throws {GateError} CONFIG_INVALID for an input that cannot be read
 */
export async function templateKey({ settings, seed = '' }: Recipe): Promise<TemplateKey> {
  const { migrations, migrateInputs = [], signal: _, logger: __, env, ...options } = settings
  const given = readSettings({ migrations }, librarySettings('all'), {}).options.migrations
  const path = resolve(given ?? env?.PGATE_MIGRATIONS ?? DEFAULT_MIGRATIONS)
  const inputs = commandInputs({ migrations: path, migrateInputs, migrateCommand: [] }) ?? []
  const words = [VERSION, JSON.stringify([options, ours(env)], sorted), String(seed)]
  const files = await commandFingerprint(words, inputs)
  return {
    folder: digest(path),
    // Files that change at this moment make a template of their own.
    fingerprint: files?.slice(0, DIGITS) ?? digest(`${path}${Date.now()}`),
  }
}

/** Of the environment, what decides what a gate does: a CI run's own variables differ from run to run. */
function ours(env: RunOptions['env'] = {}) {
  return Object.entries(env)
    .filter(([name]) => name.startsWith('PGATE_'))
    .toSorted()
}

function sorted(_: string, value: unknown): unknown {
  return isRecord(value) && !(value instanceof URL)
    ? Object.fromEntries(Object.entries(value).toSorted())
    : value
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS)
}

/**
 * Migrates a new database by the recipe, and verifies it.
 * @throws {GateError} whatever the gate ends with
 */
export async function migrate(
  { settings }: Recipe,
  where: Pick<RunOptions, 'databaseUrl' | 'embedded'>,
): Promise<void> {
  await gate({ ...settings, ...where })
}

/** Puts the seed into a database that was migrated; rejects, with what it threw as the cause. */
export async function plant(
  { seed }: Recipe,
  url: string,
  run: (text: string) => Promise<unknown>,
): Promise<void> {
  try {
    if (typeof seed === 'string') await run(seed)
    else await seed?.({ url })
  } catch (error) {
    throw new Error(`the seed of the test databases failed: ${messageOf(error)}`, { cause: error })
  }
}
