import { nearest } from '../base/suggest.ts'
import type { ConfigProblem } from './config.ts'
import { findVariable, isSecret, twinName, VARIABLES } from './variables.ts'

const PREFIX = 'PGATE_'

/**
 * The names that begin with `PGATE_` and mean nothing: each with the nearest one that does. A
 * setting that is quietly ignored would be found out in the worst hour.
 */
export function unknownVariables(names: readonly string[]): readonly ConfigProblem[] {
  const services = servicePrefixes(names)
  return names
    .filter((name) => name.startsWith(PREFIX) && !isKnown(name))
    .filter((name) => !services.some((prefix) => isServiceLink(name, prefix)))
    .sort()
    .map((name) => ({ variable: name, message: explain(name) }))
}

function knownNames(): readonly string[] {
  return VARIABLES.filter(({ name }) => name.startsWith(PREFIX)).flatMap((variable) =>
    isSecret(variable) ? [variable.name, twinName(variable.name)] : [variable.name],
  )
}

function withoutPrefix(name: string): string {
  return name.slice(PREFIX.length)
}

function isKnown(name: string): boolean {
  return knownNames().includes(name)
}

function explain(name: string): string {
  const stem = findVariable(name.replace(/_FILE$/, ''))
  if (stem !== undefined) return `${stem.name} holds no secret and has no _FILE twin`
  // The prefix is in every name: slips are counted over what follows it.
  const meant = nearest(withoutPrefix(name), knownNames().map(withoutPrefix))
  return meant === undefined ? 'pgate has no such variable' : `did you mean ${PREFIX}${meant}?`
}

/**
 * In Kubernetes a Service called `pgate` (or `pgate-metrics`) gives every pod of its namespace
 * PGATE_SERVICE_HOST, PGATE_PORT and more, which nobody wrote and nobody can remove.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function servicePrefixes(names: readonly string[]): readonly string[] {
  const ending = '_SERVICE_HOST'
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length))
}

function isServiceLink(name: string, prefix: string): boolean {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return /^_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_\w+)?)$/.test(rest)
}
