import type { Command as Commander } from 'commander'
import type { CommonOptions } from '../command.ts'

export interface VerboseOptions extends CommonOptions {
  readonly verbose?: boolean
}

/** `--verbose`, of the commands that show revisions. */
export function declareVerbose(commander: Commander): void {
  commander.option('-v, --verbose', 'the long form: file, parents, labels, date and message')
}
