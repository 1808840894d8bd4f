/** A migration file of another tool: whose it is, and what to change. */
interface ForeignFormat {
  readonly tool: string
  readonly change: string
}

const BY_TEXT: readonly (ForeignFormat & { readonly mark: RegExp })[] = [
  {
    tool: 'dbmate',
    mark: /^--[ \t]*migrate:(?:up|down)\b/im,
    change:
      'change `-- migrate:up` to `-- pgate: upgrade` and `-- migrate:down` to `-- pgate: downgrade`',
  },
  {
    tool: 'goose',
    mark: /^--[ \t]*\+goose[ \t]/im,
    change:
      'change `-- +goose Up` to `-- pgate: upgrade` and `-- +goose Down` to `-- pgate: downgrade`, drop the StatementBegin and StatementEnd lines',
  },
  {
    tool: 'sql-migrate',
    mark: /^--[ \t]*\+migrate[ \t]/im,
    change:
      'change `-- +migrate Up` to `-- pgate: upgrade` and `-- +migrate Down` to `-- pgate: downgrade`',
  },
  {
    tool: 'alembic --sql',
    mark: /^--[ \t]*Running (?:upgrade|downgrade) /m,
    change: 'let `pgate import alembic` make one revision file for each of its revisions',
  },
]

const BY_NAME: readonly (ForeignFormat & { readonly mark: RegExp })[] = [
  {
    tool: 'golang-migrate',
    mark: /\.(?:up|down)\.sql$/i,
    change:
      'put the .up.sql below `-- pgate: upgrade` and the .down.sql below `-- pgate: downgrade` of one file',
  },
  {
    tool: 'Flyway',
    mark: /^[VUR][\d._]*__.+\.sql$/,
    change: 'put the SQL below `-- pgate: upgrade`',
  },
]

/** The tool whose format a file without our header has, as far as text and name say. */
export function foreignFormat(name: string, text: string): ForeignFormat | undefined {
  return BY_TEXT.find(({ mark }) => mark.test(text)) ?? BY_NAME.find(({ mark }) => mark.test(name))
}
