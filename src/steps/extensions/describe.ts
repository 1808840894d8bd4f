import type { ExtensionAction } from './plan.ts'

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
