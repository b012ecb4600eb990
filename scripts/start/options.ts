import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartError } from './start-error.ts';

export const ROOT = resolve(import.meta.dirname, '..', '..');
const FILES = ['builders.csv', 'projects.csv', 'metrics.csv', 'project-metrics.csv'];

export interface Options {
  /** Ends after the e-mails have arrived. */
  once: boolean;
  /** One JSON object as the last line of standard output; everything else goes to standard error. */
  json: boolean;
  /** Directory of the company's CSV files. */
  company: string;
  /** Whether that is the sample company, which has conversations too. */
  isSample: boolean;
  /** Where everything local is kept. */
  dataDirectory: string;
  ports: { api: number; n8n: number; inbox: number; smtp: number };
}

const USAGE = `npm start -- [--once] [--json] [--data DIR]
  --once      stop after the first evaluation and its e-mails
  --json      print one JSON object as the last line
  --data DIR  evaluate the company in DIR (${FILES.join(', ')})
Environment: PORT (8000), N8N_PORT (5678), INBOX_HTTP_PORT (8025), INBOX_SMTP_PORT (1025), DATA_DIR (.data)`;

/** Reads the command line. @throws {StartError} with the usage or what is missing */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): Options {
  const values = parse(args);
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const company = resolve(values.data ?? join(ROOT, 'examples', 'sample-company'));
  const missing = FILES.filter((file) => !existsSync(join(company, file)));
  if (missing.length > 0) throw new StartError(`${company} has no ${missing.join(', ')}.`);
  return {
    once: values.once ?? false,
    json: values.json ?? false,
    company,
    isSample: values.data === undefined,
    dataDirectory: resolve(ROOT, env.DATA_DIR || '.data'),
    ports: {
      api: port(env, 'PORT', 8000),
      n8n: port(env, 'N8N_PORT', 5678),
      inbox: port(env, 'INBOX_HTTP_PORT', 8025),
      smtp: port(env, 'INBOX_SMTP_PORT', 1025),
    },
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function port(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = Number(env[name] || fallback);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new StartError(`${name} must be a port between 1 and 65535.`);
}
