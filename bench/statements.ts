import { AsyncLocalStorage } from 'node:async_hooks';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import pg from 'pg';

/** One statement as a driver was given it. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** Hears what is sent to a database, and sends the same again through the bare driver. */
export interface Statements {
  /** Answers the statements that `work` sent, in their order. */
  record(work: () => Promise<unknown>): Promise<Statement[]>;
  /** Sends them again, one after the other in one transaction. */
  replay(statements: readonly Statement[]): Promise<void>;
  /** Takes the listening off again; replaying goes on. */
  stopRecording(): void;
  close(): Promise<void>;
}

type Heard = AsyncLocalStorage<Statement[]>;

async function record(heard: Heard, work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  await heard.run(statements, work);
  return statements;
}

/** Listens to PGlite, where transactions are the driver's own; replays on the instance that was heard. */
export function hearPglite(): Statements {
  const heard: Heard = new AsyncLocalStorage();
  const original = PGlite.prototype.transaction;
  let instance: PGlite | undefined;
  PGlite.prototype.transaction = function (callback) {
    instance = this as PGlite;
    const listening = (transaction: Transaction): Transaction =>
      Object.create(transaction, {
        query: {
          value: (text: string, values: unknown[], options: object) => {
            heard.getStore()?.push({ text, values });
            return transaction.query(text, values, options);
          },
        },
      });
    return original.call(this, (transaction) => callback(listening(transaction))) as ReturnType<
      typeof callback
    >;
  };
  return {
    record: (work) => record(heard, work),
    replay: async (statements) => {
      await instance?.transaction(async (transaction) => {
        for (const { text, values } of statements) await transaction.query(text, values);
      });
    },
    stopRecording: () => {
      PGlite.prototype.transaction = original;
    },
    close: async () => {},
  };
}

/** Listens to `pg`, where `begin` and `commit` are statements; replays on a pool of its own. */
export function hearPostgres(url: string): Statements {
  const heard: Heard = new AsyncLocalStorage();
  const original = pg.Client.prototype.query;
  const pool = new pg.Pool({ connectionString: url });
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first, second] = given as [string | { text: string; values?: unknown[] }, unknown];
    const text = typeof first === 'string' ? first : first.text;
    const values = typeof first === 'string' ? second : first.values;
    heard.getStore()?.push({ text, values: Array.isArray(values) ? values : [] });
    return Reflect.apply(original, this, given);
  } as typeof original;
  return {
    record: (work) => record(heard, work),
    replay: async (statements) => {
      const client = await pool.connect();
      try {
        for (const { text, values } of statements) await client.query(text, values);
      } finally {
        client.release();
      }
    },
    stopRecording: () => {
      pg.Client.prototype.query = original;
    },
    close: () => pool.end(),
  };
}
