import { CONNECTION_VARIABLES } from './connection-variables.ts'
import { FLEET_VARIABLES } from './fleet-variables.ts'
import { GATE_VARIABLES } from './gate-variables.ts'
import { REPORT_VARIABLES } from './report-variables.ts'
import { TIME_VARIABLES } from './time-variables.ts'
import { KINDS, type Variable } from './variable.ts'

/** Every variable pgate reads, in the order of the docs. Nothing else is read, nothing else known. */
export const VARIABLES = [
  ...CONNECTION_VARIABLES,
  ...GATE_VARIABLES,
  ...TIME_VARIABLES,
  ...REPORT_VARIABLES,
  ...FLEET_VARIABLES,
] as const

export type VariableName = (typeof VARIABLES)[number]['name']

type OptionName = Extract<(typeof VARIABLES)[number], { readonly option: string }>['option']

/** Options of the command line as they were typed; each overrides the variable of its name. */
export type ConfigOptions = { readonly [Name in OptionName]?: string | undefined }

const BY_NAME: ReadonlyMap<string, Variable> = new Map(
  VARIABLES.map((variable): [string, Variable] => [variable.name, variable]),
)

/** The table's entry for the name; undefined only where the table has none. */
export function findVariable(name: VariableName): Variable
export function findVariable(name: string): Variable | undefined
export function findVariable(name: string): Variable | undefined {
  return BY_NAME.get(name)
}

/** True where it holds a secret or a URL: it is then never shown, and has a `_FILE` twin. */
export function isSecret(variable: Variable): boolean {
  return KINDS[variable.kind].secret
}

/** The variable that names a file holding the value, as Docker's secrets have it. */
export function twinName(name: string): string {
  return `${name}_FILE`
}

/** The option as it is typed: `--wait-timeout` for `waitTimeout`. */
export function optionFlag(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
