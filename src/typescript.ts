/**
 * TypeScript's own compiler, for what cannot be run once its types are taken away. Loaded by the
 * process that revisions' modules run in, where one of them needs it.
 * @see docs/decisions/0073-typescript-as-tsx-runs-it.md
 */
import ts from '@typescript/old'
import type { Compile } from './revisions/module/compiler.ts'
import { definesFields } from './revisions/module/tsconfig.ts'

/** What a tsconfig.json may say that changes what a file does; all else is ours. */
const TAKEN = [
  'experimentalDecorators',
  'verbatimModuleSyntax',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
] as const

export const compile: Compile = ({ file, text, options, asCommonJs }) => {
  const isCommonJs = asCommonJs && !needsModule(file, text)
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      ...ts.convertCompilerOptionsFromJson(takenFrom(options), '/').options,
      // What Node.js 24 runs itself, but for decorators.
      target: ts.ScriptTarget.ES2023,
      module: isCommonJs ? ts.ModuleKind.CommonJS : ts.ModuleKind.Preserve,
      esModuleInterop: true,
      inlineSourceMap: true,
    },
  })
  for (const { file: source, start, messageText } of diagnostics) {
    if (source === undefined || start === undefined) continue
    const { line, character } = source.getLineAndCharacterOfPosition(start)
    const message = ts.flattenDiagnosticMessageText(messageText, ' ')
    return { kind: 'fault', message, line: line + 1, column: character + 1 }
  }
  return { kind: 'code', code: outputText, isCommonJs }
}

function takenFrom(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const taken = TAKEN.flatMap((name) => (name in options ? [[name, options[name]]] : []))
  return { ...Object.fromEntries(taken), useDefineForClassFields: definesFields(options) }
}

/** `import.meta`, and `await` outside of every function. */
function needsModule(file: string, text: string): boolean {
  const isSo = (node: ts.Node): boolean => {
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return true
    return ts.forEachChild(node, isSo) === true
  }
  const awaits = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false
    if (ts.isAwaitExpression(node)) return true
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true
    return ts.forEachChild(node, awaits) === true
  }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, false)
  return isSo(source) || awaits(source)
}
