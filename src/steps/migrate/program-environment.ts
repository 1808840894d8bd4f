import type { StepContext } from '../../config/context.ts'
import { urlOfTarget } from '../../postgres/connect/url-of-target.ts'

/**
 * The environment of a program that migrates: pgate's own, and DATABASE_URL as pgate itself understands
 * its settings where there is none.
 */
export function programEnvironment({
  environment = {},
  config: { connection },
}: Pick<StepContext, 'environment' | 'config'>): NodeJS.ProcessEnv {
  if (environment.DATABASE_URL || connection === undefined) return { ...environment }
  return { ...environment, DATABASE_URL: urlOfTarget(connection) }
}
