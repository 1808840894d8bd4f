import { readFileSync } from 'node:fs'
import { isBuiltin, registerHooks, setSourceMapsSupport } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isRecord } from '../../base/record.ts'
import { javaScriptOf } from './javascript.ts'
import { isTypeScript, localFiles } from './local-files.ts'

/** What a revision takes from pgate's package, whether that is installed or not. */
const PGATE = 'pgate:revision'
const PGATE_SOURCE = 'export const defineRevision = (definition) => definition'

/**
 * From now on this process imports what tsx would: TypeScript whole, under the names that TypeScript
 * allows, and JSON without attributes. Stacks name the lines of the files as they were written.
 * @see docs/decisions/0073-typescript-as-tsx-runs-it.md
 */
export function runTypeScript(): void {
  const files = localFiles()
  // Not in packages: reading the maps that they bring would take longer than they do.
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
  registerHooks({
    resolve: (specifier, context, next) => {
      const from = pathOf(context.parentURL)
      if (from === undefined || isBuiltin(specifier)) return next(specifier, context)
      if (specifier === 'pgate') return { url: PGATE, format: 'module', shortCircuit: true }
      const [, name = '', query = ''] = /^(.*?)([?#].*)?$/.exec(specifier) ?? []
      const file = files.find(pathOf(name) ?? name, from)
      if (file !== undefined) {
        return { url: pathToFileURL(file).href + query, shortCircuit: true }
      }
      try {
        return next(specifier, context)
      } catch (error) {
        const other = missing(error)
        const found = other === undefined ? undefined : files.at(other, isTypeScript(from))
        if (found === undefined) throw error
        return { url: pathToFileURL(found).href, shortCircuit: true }
      }
    },
    load: (url, context, next) => {
      if (url === PGATE) return { format: 'module', source: PGATE_SOURCE, shortCircuit: true }
      const file = pathOf(url)
      if (file === undefined) return next(url, context)
      if (isTypeScript(file)) {
        const text = readFileSync(file, 'utf8')
        return { ...javaScriptOf({ file, text, config: files.tsConfig(file) }), shortCircuit: true }
      }
      const isImported = context.conditions?.includes('import') === true
      if (file.endsWith('.json') && isImported && context.importAttributes?.type === undefined) {
        return { format: 'module', source: moduleOfJson(file), shortCircuit: true }
      }
      return next(url, context)
    },
  })
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : undefined
}

/** What Node.js looked for by a package's name, or where a folder was meant. */
function missing(error: unknown): string | undefined {
  return isRecord(error) && typeof error.url === 'string' ? pathOf(error.url) : undefined
}

/** Its own names too, as far as they are names. */
function moduleOfJson(file: string): string {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const names = isRecord(value)
    ? Object.keys(value).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key))
    : []
  const exported = names.map((name, index) => `const v${index} = value[${JSON.stringify(name)}];`)
  const list = names.map((name, index) => `v${index} as ${JSON.stringify(name)}`).join(', ')
  return `const value = ${JSON.stringify(value)};\n${exported.join('')}\nexport { value as default, ${list} }`
}
