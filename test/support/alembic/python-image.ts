import { dockerOutput } from '../docker/docker.ts'

/** Debian's Alembic and Django. */
export const PYTHON_IMAGE = 'pgate-test-python'
const DOCKERFILE = `FROM debian:trixie-slim
RUN apt-get update -qq \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends alembic python3-django python3-psycopg2 >/dev/null \\
 && rm -rf /var/lib/apt/lists/*
`
const BUILD = ['build', '--quiet', '--network', 'host', '--tag', PYTHON_IMAGE, '-']

let built: Promise<unknown> | undefined

/** Once for each process; where the image is there already, Docker takes a moment to say so. */
export async function buildPythonImage(): Promise<void> {
  built ??= dockerOutput(BUILD, { input: DOCKERFILE })
  await built
}
