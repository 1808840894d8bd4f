import { inject } from 'vitest'

/** How large a test is: `sample` in every run, `whole` in the `long` project (`npm run test:long`). */
export function sized<T>({ sample, whole }: { readonly sample: T; readonly whole: T }): T {
  return inject('long') ? whole : sample
}

/** Of a list, a part of its own in every run, so that `of` parts hold it once; all where it is long. */
export function share<T>(
  all: readonly T[],
  { part, of }: { readonly part: number; readonly of: number },
): readonly T[] {
  return sized({ sample: all.filter((_, index) => index % of === part), whole: all })
}
