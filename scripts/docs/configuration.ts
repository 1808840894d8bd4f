import { GROUPS, KINDS, type Variable } from '../../src/config/variable.ts'
import { isSecret, optionFlag, twinName, VARIABLES } from '../../src/config/variables.ts'
import { next, page, table, wrap, writtenFrom } from './markdown.ts'

const RULES = [
  'An option of the command line overrides its variable, and the variable its default. `--database-url` overrides every connection variable.',
  'A variable that holds a secret or a URL has a twin that names a file holding the value: `DATABASE_URL_FILE=/run/secrets/database_url`. One line ending at the end of the file is dropped. A variable and its twin both set is an error, and so is a file that is empty, cannot be read, or may be written by everybody (`chmod o-w`). That others may read it is let pass, as secrets are mounted so; and so is its group, which under umask 002 is its owner alone.',
  'An empty variable counts as unset. `PGATE_EXTENSIONS` is the exception: set but empty it means none.',
  'White space around a value is dropped, save for secrets and URLs.',
  'A duration is a number with a unit (`500ms`, `30s`, `5m`, `1h`); a bare number is seconds. None may be longer than 24 days.',
  'A name (schema, table, role) is written as the server stores it, without quotes.',
  'An unknown name that begins with `PGATE_` is an error that names the nearest known one. What Kubernetes adds for a Service (`PGATE_SERVICE_HOST`, `PGATE_PORT` and so on) is let pass.',
  'All problems are reported at once, with exit code 20. The value of a secret or a URL is never shown.',
]

const PRECEDENCE = [
  '`--database-url`',
  '`DATABASE_URL`',
  '`DATABASE__URL`',
  '`DB_HOST`, `DB_PORT`, `DB_NAME`, `DB_USER` and `DB_PASSWORD`, where the host, the name or the user is set',
  "libpq's `PG*`, where `PGHOST`, `PGDATABASE` or `PGUSER` is set",
]

/** docs/configuration.md: every variable, by group. */
export function configurationPage(): string {
  return page([
    '# Configuration',
    writtenFrom('src/config/variables.ts'),
    wrap(
      'pgate is configured by environment variables. Most have an option of the same name that overrides them for one call.',
    ),
    RULES.map((rule) => `- ${wrap(rule, 2)}`).join('\n'),
    '## Which connection',
    'The first of these that is set:',
    PRECEDENCE.map((rule, index) => `${index + 1}. ${wrap(rule, 3)}`).join('\n'),
    wrap(
      "What the chosen one does not say (a password, an sslmode, a certificate) is taken from libpq's variables, as `psql` does.",
    ),
    '## All at a glance',
    table(['variable', 'default', 'option'], VARIABLES.map(glance)),
    ...Object.entries(GROUPS).flatMap(([group, title]) => [
      `## ${title}`,
      ...VARIABLES.filter((variable) => variable.group === group).flatMap(section),
    ]),
    next(
      '[Security](security.md): secrets in files, roles, TLS',
      '[Commands](commands.md): which command takes which option',
    ),
  ])
}

function glance(variable: Variable): readonly string[] {
  const { name, option } = variable
  const link = `[\`${name}\`](#${name.toLowerCase()})`
  return [link, fallback(variable), option === undefined ? '' : `\`${optionFlag(option)}\``]
}

function section(variable: Variable): readonly string[] {
  const { name, option } = variable
  const facts = [
    `Value: ${value(variable)}`,
    `Default: ${fallback(variable)}`,
    ...(isSecret(variable) ? [`From a file: \`${twinName(name)}\``] : []),
    ...(option === undefined ? [] : [`Option: \`${optionFlag(option)}\``]),
    `Example: \`${name}=${variable.example}\``,
  ]
  const list = facts.map((fact) => `- ${wrap(fact, 2)}`).join('\n')
  return [`### ${name}`, wrap(variable.doc), list]
}

function value({ kind, words }: Variable): string {
  if (words === undefined) return KINDS[kind].label
  return words.map((word) => `\`${word}\``).join(', ')
}

function fallback(variable: Variable): string {
  return variable.default === undefined ? (variable.otherwise ?? 'none') : `\`${variable.default}\``
}
