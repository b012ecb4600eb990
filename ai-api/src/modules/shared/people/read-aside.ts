import { setImmediate as others } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import type { Mapping } from './header.ts';
import { type CellError, type NumberedRow, readTable, type Table, type TableSpec } from './tables.ts';

/** What is read at once on the thread that answers requests. */
const MAX_ROWS_HERE = 1_000;
const MAX_CHARACTERS_HERE = 100_000;
/** Rows of one message between threads: more hold up what else the thread does. */
export const PIECE = 1_000;
const MEMORY_MB = 1_024;

/** What the other thread is told. */
export type ToReader = { text: string } | { rows: Record<string, unknown>[] } | { end: true };
/** What it tells. */
export type FromReader<Row> = { rows: NumberedRow<Row>[] } | { errors: CellError[] } | { end: true };
/** What it begins with; a table is known by its file. */
export interface ReaderStart {
  file: string;
  mapping: Mapping | undefined;
}

/**
 * Reads and checks one table as `readTable` does; a large one in a thread of its own, so that the requests of others are
 * answered meanwhile. What is wrong is added to `errors`.
 */
export async function readTableAside<Row extends z.ZodObject>(
  spec: TableSpec<Row>,
  table: Table | undefined,
  errors: CellError[],
  mapping?: Mapping,
): Promise<NumberedRow<z.output<Row>>[]> {
  if (table === undefined || !isLarge(table)) return readTable(spec, table, errors, mapping);
  const start: ReaderStart = { file: spec.file, mapping };
  return inTurn(() => readInThread(start, table, errors));
}

let last: Promise<unknown> = Promise.resolve();

/** A process reads one large table at a time: each takes a processor, and memory. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => {});
  return turn;
}

async function readInThread<Row>(
  start: ReaderStart,
  table: Table,
  errors: CellError[],
): Promise<NumberedRow<Row>[]> {
  const worker = new Worker(new URL('./reader.ts', import.meta.url), {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  try {
    const read = receive<Row>(worker, errors);
    await Promise.all([send(worker, table), read]);
    return await read;
  } finally {
    await worker.terminate();
  }
}

function isLarge(table: Table): boolean {
  return typeof table === 'string' ? table.length > MAX_CHARACTERS_HERE : table.length > MAX_ROWS_HERE;
}

async function send(worker: Worker, table: Table): Promise<void> {
  const tell = (message: ToReader) => worker.postMessage(message);
  if (typeof table === 'string') tell({ text: table });
  else
    for (let at = 0; at < table.length; at += PIECE) {
      tell({ rows: table.slice(at, at + PIECE) });
      await others();
    }
  tell({ end: true });
}

function receive<Row>(worker: Worker, errors: CellError[]): Promise<NumberedRow<Row>[]> {
  return new Promise((resolve, reject) => {
    const rows: NumberedRow<Row>[] = [];
    worker.on('message', (told: FromReader<Row>) => {
      if ('rows' in told) rows.push(...told.rows);
      else if ('errors' in told) errors.push(...told.errors);
      else resolve(rows);
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that reads a table ended')));
  });
}
