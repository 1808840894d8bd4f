import type { ExitName } from '../../src/errors/exit-codes.ts'

const FILES = ['revisions'] as const
/** Also `migration`: a role that may not SET ROLE, or may not read the version table. */
const SERVER = ['notReady', 'refused', 'migration'] as const
const EXTENSIONS = ['extensionUnavailable', 'extensionNotPermitted'] as const
const MIGRATE = ['history', 'lock', 'migration', 'migrationRetriable'] as const

/** Any command may meet these: a wrong option, a wrong variable, a signal, a fault of pgate. */
export const ANY_COMMAND: readonly ExitName[] = [
  'open',
  'bug',
  'usage',
  'config',
  'sigint',
  'sigterm',
]

/** What else each command can end with. A test holds the names equal to the commands there are. */
export const COMMAND_EXITS: Readonly<Record<string, readonly ExitName[]>> = {
  gate: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify', 'lint', 'backup'],
  wait: [...FILES, ...SERVER, 'history', 'migrationRetriable', 'verify'],
  extensions: [...SERVER, ...EXTENSIONS, 'lock', 'migrationRetriable', 'backup'],
  upgrade: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'lint', 'backup'],
  lint: [...FILES, ...SERVER, 'migrationRetriable', 'lint'],
  downgrade: [...FILES, ...SERVER, ...MIGRATE, 'backup'],
  rollback: [...FILES, ...SERVER, ...MIGRATE, 'backup'],
  init: FILES,
  verify: [...FILES, ...SERVER, 'history', 'lock', 'migrationRetriable', 'verify'],
  check: [...FILES, ...SERVER, 'history', 'migrationRetriable', 'verify'],
  status: [...FILES, ...SERVER, 'history'],
  manifest: [...FILES, ...SERVER, ...EXTENSIONS, 'migrationRetriable', 'verify'],
  test: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'roundTrip'],
  current: [...FILES, ...SERVER, 'history'],
  history: [...FILES, ...SERVER],
  heads: FILES,
  branches: FILES,
  show: [...FILES, ...SERVER],
  stamp: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify'],
  accept: [...FILES, ...SERVER, ...MIGRATE, 'verify'],
  redo: [...FILES, ...SERVER, ...MIGRATE, 'backup'],
  reset: [...FILES, ...SERVER, ...MIGRATE, 'backup'],
  revision: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify'],
  diff: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify'],
  merge: FILES,
  import: FILES,
  squash: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE],
  baseline: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify'],
  fleet: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify', 'lint', 'backup'],
  sidecar: [...FILES, ...SERVER, ...EXTENSIONS, ...MIGRATE, 'verify', 'lint', 'backup'],
  probe: ['notReady'],
  explain: [],
  completion: [],
}
