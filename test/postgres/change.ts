/** One change by hand to the rich schema, and what verify has to make of it. */
export interface Change {
  readonly sql: string
  /**
   * `missing`, `different` and `fault` shut the gate, and so does `shutting`, an extra object; `warned` is
   * extra, too, and shuts it under --strict alone, as `extra` does, which is reported. `harmless`: not seen.
   */
  readonly found: 'missing' | 'different' | 'fault' | 'shutting' | 'warned' | 'extra' | 'harmless'
  readonly key: string
  /** Of a harmless change, and of one that is not plain. */
  readonly why?: string
  /**
   * A query body whose columns stay the same: on another major version it is reported, because what
   * differs may be the server's spelling.
   */
  readonly bodyOnly?: boolean
}

export function missing(key: string, sql: string): Change {
  return { sql, key, found: 'missing' }
}

export function different(key: string, sql: string): Change {
  return { sql, key, found: 'different' }
}

export function extra(key: string, sql: string): Change {
  return { sql, key, found: 'extra' }
}

export function warned(key: string, sql: string): Change {
  return { sql, key, found: 'warned' }
}

export function shutting(key: string, sql: string, why: string): Change {
  return { sql, key, found: 'shutting', why }
}

/** Nothing that the revisions promise differs by it; `key`: what it is done to. */
export function harmless(key: string, sql: string, why: string): Change {
  return { sql, key, found: 'harmless', why }
}

export function fault(key: string, sql: string): Change {
  return { sql, key, found: 'fault' }
}

export function body(key: string, sql: string): Change {
  return { sql, key, found: 'different', bodyOnly: true }
}
