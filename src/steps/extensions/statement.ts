import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { CreateExtension, ExtensionAction } from './plan.ts'

/**
 * An action as SQL, to be run or pasted as one: a missing schema comes first, and both of them
 * happen or none.
 *
 * @example statementFor(action) // create extension "vector";
 */
export function statementFor(action: ExtensionAction): string {
  const name = quoteIdentifier(action.name)
  if (action.kind === 'update') {
    return `alter extension ${name} update to ${quoteLiteral(action.to)};`
  }
  return `${schemaStatement(action)}${createStatement(action, name)};`
}

function createStatement(action: CreateExtension, name: string): string {
  return [
    `create extension ${name}`,
    ...(action.schema === undefined ? [] : [`schema ${quoteIdentifier(action.schema)}`]),
    ...(action.version === undefined ? [] : [`version ${quoteLiteral(action.version)}`]),
    ...(action.cascade ? ['cascade'] : []),
  ].join(' ')
}

/** Asks for CREATE on the database even where the schema exists, so only where it is missing. */
function schemaStatement({ createsSchema, schema }: CreateExtension): string {
  if (!createsSchema || schema === undefined) return ''
  return `create schema if not exists ${quoteIdentifier(schema)}; `
}

/** One action in a few words. */
export function describeAction(action: ExtensionAction): string {
  const { name } = action
  if (action.kind === 'update') return `update ${name} from ${action.from} to ${action.to}`
  const version = action.version === undefined ? '' : ` ${action.version}`
  const where = action.createsSchema ? `the new schema ${action.schema}` : `schema ${action.schema}`
  const schema = action.schema === undefined ? '' : ` in ${where}`
  const brings = action.brings.length === 0 ? '' : ` together with ${action.brings.join(', ')}`
  return `create ${name}${version}${schema}${brings}`
}
