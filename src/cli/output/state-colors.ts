import { styleText } from 'node:util'
import type { Stream, StyledLine } from '../command.ts'
import { indented } from './terminal.ts'

const COLORS = {
  applied: 'green',
  pending: 'yellow',
  waiting: 'cyan',
  unknown: 'red',
  failed: 'red',
  open: 'green',
  apply: 'yellow',
  start: 'yellow',
  shut: 'red',
} as const

/** Each state, and what a gate would do, in its color. */
export function stateColored(line: string, { hasColors }: Stream): string | StyledLine {
  if (!hasColors) return line
  const styled = indented(line).replace(STATE, (all, before: string, word: keyof typeof COLORS) => {
    return before + styleText(COLORS[word], all.slice(before.length), { validateStream: false })
  })
  return { styled }
}

const STATE =
  /^( {2}|A gate would )(applied|pending|waiting|unknown|failed|open|apply|start|shut)\b/
