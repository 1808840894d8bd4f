import type { Command } from './command.ts'
import { accept } from './commands/accept.ts'
import { branches } from './commands/branches.ts'
import { check } from './commands/check.ts'
import { current } from './commands/current.ts'
import { downgrade } from './commands/downgrade.ts'
import { extensions } from './commands/extensions.ts'
import { gate } from './commands/gate.ts'
import { heads } from './commands/heads.ts'
import { history } from './commands/history.ts'
import { importCommand } from './commands/import.ts'
import { manifest } from './commands/manifest.ts'
import { merge } from './commands/merge.ts'
import { reset } from './commands/reset.ts'
import { revision } from './commands/revision.ts'
import { show } from './commands/show.ts'
import { sidecar } from './commands/sidecar.ts'
import { stamp } from './commands/stamp.ts'
import { upgrade } from './commands/upgrade.ts'
import { verify } from './commands/verify.ts'
import { wait } from './commands/wait.ts'

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = Object.freeze([
  gate,
  wait,
  extensions,
  upgrade,
  downgrade,
  verify,
  check,
  manifest,
  current,
  history,
  heads,
  branches,
  show,
  stamp,
  accept,
  reset,
  revision,
  merge,
  importCommand,
  sidecar,
])
