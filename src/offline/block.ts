import { quoteLiteral } from '../postgres/sql/identifier.ts'

/**
 * A DO block: procedural SQL as one statement, which happens wholly or not at all. The tag of its
 * quotes is one that the body does not hold. Psql replaces no variables in it.
 *
 * @example doBlock(['perform 1;']) // do $pgate$\nbegin\n  perform 1;\nend\n$pgate$;
 */
export function doBlock(body: readonly string[], declarations: readonly string[] = []): string {
  const text = [
    ...(declarations.length === 0 ? [] : ['declare', ...indented(declarations)]),
    'begin',
    ...indented(body),
    'end',
  ].join('\n')
  const tag = freeTag(text)
  return `do ${tag}\n${text}\n${tag};`
}

/** `raise exception` with a text that is not a format. */
export function raise(message: string, hint: string): string {
  return `raise exception using message = ${message}, hint = ${hint};`
}

/** Lines inside `if … then`. */
export function when(condition: string, then: readonly string[]): readonly string[] {
  return [`if ${condition} then`, ...indented(then), 'end if;']
}

/** `array['a', 'b']::pg_catalog.text[]` */
export function textArray(values: readonly string[]): string {
  return `array[${values.map(quoteLiteral).join(', ')}]::pg_catalog.text[]`
}

/** A text over several lines may be a literal: only whole entries are moved, not their lines. */
function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}

function freeTag(text: string): string {
  for (let tag = '$pgate$'; ; tag = `${tag.slice(0, -1)}_$`) if (!text.includes(tag)) return tag
}
