import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { bootstrapN8n } from './bootstrap.ts';

const HELP = `Imports the workflows of this folder into a running n8n. Safe to repeat.

  N8N_PASSWORD=... npm run bootstrap -w workflows -- --url https://n8n.example.com --email you@example.com \\
    --credentials credentials.json [--variables variables.json] [--state state.json] [--overwrite]

  --credentials  JSON list of {name, type, data}; every credential that a workflow uses must be in it or in n8n
  --variables    JSON object with values for the "Settings" nodes
  --state        file that stores the session, the API key and what was written (secret)
  --overwrite    also replace workflows that were edited in n8n`;

const credentialsSchema = z.array(
  z.object({
    id: z.string().optional(),
    name: z.string(),
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
);
const variablesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      email: { type: 'string' },
      credentials: { type: 'string' },
      variables: { type: 'string' },
      state: { type: 'string' },
      overwrite: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const password = process.env.N8N_PASSWORD;
  if (!values.url || !values.email || !password) {
    throw new Error('--url, --email and the environment variable N8N_PASSWORD are required; see --help.');
  }
  const credentials = values.credentials ? readJson(fromCaller(values.credentials), credentialsSchema) : [];
  const variables = values.variables ? readJson(fromCaller(values.variables), variablesSchema) : {};
  await bootstrapN8n({
    n8n: { url: values.url },
    owner: { email: values.email, password },
    credentials: credentials.map(({ id, ...rest }) => (id ? { id, ...rest } : rest)),
    variables,
    workflowsDirectory: join(import.meta.dirname, '..'),
    onEdited: values.overwrite ? 'overwrite' : 'keep',
    ...(values.state ? { stateFile: fromCaller(values.state) } : {}),
    onProgress: (line) => console.log(line),
  });
}

/** npm runs scripts in the package's own folder and tells where it was called. */
function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? '.', path);
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error;
    throw new Error(`${file}: ${reason}`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
