import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import { type Entry, type Packed, zip } from './zip.ts';

async function pack(entries: readonly Entry[]): Promise<{ bytes: Buffer; packed: Packed[] }> {
  const packed: Packed[] = [];
  async function* all() {
    yield* entries;
  }
  const pieces: Buffer[] = [];
  for await (const piece of zip(all(), (one) => packed.push(one))) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), packed };
}

describe('a ZIP archive', () => {
  test('has every file as it was, with its hash', async () => {
    const content = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 });
    const files = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-zé]{1,8}\/[a-z]{1,8}$/), content), {
      selector: ([path]) => path,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(files, async (given) => {
        const { bytes, packed } = await pack(given.map(([path, pieces]) => ({ path, content: pieces })));
        const read = unzipSync(bytes);
        expect(Object.keys(read)).toEqual(given.map(([path]) => path));
        for (const [index, [path, pieces]] of given.entries()) {
          const whole = Buffer.concat(pieces);
          expect(Buffer.from(read[path] ?? []).equals(whole)).toBe(true);
          const sha256 = createHash('sha256').update(whole).digest('hex');
          expect(packed[index]).toEqual({ path, bytes: whole.length, sha256 });
        }
      }),
      { numRuns: 50 },
    );
  });

  test('fails with the error of a file that cannot be read', async () => {
    async function* broken() {
      yield 'begin';
      throw new Error('the disk is gone');
    }
    await expect(pack([{ path: 'a', content: broken() }])).rejects.toThrow('the disk is gone');
  });

  test('of a reader that ends early ends what is read for it', async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield randomBytes(100_000);
      } finally {
        isClosed = true;
      }
    }
    async function* one() {
      yield { path: 'a', content: endless() };
    }
    for await (const piece of zip(one())) if (piece.length > 1_000) break;
    await vi.waitFor(() => expect(isClosed).toBe(true));
  });
});
