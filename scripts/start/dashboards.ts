import { readExports } from '../../dashboards/src/files.ts';
import { startPreview } from '../../dashboards/src/preview/server.ts';
import { buildMarketplace } from '../../tooljet-plugins/build.ts';
import { PEOPLE, type SamplePerson, type SampleRole } from '../sample/index.ts';

/** Who is signed in when an app is opened. */
const WHO: Record<string, SampleRole> = {
  'ai-manager-executive': 'executive',
  'ai-manager-builder': 'builder',
  'ai-manager-reviewer': 'reviewer',
  'ai-manager-operations': 'operations',
  'ai-manager-context': 'builder',
  'ai-manager-licences': 'operations',
  'ai-manager-council': 'council',
};

export interface DashboardOptions {
  port: number;
  api: { url: string; key: string };
  n8n: { url: string; key: string };
  /** Those of the sample company; empty in another one, where the key acts for itself. */
  people: readonly SamplePerson[];
}

/** Serves the dashboards in the browser without ToolJet, each app as a person of its role sees it. */
export async function startDashboards({ port, api, n8n, people }: DashboardOptions) {
  const signedIn = Object.entries(WHO).flatMap(([slug, role]) => {
    const person = people.find(({ email }) => email === PEOPLE[role]);
    return person ? [[slug, { userId: person.userId, name: person.name }] as const] : [];
  });
  return startPreview({
    marketplace: await buildMarketplace(),
    apps: await readExports(),
    userId: 'preview',
    people: Object.fromEntries(signedIn),
    port,
    sources: {
      'ai-manager': { base_url: api.url, api_key: api.key, act_as: people.length > 0 },
      'ai-manager-n8n': { base_url: n8n.url, api_key: n8n.key },
    },
  });
}
