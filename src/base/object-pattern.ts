/**
 * Patterns on the keys of objects (`index public.t_*`), as PGATE_UNPROMISED and the header of a
 * revision have them. `*` stands for any characters, none too; everything else for itself, and the
 * whole key has to fit. One without a kind means every kind.
 */

/** The patterns of a comma-separated list; a comma within parentheses separates types. */
export function splitPatterns(text: string): readonly string[] {
  if (text.trim() === '') return []
  return text.split(/,(?![^()]*\))/).map((pattern) => pattern.trim())
}

/** What is wrong with a pattern, as the end of a sentence; undefined where nothing is. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'is empty'
  return /^[*\s.]*$/.test(pattern) ? 'leaves out everything' : undefined
}

/**
 * Whether a key fits.
 *
 * @example fitsPattern('public.tmp_*', 'table public.tmp_1') // true
 */
export function fitsPattern(pattern: string, key: string): boolean {
  const whole = pattern.includes(' ') ? pattern : `* ${pattern}`
  const source = whole.split('*').map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`, 's').test(key)
}
