import type { LogLevel } from './log.ts'
import type { ConnectionTarget } from './postgres/target.ts'

/** What pgate was told, checked and frozen. Only {@link loadConfig} makes one. */
export interface Config {
  /** Absent where no connection variable is set; commands that need one refuse then. */
  readonly connection?: ConnectionTarget
  /** PGATE_ADMIN_URL: the role that creates extensions, where it is another one. */
  readonly adminConnection?: ConnectionTarget
  /** PGATE_ROLE: `SET ROLE` before DDL. */
  readonly role?: string
  readonly migrations: string
  /** `head`, `heads`, or any other target that the command understands. */
  readonly target: string
  readonly schema: string
  readonly versionTable: string
  readonly extensions: readonly DeclaredExtension[]
  readonly waitTimeoutMs: number
  readonly authGraceMs: number
  /** For the whole run; absent: none. */
  readonly deadlineMs?: number
  readonly lockTimeoutMs: number
  readonly ddlLockTimeoutMs: number
  /** Absent: none of ours (the server's own setting stands). */
  readonly statementTimeoutMs?: number
  readonly verify: 'manifest' | 'structure' | 'off'
  readonly ahead: 'refuse' | 'allow'
  readonly logLevel: LogLevel
  readonly logFormat: 'auto' | 'json' | 'pretty'
}

/** `vector>=0.7`, `pg_trgm@extensions`: one entry of PGATE_EXTENSIONS. */
export interface DeclaredExtension {
  readonly name: string
  /** The lowest version that will do; numeric parts separated by dots. */
  readonly floor?: string
  readonly schema?: string
}
