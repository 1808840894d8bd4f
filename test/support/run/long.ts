import { inject } from 'vitest'

/** How large a test is: `sample` in every run, `whole` in the `long` project (`npm run test:long`). */
export function sized<T>({ sample, whole }: { readonly sample: T; readonly whole: T }): T {
  return inject('long') ? whole : sample
}

/** Of a list, each part's share in every run, so that `of` parts go through it once; else all. */
export function share<T>(
  all: readonly T[],
  { part, of }: { readonly part: number; readonly of: number },
): readonly T[] {
  return sized({ sample: all.filter((_, index) => index % of === part), whole: all })
}
