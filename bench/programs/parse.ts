import { readFile } from 'node:fs/promises'
import { splitStatements } from '../../src/revisions/sql/split.ts'

const [file = '', times = '1'] = process.argv.slice(2)
const text = await readFile(file, 'utf8')
let took = 0
for (let time = 0; time < Number(times); time += 1) {
  const start = performance.now()
  await splitStatements({ kind: 'sql', text, line: 1 }, { file, transaction: 'auto' })
  took = performance.now() - start
}
console.log(took)
