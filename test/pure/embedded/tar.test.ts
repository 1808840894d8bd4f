import { describe, expect, it } from 'vitest'
import { tarEntries } from '../../../src/embedded/data-directory.ts'

interface Member {
  readonly name: string
  readonly prefix?: string
  readonly type?: string
  readonly content?: string
}

function archiveOf(members: readonly Member[]): Uint8Array {
  return Buffer.concat([...members.flatMap(blocksOf), Buffer.alloc(1024)])
}

function blocksOf({ name, prefix = '', type = '0', content = '' }: Member): readonly Buffer[] {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write(type, 156)
  header.write(prefix, 345)
  return [
    header,
    Buffer.alloc(Math.ceil(content.length / 512) * 512, 0).fill(content, 0, content.length),
  ]
}

describe('tarEntries', () => {
  it('reads files, directories and long names, in order and to the byte', () => {
    const long = 'x'.repeat(600)
    const archive = archiveOf([
      { name: '/base', type: '5' },
      { name: '/base/1', content: long },
      { name: 'empty', type: '\0' },
      { name: 'n'.repeat(100), prefix: 'p', content: 'abc' },
    ])
    const entries = tarEntries(archive).map(({ path, kind, content, start, end }) => ({
      ...{ path, kind, start, end },
      text: new TextDecoder().decode(content),
    }))
    expect(entries).toEqual([
      { path: 'base', kind: 'directory', start: 0, end: 512, text: '' },
      { path: 'base/1', kind: 'file', start: 512, end: 2048, text: long },
      { path: 'empty', kind: 'file', start: 2048, end: 2560, text: '' },
      { path: `p/${'n'.repeat(100)}`, kind: 'file', start: 2560, end: 3584, text: 'abc' },
    ])
  })

  it('refuses members that it does not know, such as links', () => {
    const archive = archiveOf([{ name: 'link', type: '2' }])
    expect(() => tarEntries(archive)).toThrow('the archive has a member of type 2: link')
  })

  it('finds nothing in an empty archive', () => {
    expect(tarEntries(archiveOf([]))).toEqual([])
  })
})
