import { apiPage } from './api.ts'
import { commandsPage } from './commands.ts'
import { configurationPage } from './configuration.ts'
import { decisionsPage } from './decisions.ts'
import { exitCodesPage } from './exit-codes.ts'
import { lintPage } from './lint.ts'
import { logsPage } from './logs.ts'
import { reliabilityPage } from './reliability.ts'
import { troubleshootingPage } from './troubleshooting.ts'
import { verifyMatrixPage } from './verify-matrix.ts'

/** The pages that are made of the code, by their path from the root. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/api.md': apiPage,
  'docs/commands.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/decisions/README.md': decisionsPage,
  'docs/exit-codes.md': exitCodesPage,
  'docs/lint.md': lintPage,
  'docs/logs.md': logsPage,
  'docs/reliability.md': reliabilityPage,
  'docs/troubleshooting.md': troubleshootingPage,
  'docs/verify-matrix.md': verifyMatrixPage,
}
