import { commandsPage } from './commands.ts'
import { configurationPage } from './configuration.ts'
import { decisionsPage } from './decisions.ts'
import { errorsPage } from './errors.ts'
import { exitCodesPage } from './exit-codes.ts'
import { reliabilityPage } from './reliability.ts'
import { verifyMatrixPage } from './verify-matrix.ts'

/** The pages that are made of the code, by their path from the root. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/commands.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/decisions/README.md': decisionsPage,
  'docs/exit-codes.md': exitCodesPage,
  'docs/errors.md': errorsPage,
  'docs/reliability.md': reliabilityPage,
  'docs/verify-matrix.md': verifyMatrixPage,
}
