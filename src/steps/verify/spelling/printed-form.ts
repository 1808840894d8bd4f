import type { ObjectKind } from '../../../catalog/object-key.ts'

/**
 * What a definition's text is, where the server prints it out of a parse tree of its own and
 * another major version may therefore spell it otherwise.
 */
export type PrintedForm =
  | 'expression'
  | 'constraint'
  | 'statement'
  | 'query'
  | 'sql body'
  | 'arguments'
  | 'partition key'
  | 'bounds'

const FORMS: Readonly<Partial<Record<ObjectKind, Readonly<Record<string, PrintedForm>>>>> = {
  table: { partitionKey: 'partition key', bounds: 'bounds' },
  column: { default: 'expression', generated: 'expression' },
  domain: { default: 'expression' },
  constraint: { definition: 'constraint' },
  index: { definition: 'statement' },
  statistics: { definition: 'statement' },
  trigger: { definition: 'statement' },
  rule: { definition: 'query' },
  policy: { using: 'expression', check: 'expression' },
  view: { definition: 'query' },
  'materialized view': { definition: 'query' },
  function: { arguments: 'arguments', sqlBody: 'sql body' },
  procedure: { arguments: 'arguments', sqlBody: 'sql body' },
  aggregate: { arguments: 'arguments' },
  'published table': { where: 'expression' },
}

/** The form of one field of one kind of object; undefined where every server has the same text. */
export function printedForm(kind: ObjectKind, field: string): PrintedForm | undefined {
  const forms = FORMS[kind] ?? {}
  return Object.hasOwn(forms, field) ? forms[field] : undefined
}

/**
 * True for the bodies that servers print most freely: where two majors' parse trees of one differ,
 * it may be spelling alone.
 */
export function isQueryBody(form: PrintedForm): boolean {
  return form === 'query' || form === 'sql body'
}

/** The text as a whole statement, which is all that the parser takes. */
export function asStatement(form: PrintedForm, text: string): string {
  switch (form) {
    case 'statement':
    case 'query':
      return text
    case 'expression':
      return `select ${text}`
    case 'constraint':
      return `alter table t add ${text}`
    case 'sql body':
      return `create function f() returns integer language sql ${text}`
    case 'arguments':
      return `create function f(${text}) returns integer language sql as ''`
    case 'partition key':
      return `create table t () partition by ${text}`
    case 'bounds':
      return `create table t partition of p ${text}`
  }
}
