/** Types that the source takes out of its tables, written out with what the tables say of each entry. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from '@typescript/old'
import type { Variable } from '../../src/config/variable.ts'
import { librarySettings } from '../../src/library/settings.ts'
import { wrap } from '../docs/markdown.ts'

/** Where they are declared, as seen from `src/`, with a sentence on each. */
const WRITTEN_OUT = {
  Settings: [
    'library/settings.d.ts',
    'Every setting of docs/configuration.md by the name of its option; a duration is in milliseconds.',
  ],
  FleetSettings: ['library/settings.d.ts', 'The settings of a fleet.'],
  FailureCode: [
    'errors/failures.d.ts',
    'Every failure that an operator can meet; docs/troubleshooting.md explains each.',
  ],
} as const

/**
 * The texts of these declarations, by name.
 * @param folder the declarations of the sources
 */
export function typesOfTables(folder: string): ReadonlyMap<string, string> {
  // Node.js declares it in thousands of lines.
  const globals = join(folder, 'globals.d.ts')
  writeFileSync(globals, 'declare class URL {}')
  const files = Object.values(WRITTEN_OUT).map(([file]) => join(folder, file))
  const program = ts.createProgram([...files, globals], { lib: ['lib.es5.d.ts'], types: [] })
  const checker = program.getTypeChecker()
  return new Map(
    Object.entries(WRITTEN_OUT).map(([name, [file, doc]]) => {
      const type = typeNamed(program, join(folder, file), name)
      const properties = type.isUnion() ? [] : checker.getPropertiesOfType(type)
      const docs = new Map(librarySettings('fleet').map((one) => [one.option, one]))
      const lines = properties.map((one) => {
        const text = textOf(checker, checker.getTypeOfSymbol(one))
        return `${docOf(docs.get(one.name))}    readonly ${one.name}?: ${text};`
      })
      const text = type.isUnion()
        ? `type ${name} = ${textOf(checker, type)};`
        : `interface ${name} {\n${lines.join('\n')}\n}`
      return [name, `/** ${doc} */\n${text}`]
    }),
  )
}

function typeNamed(program: ts.Program, file: string, name: string): ts.Type {
  const statements = program.getSourceFile(file)?.statements ?? []
  const found = statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === name)
  if (found === undefined) throw new Error(`${file} declares no ${name}`)
  return program.getTypeChecker().getTypeAtLocation(found)
}

function textOf(checker: ts.TypeChecker, type: ts.Type): string {
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseFullyQualifiedType
  return checker.typeToString(type, undefined, flags)
}

/** What docs/configuration.md says, in the library's words for a duration. */
function docOf(variable: Variable | undefined): string {
  if (variable === undefined) throw new Error('a setting without a variable')
  const { doc, default: usual, otherwise = 'none' } = variable
  const text = `${doc.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')} Default: ${usual === undefined ? otherwise : `\`${usual}\``} (${variable.name}).`
  return `    /**\n${wrap(text)
    .split('\n')
    .map((line) => `     * ${line}\n`)
    .join('')}     */\n`
}
