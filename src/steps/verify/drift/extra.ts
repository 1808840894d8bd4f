import {
  type CatalogObjects,
  type Definition,
  holderOf,
  type ObjectKind,
  parseKey,
} from '../../../catalog/object-key.ts'

/**
 * What an object means that nothing promises. `shuts`: it takes away what is promised. `warns`: it
 * changes what something promised accepts or shows. `harmless`: neither.
 */
export type ExtraImpact = 'shuts' | 'warns' | 'harmless'

const HOLDERS = [
  'table',
  'foreign table',
  'partition',
  'view',
  'materialized view',
  'domain',
] as const

/** These decide about rows of what they hang on, whatever they say. */
const DECIDING: ReadonlySet<ObjectKind> = new Set(['policy', 'constraint', 'trigger', 'rule'])

const ROUTINES = ['function', 'procedure', 'aggregate'] as const

/**
 * What an extra object means for a schema that promises `expected`. Pure.
 * @see docs/verify-matrix.md for each kind of object
 */
export function extraImpact(key: string, found: Definition, expected: CatalogObjects): ExtraImpact {
  const { kind, name = '' } = parseKey(key) ?? {}
  if (kind === 'revoke') return revokeImpact(found, expected)
  const holder = holderOf(key, found)
  const hangs = HOLDERS.some((one) => expected.has(`${one} ${holder}`))
  return kind !== undefined && changes(kind, { name, found, hangs, expected })
    ? 'warns'
    : 'harmless'
}

interface Extra {
  readonly name: string
  readonly found: Definition
  /** It hangs on a table, view or domain that is promised. */
  readonly hangs: boolean
  readonly expected: CatalogObjects
}

function changes(kind: ObjectKind, { name, found, hangs, expected }: Extra): boolean {
  if (DECIDING.has(kind)) return hangs
  switch (kind) {
    case 'index':
      return hangs && String(found.definition).startsWith('CREATE UNIQUE ')
    case 'column':
      return (
        hangs &&
        found.nullable === false &&
        !['default', 'generated', 'identity'].some((field) => field in found)
      )
    case 'table':
    case 'foreign table':
      return (
        Array.isArray(found.inherits) &&
        found.inherits.some((parent) => expected.has(`table ${parent}`))
      )
    case 'function':
    case 'procedure':
    case 'aggregate':
      return isOverload(name, ROUTINES, expected)
    case 'operator':
      return isOverload(name, ['operator'], expected)
    case 'cast':
      return found.context !== 'explicit'
    case 'event trigger':
      return found.event === 'login'
    default:
      return false
  }
}

/** A call that one promised routine takes may go to the other, or be ambiguous. */
function isOverload(name: string, kinds: readonly ObjectKind[], expected: CatalogObjects): boolean {
  const called = name.slice(0, name.indexOf('(') + 1)
  const starts = kinds.map((kind) => `${kind} ${called}`)
  return [...expected.keys()].some((key) => starts.some((start) => key.startsWith(start)))
}

/** A database is hardened by its administrator, schemas too; what is in them is the revisions'. */
function revokeImpact({ on, byDefault }: Definition, expected: CatalogObjects): ExtraImpact {
  if (byDefault === true || typeof on !== 'string' || !expected.has(on)) return 'harmless'
  return on.startsWith('schema ') ? 'warns' : 'shuts'
}
