/** The groups of variables, in the order in which docs/configuration.md shows them. */
export const GROUPS = {
  url: 'Connection by URL',
  parts: 'Connection by parts',
  libpq: "Connection by libpq's variables",
  roles: 'Other roles',
  revisions: 'Revisions and schema',
  times: 'Times',
  verdict: 'The verdict',
  logs: 'Logs',
  sidecar: 'The sidecar',
  fleet: 'Fleets',
} as const

/** What a value may be: the words of the docs, and which kinds are never shown. */
export const KINDS = {
  url: { label: 'URL', secret: true },
  password: { label: 'text', secret: true },
  text: { label: 'text', secret: false },
  port: { label: 'port, 1 to 65535', secret: false },
  identifier: { label: 'name, 1 to 63 bytes', secret: false },
  schema: { label: "name of a schema that is not the system's, 1 to 63 bytes", secret: false },
  table: { label: 'name without schema, 1 to 63 bytes', secret: false },
  extensions: { label: 'comma-separated list', secret: false },
  command: { label: 'words, or a JSON array of them', secret: false },
  paths: { label: 'comma-separated list of paths', secret: false },
  patterns: { label: 'comma-separated list', secret: false },
  rules: { label: 'comma-separated list of rules', secret: false },
  duration: { label: 'duration above 0', secret: false },
  durationOrZero: { label: 'duration, 0 and above', secret: false },
  durationOrNone: { label: 'duration above 0, or `none`', secret: false },
  rows: { label: 'whole number, 1 to 1,000,000', secret: false },
  count: { label: 'whole number, 1 and above', secret: false },
  countOrNone: { label: 'whole number above 0, or `none`', secret: false },
  index: { label: 'whole number, 0 and above', secret: false },
  words: { label: 'one of a few words', secret: false },
  listen: { label: '`address:port`', secret: false },
  hosts: { label: 'comma-separated list', secret: false },
} as const

/** One environment variable: everything that the code, the errors and the docs say of it. */
export interface Variable {
  readonly name: string
  readonly group: keyof typeof GROUPS
  readonly kind: keyof typeof KINDS
  /** Allowed values of the kind `words`. */
  readonly words?: readonly string[]
  /** As one would write it; absent: no value is as good as any. */
  readonly default?: string
  /** What stands in for it where there is no default to write. */
  readonly otherwise?: string
  readonly example: string
  /** The command-line option that overrides it, in camel case. */
  readonly option?: string
  /** One or more sentences, in Markdown. */
  readonly doc: string
}
