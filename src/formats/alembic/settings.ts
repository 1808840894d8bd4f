import { existsSync, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join, relative, resolve } from 'node:path'
import { GateError } from '../../errors/error.ts'
import { decodeText } from '../../revisions/file/decode.ts'
import { readModule } from './python/module.ts'

/** What Alembic's configuration says of where its files are. */
export interface AlembicSettings {
  /** The folder of `env.py`, as a path in the folder of the configuration. */
  readonly script: string | undefined
  /** The folders of version files; none: `versions` in the script's folder. */
  readonly versions: readonly string[]
  readonly isRecursive: boolean
}

/** The sections' keys that count here. */
const KEYS = new Set([
  'script_location',
  'version_locations',
  'recursive_version_locations',
  'path_separator',
  'version_path_separator',
])

interface Setting {
  readonly value: string
  /** Where the file has a list for it. */
  readonly list?: readonly string[]
  readonly file: string
  /** 1-based. */
  readonly line: number
}

type Settings = ReadonlyMap<string, Setting>

/**
 * Reads alembic.ini and the `[tool.alembic]` of pyproject.toml; the first goes before the second, key
 * by key. Undefined where neither is there.
 * @throws {GateError} REVISION_HEADER for a place that only Python can find
 */
export function readSettings(directory: string): AlembicSettings | undefined {
  const ini = textOf(join(directory, 'alembic.ini'))
  const toml = tomlSection(textOf(join(directory, 'pyproject.toml')) ?? '')
  if (ini === undefined && toml === undefined) return undefined
  const settings: Settings = new Map([
    ...readToml(toml, join(directory, 'pyproject.toml')),
    ...readIni(ini ?? '', join(directory, 'alembic.ini')),
  ])
  const script = settings.get('script_location')
  const versions = settings.get('version_locations')
  const at = (setting: Setting) => (value: string) =>
    placeOf(value, { directory, settings, setting })
  return {
    script: script && at(script)(script.value),
    versions: versions === undefined ? [] : placesOf(versions, settings).map(at(versions)),
    isRecursive: /^(?:true|yes|on|1)$/i.test(
      settings.get('recursive_version_locations')?.value ?? '',
    ),
  }
}

function textOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const decoded = decodeText(readFileSync(path))
  return decoded.kind === 'text' ? decoded.text : ''
}

/** As Python's configparser reads it: sections, `=` or `:`, values that go on on indented lines. */
function readIni(text: string, file: string): Settings {
  const settings = new Map<string, Setting>()
  let [section, key, indent] = ['', '', 0]
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? []
    const begun = settings.get(key)
    if (name !== undefined) [section, key] = [name, '']
    else if (begun !== undefined && line.search(/\S/) > indent) {
      settings.set(key, { ...begun, value: `${begun.value}\n${line.trim()}` })
    } else {
      const [, word = '', value = ''] = /^([^=:]+)[=:](.*)$/.exec(line.trim()) ?? []
      key = section === 'alembic' || section === 'DEFAULT' ? word.trim().toLowerCase() : ''
      indent = line.search(/\S/)
      if (key !== '') settings.set(key, { value: value.trim(), file, line: index + 1 })
    }
  }
  return settings
}

interface TomlSection {
  readonly text: string
  /** 0-based, of its first line. */
  readonly above: number
}

function tomlSection(text: string): TomlSection | undefined {
  const [head] = /^\[tool\.alembic\][^\n]*\n?/m.exec(text) ?? []
  if (head === undefined) return undefined
  const start = text.indexOf(head) + head.length
  const [body = ''] = /^[\s\S]*?(?=^\[|(?![\s\S]))/m.exec(text.slice(start)) ?? []
  return { text: body, above: text.slice(0, start).split('\n').length - 1 }
}

/** What TOML has in common with Python is enough: `key = "text"`, `key = ["a", "b"]`, comments. */
function readToml(section: TomlSection | undefined, file: string): Settings {
  const { module } = readModule(section?.text ?? '', KEYS)
  const entries = [...(module?.assigned ?? [])].map(([key, { value, found, line }]) => {
    const list = Array.isArray(value) ? { list: value } : {}
    const text = typeof value === 'string' ? value : found.slice(found.indexOf('=') + 1).trim()
    return [key, { value: text, ...list, file, line: line + (section?.above ?? 0) }] as const
  })
  return new Map<string, Setting>(entries)
}

const SEPARATORS: Readonly<Record<string, string>> = {
  ...{ space: ' ', newline: '\n', os: delimiter, ':': ':', ';': ';' },
}

function placesOf({ value, list }: Setting, settings: Settings): readonly string[] {
  if (list !== undefined) return list
  const named = settings.get('path_separator') ?? settings.get('version_path_separator')
  const separator = named === undefined ? /, *| +/ : (SEPARATORS[named.value] ?? delimiter)
  return value
    .split(separator)
    .map((place) => place.trim())
    .filter((place) => place !== '')
}

interface Place {
  readonly directory: string
  readonly settings: Settings
  readonly setting: Setting
}

/** As a path in the folder. */
function placeOf(value: string, { directory, settings, setting }: Place): string {
  const expanded = value.replace(/%(?:%|\(([^)]*)\)s)/g, (whole, name?: string) => {
    if (name === undefined) return '%'
    if (name.toLowerCase() === 'here') return resolve(directory)
    return settings.get(name.toLowerCase())?.value ?? whole
  })
  if (/%\(/.test(expanded)) throw misleading(setting, `${expanded} holds a name that is not set`)
  if (isAbsolute(expanded)) return relative(resolve(directory), expanded) || '.'
  if (!expanded.includes(':')) return join(expanded)
  throw misleading(
    setting,
    `${expanded} is a place in a Python package, which Python alone can find`,
  )
}

function misleading({ file, line }: Setting, found: string): GateError {
  return new GateError('REVISION_HEADER', `${file}:${line}: ${found}`, {
    facts: { file, line },
    hint: 'Set PGATE_MIGRATIONS to the folder that holds env.py and versions/, or to the versions themselves.',
  })
}
