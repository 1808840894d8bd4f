import { statSync } from 'node:fs'
import { commandWords } from '../config/command-words.ts'
import { type Config, invalidConfig } from '../config/config.ts'
import { type ConnectionHost, targetOfOption } from '../gate/shadow.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'

/** Where a schema comes from that no revision makes. */
export type SchemaSource =
  /** A file of SQL, or a folder of them. */
  | { readonly kind: 'files'; readonly path: string }
  /** A program that prints SQL, or that builds the schema in the database that it is lent. */
  | { readonly kind: 'command'; readonly words: readonly string[] }
  /** Another database, which is only read. */
  | { readonly kind: 'database'; readonly target: ConnectionTarget }

/** A text that names a source, and the option or variable that holds it. */
interface NamedSource {
  readonly text: string
  readonly label: string
}

const URL_SCHEME = /^postgres(?:ql)?:\/\//i
const COMMAND = /^command:/

/** True for what can be nothing but a source: a URL, a command, a path of a file that is there. */
export function isSource(text: string): boolean {
  return URL_SCHEME.test(text) || COMMAND.test(text) || isThere(text)
}

/**
 * What `--to`, PGATE_MODELS and the sides of a diff name: a URL, `command:` with a command behind it, or else a
 * path.
 * @throws {GateError} CONFIG_INVALID; a URL is not shown
 */
export function readSource({ text, label }: NamedSource, host: ConnectionHost): SchemaSource {
  if (URL_SCHEME.test(text)) return { kind: 'database', target: targetOfOption(label, text, host) }
  if (COMMAND.test(text)) return commandSource({ text: text.replace(COMMAND, ''), label })
  if (isThere(text)) return { kind: 'files', path: text }
  const found = `found ${JSON.stringify(text)}, and there is no such file or folder`
  throw invalidConfig([
    {
      variable: label,
      message: `${found}; write a path, a postgresql:// URL, or command: and a command`,
    },
  ])
}

/** How the wanted schema may be named on the command line. */
export interface WantedOptions {
  readonly to?: string
  readonly toUrl?: string
  readonly toCommand?: string
}

/**
 * The wanted schema's source: one of the options, else PGATE_MODELS.
 * @throws {GateError} CONFIG_INVALID where nothing names it, more than one option does, or it cannot be used
 */
export function wantedSource(
  config: Pick<Config, 'models'>,
  { to, toUrl, toCommand }: WantedOptions,
  host: ConnectionHost,
): SchemaSource {
  const given = [
    to === undefined ? [] : [readSource({ text: to, label: '--to' }, host)],
    toCommand === undefined ? [] : [commandSource({ text: toCommand, label: '--to-command' })],
    toUrl === undefined
      ? []
      : [{ kind: 'database', target: targetOfOption('--to-url', toUrl, host) } as const],
  ].flat()
  const [one, ...others] = given
  if (others.length > 0) {
    const message = 'more than one of --to, --to-url and --to-command says what is wanted'
    throw invalidConfig([{ variable: '--to', message }])
  }
  return one ?? modelsSource(config, host)
}

/** @throws {GateError} CONFIG_INVALID where PGATE_MODELS is not set, or cannot be used */
export function modelsSource(
  { models }: Pick<Config, 'models'>,
  host: ConnectionHost,
): SchemaSource {
  if (models !== undefined) return readSource({ text: models, label: 'PGATE_MODELS' }, host)
  const message =
    'not set; it says what schema is wanted: a file or folder of SQL, command: and a command whose output is SQL, or a URL (--to, --to-command and --to-url say it for one call)'
  throw invalidConfig([{ variable: 'PGATE_MODELS', message }])
}

function commandSource({ text, label }: NamedSource): SchemaSource {
  try {
    return { kind: 'command', words: commandWords(text) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw invalidConfig([{ variable: label, message }])
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
