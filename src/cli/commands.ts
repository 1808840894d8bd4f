import type { Command } from './command.ts'
import { check } from './commands/check.ts'
import { current } from './commands/current.ts'
import { extensions } from './commands/extensions.ts'
import { gate } from './commands/gate.ts'
import { heads } from './commands/heads.ts'
import { history } from './commands/history.ts'
import { manifest } from './commands/manifest.ts'
import { upgrade } from './commands/upgrade.ts'
import { verify } from './commands/verify.ts'
import { wait } from './commands/wait.ts'

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = Object.freeze([
  gate,
  wait,
  extensions,
  upgrade,
  verify,
  check,
  manifest,
  current,
  history,
  heads,
])
