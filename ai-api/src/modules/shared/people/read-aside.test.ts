import { expect, test } from 'vitest';
import { builderRow, csv } from '../../../../test/people.ts';
import { readTables, readTablesAside } from './import.ts';

const COUNT = 10_000;
const rows = Array.from({ length: COUNT }, (_, n) =>
  builderRow({ builder_id: `b-${n}`, email: `p${n}@people.example` }),
);
const bad = rows.map((row, n) => (n % 3_000 === 5 ? { ...row, status: 'nonsense' } : row));
const outcome = async (read: () => unknown) => {
  try {
    return await read();
  } catch (error) {
    const { code, message, errors } = error as { code: string; message: string; errors: unknown };
    return { code, message, errors };
  }
};

test.each([
  ['text', csv(rows)],
  ['rows', rows],
  ['text with faults', csv(bad)],
  ['rows with faults', bad],
  ['rows of a company’s own headers', csv(rows).replace('builder_id', 'Personalnummer')],
])('a large table is read by another thread as by this one: %s', async (_what, builders) => {
  const input = { builders, mapping: { Personalnummer: 'builder_id' } };
  const aside = await outcome(() => readTablesAside(input));
  expect(aside).toEqual(await outcome(() => readTables(input)));
});

test('while 10,000 rows are read, this thread goes on with other work', async () => {
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  const { builders: read } = await readTablesAside({ builders: csv(rows) });
  clearInterval(other);
  expect(read.rows).toHaveLength(COUNT);
  expect(turns).toBeGreaterThan(10);
});
