import type { CommandEntry } from './command.ts'

/** Every command, in the order in which help lists them; its file is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = Object.freeze([
  {
    name: 'gate',
    summary: 'wait, set up extensions, migrate and verify; the exit code is the verdict (default)',
    kind: 'act',
    load: async () => (await import('./commands/gate.ts')).gate,
  },
  {
    name: 'wait',
    summary: 'wait for a usable server, or (--for head) until another gate has migrated it',
    kind: 'act',
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  {
    name: 'extensions',
    summary: 'create or update the declared extensions, and nothing else',
    kind: 'act',
    load: async () => (await import('./commands/extensions.ts')).extensions,
  },
  {
    name: 'upgrade',
    takes: '[target]',
    summary: 'apply pending revisions up to a target (head, heads, +N, a revision)',
    kind: 'act',
    load: async () => (await import('./commands/upgrade.ts')).upgrade,
  },
  {
    name: 'downgrade',
    takes: '<target>',
    summary: 'downgrade to a target (base, -N, a revision)',
    kind: 'act',
    load: async () => (await import('./commands/downgrade.ts')).downgrade,
  },
  {
    name: 'verify',
    summary: 'compare the live schema with the manifest',
    kind: 'act',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'check',
    summary: 'fail where revisions are pending or edited, heads are several, or the schema drifted',
    kind: 'act',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'lint',
    takes: '[revisions...]',
    summary: 'find what locks, fails or loses something in production, before it is deployed',
    kind: 'act',
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  {
    name: 'status',
    aliases: ['info'],
    summary: 'show where the database is, what is pending, and what a gate would do',
    kind: 'query',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'manifest',
    summary: 'write manifest.json, the schema that the revisions promise; or check that it is true',
    kind: 'act',
    load: async () => (await import('./commands/manifest.ts')).manifest,
  },
  {
    name: 'test',
    takes: '[revisions]',
    summary: 'take pending revisions up, down and up again in a throwaway database, and compare',
    kind: 'act',
    load: async () => (await import('./commands/test.ts')).test,
  },
  {
    name: 'current',
    summary: 'show the revisions that the database is at',
    kind: 'query',
    load: async () => (await import('./commands/current.ts')).current,
  },
  {
    name: 'history',
    summary: 'list the revision files, newest first',
    kind: 'query',
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'heads',
    summary: 'show the heads of the revision files',
    kind: 'query',
    load: async () => (await import('./commands/heads.ts')).heads,
  },
  {
    name: 'branches',
    summary: 'show the branch points: revisions that several others revise',
    kind: 'query',
    load: async () => (await import('./commands/branches.ts')).branches,
  },
  {
    name: 'show',
    takes: '<revision>',
    summary: 'show a revision: file, parents, date, message, checksum and SQL',
    kind: 'query',
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'stamp',
    takes: '<targets...>',
    summary: 'set the version without running; the schema is verified against it first',
    kind: 'act',
    load: async () => (await import('./commands/stamp.ts')).stamp,
  },
  {
    name: 'accept',
    takes: '<revisions...>',
    summary:
      'take over the checksum of an edited file whose revision is applied and means the same',
    kind: 'act',
    load: async () => (await import('./commands/accept.ts')).accept,
  },
  {
    name: 'redo',
    takes: '[revisions]',
    summary: 'downgrade and apply again the newest revision, -N, or one and all after it',
    kind: 'act',
    load: async () => (await import('./commands/redo.ts')).redo,
  },
  {
    name: 'reset',
    summary: 'downgrade to base; asks, or needs --yes',
    kind: 'act',
    load: async () => (await import('./commands/downgrade.ts')).reset,
  },
  {
    name: 'revision',
    aliases: ['create'],
    summary: 'write a new revision file and print its path',
    kind: 'query',
    load: async () => (await import('./commands/revision.ts')).revision,
  },
  {
    name: 'diff',
    summary: 'print the SQL from one schema to another: live, a revision, models, a file, a URL',
    kind: 'query',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'merge',
    takes: '<revisions...>',
    summary: 'write a revision that joins several heads, and print its path',
    kind: 'query',
    load: async () => (await import('./commands/merge.ts')).merge,
  },
  {
    name: 'import',
    takes: '<tool> [folder]',
    summary: "turn another tool's revisions into revision files, once and for all",
    kind: 'act',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'squash',
    takes: '<range>',
    summary: 'make one revision of many, proved to be equal, and remove their files',
    kind: 'act',
    load: async () => (await import('./commands/squash.ts')).squash,
  },
  {
    name: 'baseline',
    summary: 'make one revision file of what pg_dump --schema-only writes of a database',
    kind: 'act',
    load: async () => (await import('./commands/baseline.ts')).baseline,
  },
  {
    name: 'sidecar',
    summary: 'run the gate, then stay: verify again and again, and answer over HTTP',
    kind: 'act',
    load: async () => (await import('./commands/sidecar.ts')).sidecar,
  },
])

/** The command of that name, or whose alias it is. */
export function commandNamed(wanted: string): CommandEntry | undefined {
  return COMMANDS.find(({ name, aliases = [] }) => [name, ...aliases].includes(wanted))
}
