import { test } from 'vitest'
import { type RevisionFolder, withRevisionFolder } from './revision-folder.ts'

interface Lent {
  /** An empty folder of revisions, removed after the test. */
  readonly folder: RevisionFolder
}

/** `it`, which lends a test the folder of revisions that it takes out of its first argument. */
export const it = test.extend<Lent>({
  folder: async ({ task: _ }, use) => {
    await withRevisionFolder(use)
  },
})
