import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ENCODINGS, type Encoding } from '../../ai-api/src/platform/text/decode.ts';
import { type Company, chooseCompany, readCompany, SAMPLE } from './company.ts';
import { ROOT } from './root.ts';
import { StartError } from './start-error.ts';

export { ROOT } from './root.ts';

export interface Options {
  /** Ends after the e-mails have arrived. */
  once: boolean;
  /** One JSON object as the last line of standard output; everything else goes to standard error. */
  json: boolean;
  company: Company;
  /** Where everything local is kept. */
  dataDirectory: string;
  ports: { api: number; n8n: number; inbox: number; smtp: number; dashboards: number };
}

const USAGE = `npm start -- [--once] [--json] [--data DIR [--encoding NAME] | --sample]
  --once      stop after the first evaluation and its e-mails
  --json      print one JSON object as the last line
  --data DIR  the company in DIR (builders.csv, projects.csv, metrics.csv, project-metrics.csv; mapping.json for headers of
              your own)
  --encoding NAME  of the files in DIR, where they are not UTF-8: ${Object.keys(ENCODINGS).slice(1).join(', ')}
  --sample    the sample company, which is also the default of an empty data folder

Without either it continues with the company of the data folder.

Environment: PORT (8000), N8N_PORT (5678), INBOX_HTTP_PORT (8025), INBOX_SMTP_PORT (1025), PREVIEW_PORT (8100),
DATA_DIR (.data). The API also takes its own settings, such as a model's key (docs/settings.md). WORKSMART_URL,
BRAINLIFT_URL and METRICS_URL replace the simulated sources. SMTP_URL is not used: e-mails stay in the inbox of this
machine.`;

/**
 * Reads the command line and the company that it names.
 * @throws {StartError} with the usage, what is wrong with the files, or the other company that is there
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): Options {
  const values = parse(args);
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const dataDirectory = resolve(ROOT, env.DATA_DIR || '.data');
  return {
    once: values.once ?? false,
    json: values.json ?? false,
    company: companyOf(values, dataDirectory),
    dataDirectory,
    ports: {
      api: port(env, 'PORT', 8000),
      n8n: port(env, 'N8N_PORT', 5678),
      inbox: port(env, 'INBOX_HTTP_PORT', 8025),
      smtp: port(env, 'INBOX_SMTP_PORT', 1025),
      dashboards: port(env, 'PREVIEW_PORT', 8100),
    },
  };
}

function companyOf(values: ReturnType<typeof parse>, dataDirectory: string): Company {
  if (values.data !== undefined && values.sample)
    throw new StartError(`--data and --sample exclude each other.\n\n${USAGE}`);
  const encoding = encodingOf(values.encoding ?? 'auto');
  if (values.data !== undefined) {
    const company = readCompany(resolve(values.data), encoding);
    chooseCompany(company.directory, dataDirectory);
    return company;
  }
  return readCompany(chooseCompany(values.sample ? SAMPLE : null, dataDirectory), encoding);
}

function encodingOf(name: string): Encoding {
  if (Object.hasOwn(ENCODINGS, name)) return name as Encoding;
  throw new StartError(`--encoding must be one of ${Object.keys(ENCODINGS).join(', ')}.`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        data: { type: 'string' },
        encoding: { type: 'string' },
        sample: { type: 'boolean' },
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
