/** What TypeScript can say in a revision: files of a folder each, next to the one with the revision. */
export interface Construct {
  readonly name: string
  /** Above the revision's folder: what it imports, and package.json and tsconfig.json. */
  readonly files?: Readonly<Record<string, string>>
  /** Lines above the revision's exports. */
  readonly head?: string
  /** An expression: what `upgrade` gives, or throws. */
  readonly gives: string
  /** The whole of `revision.ts`, where it is not made of the two above. */
  readonly whole?: string
}

const MODULE = { 'package.json': '{"type":"module"}' }
const COMMONJS = { 'package.json': '{}' }

export const CONSTRUCTS: readonly Construct[] = [
  {
    name: 'annotations alone',
    head: 'interface A { x: number }\nconst a: A = { x: 1 }',
    gives: 'a.x as number',
  },
  {
    name: 'an enum',
    head: "enum E { A, B = 5, C, D = 'x'.length, F = A | B }",
    gives: '[E.A, E.C, E.D, E.F, E[5]]',
  },
  { name: 'an enum of texts', head: "enum E { A = 'a', B = `b` }", gives: 'Object.entries(E)' },
  { name: 'a const enum', head: 'const enum E { A = 1 << 3, B }', gives: '[E.A, E.B]' },
  {
    name: 'an enum that is declared twice',
    head: 'enum E { A }\nenum E { B = 1 }',
    gives: '[E.A, E.B, E[1]]',
  },
  {
    name: 'an enum of another file',
    files: { 'lib.ts': 'export enum E { A = 7 }' },
    head: "import { E } from './lib'",
    gives: '[E.A, E[7]]',
  },
  {
    name: 'a namespace',
    head: 'namespace N { export const x = 1; export let y = 2; y += x; export function f() { return y } }',
    gives: '[N.x, N.y, N.f()]',
  },
  {
    name: 'a namespace within a namespace',
    head: 'namespace A.B { export const x = 3 }\nnamespace A { export const y = B.x }',
    gives: '[A.B.x, A.y]',
  },
  {
    name: 'a namespace in two parts',
    head: 'namespace N { export function f() { return 4 } }\nnamespace N { export const x = f() }',
    gives: 'N.x',
  },
  {
    name: 'a namespace of types alone',
    head: 'namespace N { export interface A { x: 1 } }\nconst a: N.A = { x: 1 }',
    gives: 'a.x',
  },
  {
    name: 'a namespace that adds to a class',
    head: 'class C {}\nnamespace C { export const x = 8 }',
    gives: 'C.x',
  },
  {
    name: 'an alias of a namespace',
    head: 'namespace N { export const x = 5 }\nimport x = N.x',
    gives: 'x',
  },
  {
    name: 'parameter properties',
    head: 'class P { constructor(private readonly a: number, public b = 2) {} sum() { return this.a + this.b } }',
    gives: '[new P(1).sum(), Object.keys(new P(1))]',
  },
  {
    name: 'parameter properties and fields',
    head: 'class P { b = 1; constructor(public a: number) {} }',
    gives: 'Object.entries(new P(4))',
  },
  {
    name: 'declared fields',
    head: 'class A { x = 1 }\nclass B extends A { declare x: number; y?: number }',
    gives: 'Object.entries(new B())',
  },
  {
    name: 'an abstract class and an override',
    head: 'abstract class A { abstract f(): number }\nclass B extends A { override f() { return 6 } }',
    gives: 'new B().f()',
  },
  {
    name: 'accessors and static blocks',
    head: 'class A { accessor x = 1; static y: number; static { A.y = 2 } #z = 3; z() { return this.#z } }',
    gives: '[new A().x, A.y, new A().z()]',
  },
  {
    name: 'overloads',
    head: 'function f(x: number): number\nfunction f(x: string): string\nfunction f(x: any) { return x }',
    gives: "[f(1), f('a')]",
  },
  {
    name: 'satisfies, as const and !',
    head: 'const a = { x: [1, 2] } as const satisfies object\nlet b: number | undefined = 3',
    gives: '[a.x, b!]',
  },
  { name: 'assertions in angle brackets', head: 'const a = <number>(<unknown>9)', gives: 'a' },
  {
    name: 'generics and this types',
    head: 'function f<const T extends readonly unknown[]>(this: void, x: T): T { return x }',
    gives: 'f<[1]>([1])',
  },
  {
    name: 'using',
    head: 'const log: string[] = []\nfunction f() { using x = { [Symbol.dispose]() { log.push("gone") } }; log.push("here"); return x }',
    gives: '(f(), log)',
  },
  {
    name: 'decorators',
    head: 'function twice(f: any, _: any) { return function (this: any) { return 2 * f.call(this) } }\nclass A { n = 4; @twice f() { return this.n } }',
    gives: 'new A().f()',
  },
  {
    name: 'a decorator of a class and a field',
    head: 'const seen: string[] = []\nconst note = (_: any, c: any) => { seen.push(c.kind + " " + c.name) }\n@note class A { @note x = 1; @note static y = 2 }',
    gives: '(new A(), seen)',
  },
  {
    name: 'decorators as they were',
    files: { 'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }' },
    head: 'const seen: unknown[] = []\nfunction note(...args: any[]) { seen.push([typeof args[0], args[1], typeof args[2]]) }\n@note class A { @note f(@note x: number) { return x } }',
    gives: '(new A(), seen)',
  },
  {
    name: 'fields as they were',
    files: { 'tsconfig.json': '{ "compilerOptions": { "target": "ES2020" } }' },
    head: 'let n = 0\nclass A { set x(_: number) { n += 1 } }\nclass B extends A { x = 5 as any }',
    gives: '(new B(), n)',
  },
  {
    name: 'an import of a type without the word',
    files: { 'lib.ts': 'export interface T { x: number }\nexport const v: T = { x: 2 }' },
    head: "import { T, v } from './lib.ts'\nconst t: T = v",
    gives: 't.x',
  },
  {
    name: 'an import of nothing but types',
    files: { 'lib.ts': 'export type T = 1' },
    head: "import { T } from './lib.ts'\nconst t: T = 1",
    gives: 't',
  },
  {
    name: 'a type that is a key as well',
    files: { 'lib.ts': 'export type Status = 1' },
    head: "import { Status } from './lib.ts'\nconst t: { Status: Status } = { Status: 1 }",
    gives: 't',
  },
  {
    name: 'a name without an ending',
    files: { 'lib/a.ts': 'export const a = 1' },
    head: "import { a } from './lib/a'",
    gives: 'a',
  },
  {
    name: '.js for .ts',
    files: { 'lib/a.ts': "export { b as a } from './b.js'", 'lib/b.ts': 'export const b = 2' },
    head: "import { a } from './lib/a.js'",
    gives: 'a',
  },
  {
    name: '.mjs for .mts and .cjs for .cts',
    files: { 'a.mts': 'export const a: number = 3', 'b.cts': 'export const b: number = 4' },
    head: "import { a } from './a.mjs'\nimport { b } from './b.cjs'",
    gives: '[a, b]',
  },
  {
    name: 'the index of a folder',
    files: { 'lib/index.ts': 'export const a = 4' },
    head: "import { a } from './lib'",
    gives: 'a',
  },
  {
    name: 'a tsx file',
    files: { 'lib.tsx': 'export const a = <T,>(x: T): T => x' },
    head: "import { a } from './lib'",
    gives: 'a(5)',
  },
  {
    name: 'paths of tsconfig.json',
    files: {
      'tsconfig.json':
        '{ // ours\n "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"], "one": ["./src/one.ts"], }, }, }',
      'src/lib/a.ts': 'export const a = 6',
      'src/one.ts': "export { a as one } from '@lib/a'",
    },
    head: "import { a } from '@lib/a.js'\nimport { one } from 'one'",
    gives: '[a, one]',
  },
  {
    name: 'baseUrl, by way of extends',
    files: {
      'tsconfig.json': '{ "extends": "./config/base" }',
      'config/base.json':
        '{ "compilerOptions": { "baseUrl": "../src", "paths": { "~/*": ["inner/*"] } } }',
      'src/inner/a.ts': 'export const a = 7',
      'src/b.ts': 'export const b = 8',
    },
    head: "import { a } from '~/a'\nimport { b } from 'b'",
    gives: '[a, b]',
  },
  {
    name: 'JSON',
    files: { 'data.json': '{ "x": 1, "y": [2] }' },
    head: "import data, { y } from './data.json'",
    gives: '[data, y]',
  },
  {
    name: 'JSON with attributes',
    files: { 'data.json': '{ "x": 1 }' },
    head: "import data from './data.json' with { type: 'json' }",
    gives: 'data',
  },
  {
    name: 'JSON that is required',
    files: { ...COMMONJS, 'data.json': '{ "x": 1 }' },
    head: "const data = require('./data.json')",
    gives: 'data',
  },
  {
    name: 'a package',
    files: {
      'node_modules/one/package.json':
        '{ "name": "one", "type": "module", "exports": "./main.js" }',
      'node_modules/one/main.js': 'export const one = 1\nexport default 2',
    },
    head: "import two, { one } from 'one'",
    gives: '[one, two]',
  },
  {
    name: 'a package of CommonJS',
    files: {
      'node_modules/two/package.json': '{ "name": "two" }',
      'node_modules/two/index.js': 'exports.two = 2',
    },
    head: "import all, { two } from 'two'",
    gives: '[all.two, two]',
  },
  {
    name: 'what a package compiled to CommonJS exports by default',
    files: {
      ...COMMONJS,
      'node_modules/two/package.json': '{ "name": "two" }',
      'node_modules/two/index.js':
        'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = () => 2',
    },
    head: "import two from 'two'",
    gives: 'two()',
  },
  {
    name: 'a package of TypeScript',
    files: {
      'node_modules/three/package.json':
        '{ "name": "three", "type": "module", "exports": "./main.ts" }',
      'node_modules/three/main.ts': 'export enum E { A = 3 }',
    },
    head: "import { E } from 'three'",
    gives: 'E.A',
  },
  {
    name: 'a file of a package without its ending',
    files: {
      'node_modules/four/package.json': '{ "name": "four" }',
      'node_modules/four/lib/a.js': 'exports.a = 4',
    },
    head: "import { a } from 'four/lib/a'",
    gives: 'a',
  },
  {
    name: 'names of CommonJS next to import',
    files: COMMONJS,
    head: "import { sep } from 'node:path'\nconst { basename } = require('node:path')",
    gives: '[sep, basename(__filename), __dirname.includes(sep)]',
  },
  {
    name: 'import and export as assignments',
    files: { ...COMMONJS, 'lib.ts': 'const x = { a: 1 }\nexport = x' },
    head: "import path = require('node:path')\nimport lib = require('./lib')",
    gives: '[path.sep, lib.a]',
  },
  {
    name: 'a module that CommonJS requires',
    files: { ...COMMONJS, 'lib.mts': 'export const a: number = 3' },
    head: "const { a } = require('./lib.mts')",
    gives: 'a',
  },
  {
    name: 'CommonJS as a whole',
    files: COMMONJS,
    gives: '',
    whole:
      "const lib = require('./lib')\nmodule.exports = { revision: 'aaa', revises: null, upgrade: async (db: any) => { await db.query('give', [JSON.stringify(lib.a)]) } }",
  },
  {
    name: 'types that are exported again',
    files: {
      ...COMMONJS,
      'lib.ts': 'export type T = 1',
      'again.ts': "export { T } from './lib'\nexport const a = 1",
    },
    head: "import { a } from './again'",
    gives: 'a',
  },
  {
    name: 'an import that runs later',
    files: { 'lib.ts': 'export const a: number = 9' },
    gives: "(await import('./lib.js')).a",
  },
  { name: 'await at the top', head: 'const x: number = await Promise.resolve(1)', gives: 'x' },
  {
    name: 'import.meta',
    head: "import { basename } from 'node:path'",
    gives: 'basename(import.meta.filename)',
  },
  {
    name: 'one default export',
    gives: '',
    whole:
      "export default { revision: 'aaa', revises: null, async upgrade(db: any) { await db.query('give', ['1']) } }",
  },
  {
    name: 'modules in a circle',
    files: {
      'a.ts': "import { b } from './b'\nexport const a = () => b",
      'b.ts': "import { a } from './a'\nexport const b: number = 1\nexport const c = () => a()",
    },
    head: "import { c } from './b'",
    gives: 'c()',
  },
  {
    name: 'an error in its code',
    head: 'function f(x: number): never {\n\n  throw new Error("no " + x)\n}',
    gives: 'f(1)',
  },
  {
    name: 'an error behind an enum',
    head: 'enum E { A,\n  B,\n}\nfunction f(): never {\n  throw new TypeError("no " + E.B)\n}',
    gives: 'f()',
  },
  {
    name: 'an error behind parameter properties and a decorator',
    head: 'const d = (f: any, _: any) => f\nclass A { constructor(private x: string) {}\n  @d\n  f() {\n    throw new RangeError(this.x)\n  }\n}',
    gives: "new A('far').f()",
  },
  {
    name: 'an error in another file',
    files: {
      'lib.ts':
        'export namespace N {\n  export let x = 1\n  export const f = () => { throw new Error("lib") }\n}',
    },
    head: "import { N } from './lib'",
    gives: 'N.f()',
  },
  {
    name: 'an error in CommonJS',
    files: COMMONJS,
    head: "import path = require('node:path')\nconst f = (x: any) => {\n  return x.gone.y\n}",
    gives: 'f(path)',
  },
  { name: 'a name that is not there', gives: '(globalThis as any).gone.x' },
  { name: 'text that is no TypeScript', head: 'const a: number = 1\nconst b = = 2', gives: '1' },
  { name: 'an import of no file', head: "import { a } from './gone'", gives: 'a' },
  {
    name: 'an error at the top',
    head: "const a: number = 1\nif (a) throw new Error('top')",
    gives: 'a',
  },
].map(({ files, ...one }) => ({ ...one, files: { ...MODULE, ...files } }))

/** The file stands in a folder below the others. */
export function revisionText({ head = '', gives, whole }: Construct): string {
  const text =
    whole ??
    `${head}
export const revision = 'aaa'
export const revises = null
export async function upgrade(db: { query(text: string, values: unknown[]): Promise<unknown> }) {
  await db.query('give', [JSON.stringify(${gives})])
}
`
  return text.replaceAll("'./", "'../")
}
