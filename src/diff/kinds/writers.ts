import type { KindWriter } from '../kind-writer.ts'

/** Who writes which kind; of a kind that is not here the difference says that it is not written. */
export const WRITERS: Readonly<Record<string, KindWriter>> = {}
