import type { StepContext } from '../config/context.ts'

/** Each time that a schema is found to be right: what is extra may be why an application is wrong. */
export function warnOf({ log }: Pick<StepContext, 'log'>, warnings: readonly string[]): void {
  for (const warning of warnings) log.warn('verify.extra', warning)
}
