import { parentPort, workerData } from 'node:worker_threads';
import { type FromReader, PIECE, type ReaderStart, type ToReader } from './read-aside.ts';
import { TABLES, TIME_TABLES, WORK_TABLE } from './rows.ts';
import { type CellError, readTable, type Table, type TableSpec } from './tables.ts';

/** The thread of `readTableAside`: reads the one table that it is sent. */
const { file, mapping } = workerData as ReaderStart;
const specs: TableSpec[] = [...Object.values(TABLES), ...Object.values(TIME_TABLES), WORK_TABLE];
const spec = specs.find((one) => one.file === file);
let table: Table = [];

parentPort?.on('message', (told: ToReader) => {
  if ('text' in told) table = told.text;
  else if ('rows' in told) (table as Record<string, unknown>[]).push(...told.rows);
  else answer();
});

function answer(): void {
  if (!spec) throw new Error(`no table is called ${file}`);
  const errors: CellError[] = [];
  const rows = readTable(spec, table, errors, mapping);
  const tell = (message: FromReader<unknown>) => parentPort?.postMessage(message);
  for (let at = 0; at < errors.length; at += PIECE) tell({ errors: errors.slice(at, at + PIECE) });
  for (let at = 0; at < rows.length; at += PIECE) tell({ rows: rows.slice(at, at + PIECE) });
  tell({ end: true });
}
