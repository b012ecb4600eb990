import { readAccess, USAGE } from './doctor/access.ts';
import { apiRows, companyTimezone } from './doctor/api.ts';
import { n8nRows } from './doctor/n8n.ts';
import { report } from './doctor/report.ts';
import { toolJetRows } from './doctor/tooljet.ts';

/** `npm run doctor`: checks every connection of an installation from where it is used. Answers the exit code. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const access = readAccess(args, env);
  if (!access) {
    console.log(USAGE);
    return 0;
  }
  const { api, n8n, toolJet, isJson } = access;
  const parts = await Promise.all([
    apiRows(api),
    n8nRows(n8n, () => companyTimezone(api)),
    toolJetRows(toolJet, api),
  ]);
  const rows = parts.flat();
  const faults = rows.filter(({ state }) => state === 'fault').length;
  console.log(isJson ? JSON.stringify({ status: faults === 0 ? 'ok' : 'fault', rows }) : report(rows));
  return faults === 0 ? 0 : 1;
}

main(process.argv.slice(2), process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error);
    process.exitCode = 2;
  },
);
