import type { Finding } from './finding.ts'
import { RULES } from './rules.ts'

/**
 * The findings as a log of SARIF 2.1.0, for what shows findings of many tools in one place. Pure.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifOf(findings: readonly Finding[], version: string): Record<string, unknown> {
  const rules = RULES.map(({ id, severity, why }) => ({
    id,
    shortDescription: { text: id.replaceAll('-', ' ') },
    fullDescription: { text: why },
    defaultConfiguration: { level: levelOf(severity) },
  }))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pgate', semanticVersion: version, rules } },
        columnKind: 'unicodeCodePoints',
        results: findings.map(resultOf),
      },
    ],
  }
}

function resultOf({ rule, severity, file, line, column, message, why, safe, facts }: Finding) {
  const ruleIndex = RULES.findIndex(({ id }) => id === rule)
  return {
    ruleId: rule,
    ...(ruleIndex !== -1 && { ruleIndex }),
    level: levelOf(severity),
    message: { text: [`${message}. ${why}`, ...facts, safe].join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  }
}

function levelOf(severity: Finding['severity']): 'error' | 'warning' | 'note' {
  return severity === 'info' ? 'note' : severity
}
