import { CONNECTION_FAULTS } from './connection-faults.ts'
import type { Fault } from './fault.ts'
import { SERVER_FAULTS } from './server-faults.ts'
import { SURROUNDING_FAULTS } from './surrounding-faults.ts'
import { WAIT_FAULTS } from './wait-faults.ts'

/** Every fault that is tested, by the headings of docs/reliability.md. */
export const FAULTS: Readonly<Record<string, Readonly<Record<string, Fault>>>> = {
  'Before the gate is in': WAIT_FAULTS,
  'The connection': CONNECTION_FAULTS,
  'The server': SERVER_FAULTS,
  'Around pgate': SURROUNDING_FAULTS,
}
