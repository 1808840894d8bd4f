import { LOG_LEVELS } from '../base/log.ts'
import { LOG_FORMATS } from './choices.ts'
import type { Variable } from './variable.ts'

export const ON_OR_OFF = ['on', 'off'] as const

/** What pgate reports: its log, and what the sidecar answers and sends. */
export const REPORT_VARIABLES = [
  {
    name: 'PGATE_LOG_LEVEL',
    group: 'logs',
    kind: 'words',
    words: LOG_LEVELS,
    default: 'info',
    example: 'debug',
    option: 'logLevel',
    doc: 'The least that is logged.',
  },
  {
    name: 'PGATE_LOG_FORMAT',
    group: 'logs',
    kind: 'words',
    words: LOG_FORMATS,
    default: 'auto',
    example: 'json',
    option: 'logFormat',
    doc: '`json` makes every line of both streams JSON, the verdict too; `gcp` and `ecs` are the same lines as Google Cloud Logging and Elastic have them. `auto` is `pretty` on a terminal; elsewhere the log on standard error is JSON, and standard output is for people. [logs.md](logs.md) has every event and field.',
  },
  {
    name: 'PGATE_LOG_QUERIES',
    group: 'logs',
    kind: 'words',
    words: ON_OR_OFF,
    default: 'on',
    example: 'off',
    option: 'logQueries',
    doc: 'Whether the first 80 characters of what another session runs are shown if it blocks pgate, without comments, with `…` for every literal, and with nothing behind a word such as PASSWORD. `off` says who it is and nothing of its SQL, in no log, report or `--json`.',
  },
  {
    name: 'PGATE_LISTEN',
    group: 'sidecar',
    kind: 'listen',
    default: '127.0.0.1:8432',
    example: '0.0.0.0:8432',
    option: 'listen',
    doc: 'Where `pgate sidecar` answers: an address and a port (`[::1]:8432` for IPv6). The default is reached from the same pod or machine alone; `0.0.0.0:8432`, or `[::]:8432`, from everywhere. Port 0 takes a free one, which the log names.',
  },
  {
    name: 'PGATE_LISTEN_NAMES',
    group: 'sidecar',
    kind: 'hosts',
    otherwise: 'none',
    example: 'pgate.internal,api-pgate.default.svc',
    option: 'listenNames',
    doc: 'Names that a request to `pgate sidecar` may give as its `Host`, separated by commas. Addresses and `localhost`, which the kubelet, Prometheus and `kubectl port-forward` give, need none; any other name is answered with 421.',
  },
  {
    name: 'PGATE_VERIFY_INTERVAL',
    group: 'sidecar',
    kind: 'duration',
    default: '60s',
    example: '5m',
    option: 'verifyInterval',
    doc: 'How often `pgate sidecar` verifies again.',
  },
  {
    name: 'PGATE_NOTIFY_URL',
    group: 'sidecar',
    kind: 'url',
    otherwise: 'nobody is notified',
    example: 'https://hooks.example.com/T0000/secret',
    option: 'notifyUrl',
    doc: 'An `http` or `https` URL that `pgate sidecar` posts every change to, as JSON. [sidecar.md](sidecar.md) shows what it sends.',
  },
] as const satisfies readonly Variable[]
