import { EXIT_CODES, type ExitCodeEntry } from '../../src/errors/exit-codes.ts'
import { FAILURES } from '../../src/errors/failures.ts'
import { ANY_COMMAND, COMMAND_EXITS } from './command-exits.ts'
import { next, page, table, wrap, writtenFrom } from './markdown.ts'
import { failureCodes, linkToCode } from './troubleshooting.ts'

/** docs/exit-codes.md: the public contract, and what orchestrators make of it. */
export function exitCodesPage(): string {
  return page([
    '# Exit codes',
    writtenFrom('src/errors/exit-codes.ts'),
    wrap(
      'The exit code is the verdict: 0 opens the gate, anything else keeps it shut. The numbers are a public contract. *Retriable* means that the same call may succeed later without a human. From 20 on the numbers keep clear of those that Node.js (1 to 14), Docker (125 to 127) and signals (128 and more) use for themselves.',
    ),
    table(
      ['code', 'name', 'retriable', 'meaning', 'what to do'],
      Object.entries(EXIT_CODES).map(([name, entry]) => row(name, entry)),
    ),
    '## The errors behind each code',
    Object.values(EXIT_CODES).flatMap(errorsBehind).join('\n'),
    '## In Kubernetes',
    wrap(
      'A Job that migrates need not try again what cannot succeed. This policy fails it at once for the permanent codes, does not count a pod that was evicted, and leaves the retriable codes to `backoffLimit`:',
    ),
    podFailurePolicy(),
    wrap(
      'An init container knows no such policy: the kubelet runs it again with a growing pause, whatever the code. A gate that stays shut for good is then to be seen in the termination message (`kubectl describe pod`).',
    ),
    '## In compose',
    wrap(
      'With `depends_on: {migrate: {condition: service_completed_successfully}}` the application starts after a 0 and after nothing else. `restart: on-failure:3` on the gate tries again after every other code, the permanent ones too: a number keeps that bounded.',
    ),
    next(
      '[Troubleshooting](troubleshooting.md): what each error code prints, its causes, and what to do',
      '[Kubernetes](kubernetes.md): manifests that follow these codes',
    ),
  ])
}

/** The codes of a gate, other than 0, that the same call will meet again. */
export function permanentCodes(): readonly number[] {
  const ofGate = new Set<string>([...ANY_COMMAND, ...(COMMAND_EXITS.gate ?? [])])
  return Object.entries(EXIT_CODES)
    .filter(([name, { retriable }]) => retriable === false && ofGate.has(name))
    .map(([, { number }]) => number)
}

/** The name of an exit code as people read it: `not ready`. */
export function exitWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function row(name: string, entry: ExitCodeEntry): readonly string[] {
  const again = entry.retriable === null ? '' : entry.retriable ? 'yes' : 'no'
  return [String(entry.number), exitWords(name), again, entry.meaning, entry.remedy]
}

function errorsBehind(entry: ExitCodeEntry): readonly string[] {
  const codes = failureCodes().filter((code) => EXIT_CODES[FAILURES[code].exit] === entry)
  const links = codes.map(linkToCode)
  return links.length === 0 ? [] : [`- ${wrap(`${entry.number}: ${links.join(', ')}`, 2)}`]
}

function podFailurePolicy(): string {
  return `\`\`\`yaml
spec:
  backoffLimit: 6
  podFailurePolicy:
    rules:
      - action: FailJob
        onExitCodes:
          containerName: pgate
          operator: In
          values: [${permanentCodes().join(', ')}]
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
  template:
    spec:
      restartPolicy: Never
\`\`\``
}
