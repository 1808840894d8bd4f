import { nearest } from '../base/suggest.ts'
import { LINT_RULES } from '../config/choices.ts'
import type { Allow } from './statement.ts'

/** An `allow` line that means nothing, and what to write in its place. */
export interface AllowFault {
  readonly line: number
  readonly message: string
  readonly remedy: string
}

const LINE = /^[^\S\n]*--[^\S\n]*pgate[^\S\n]*:[^\S\n]*allow\b([^\n]*)$/gim

/**
 * The lines `-- pgate: allow <rule>[, <rule>] because <reason>` of a text, each with its 1-based line.
 * What is wrong with one is a fault, and it allows nothing.
 */
export function allowsIn(text: string): {
  readonly allows: readonly Allow[]
  readonly faults: readonly AllowFault[]
} {
  const allows: Allow[] = []
  const faults: AllowFault[] = []
  for (const match of text.matchAll(LINE)) {
    const line = text.slice(0, match.index).split('\n').length
    const [, rest = ''] = match
    const [, names = '', reason = ''] = /^\s*(.*?)(?:\s+because\s+(.*))?$/i.exec(rest.trim()) ?? []
    const rules = names.split(/[\s,]+/).filter(Boolean)
    const unknown = rules.find((name) => !LINT_RULES.some((known) => known === name))
    if (rules.length === 0 || reason === '') {
      faults.push({ line, message: 'an allow line without a reason', remedy: WRITE })
    } else if (unknown !== undefined) {
      const meant = nearest(unknown, LINT_RULES)
      const remedy = meant === undefined ? 'docs/lint.md lists the rules' : `write ${meant}`
      faults.push({ line, message: `there is no rule ${unknown}`, remedy })
    } else allows.push({ line, rules, reason })
  }
  return { allows, faults }
}

const WRITE = '-- pgate: allow <rule> because <reason>'
