import { relative, resolve } from 'node:path'
import { counted } from '../base/words.ts'
import type { Finding } from './finding.ts'
import { countOf } from './lint.ts'

/** For people: where, what, why (once for each rule), what the database says, and the safe way. Pure. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  const explained = new Set<string>()
  return findings.flatMap(({ file, line, column, severity, rule, message, why, safe, facts }) => {
    const isFirst = !explained.has(rule)
    explained.add(rule)
    return [
      `${file}:${line}:${column}: ${severity}: ${rule}: ${message}`,
      ...(isFirst ? [`    ${why}`] : []),
      ...facts.map((fact) => `    The database says: ${fact}.`),
      ...safe.split('\n').map((text) => `        ${text}`),
      '',
    ]
  })
}

/** One line, for a log. Pure. */
export function findingLine({ file, line, rule, message, facts }: Finding): string {
  const known = facts.length === 0 ? '' : ` (${facts.join('; ')})`
  return `${file}:${line}: ${rule}: ${message}${known}`
}

/** `2 errors, 1 warning`; `nothing to report`. Pure. */
export function describeFindings(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = countOf(findings, severity)
    if (count === 0) return []
    return [severity === 'info' ? `${count} for your information` : counted(count, severity)]
  })
  return counts.length === 0 ? 'nothing to report' : counts.join(', ')
}

/**
 * With files as what shows findings in a repository knows them: relative to its root, where they are below
 * it. Pure.
 */
export function withinRepository(findings: readonly Finding[], root: string): readonly Finding[] {
  return findings.map((finding) => {
    const file = relative(root, resolve(root, finding.file))
    return file.startsWith('..') ? finding : { ...finding, file }
  })
}

/**
 * Workflow commands of GitHub, which shows each at its line of a pull request. Pure.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function githubLines(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ file, line, column, severity, rule, message, why, safe, facts }) => {
    const command = severity === 'info' ? 'notice' : severity
    const text = [`${message}. ${why}`, ...facts, safe].join('\n')
    const place = `file=${property(file)},line=${line},col=${column},title=${property(`pgate lint: ${rule}`)}`
    return `::${command} ${place}::${data(text)}`
  })
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
