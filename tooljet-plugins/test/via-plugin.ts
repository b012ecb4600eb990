import { ADMIN_KEY } from '../../ai-api/test/api.ts';
import type { Fixture } from '../../ai-api/test/operations/fixture.ts';
import type { CallOperation } from '../../ai-api/test/operations/run.ts';
import { routes } from '../ai-manager/lib/routes.generated.ts';
import type { Route } from '../common/route.ts';
import type { QueryService } from '../common/types.ts';
import { optionKey } from '../generate/form.ts';

/** Rows of one query: more than any step lists. */
const MANY = '1000';

/** Calls by the plugin as ToolJet's server runs its queries: values are texts, a person is who signed in to ToolJet. */
export function viaPlugin(plugin: QueryService, { api }: Fixture): CallOperation {
  const source = { base_url: api.url, api_key: ADMIN_KEY, role: 'any' };
  const members = new Map<string, string>();

  /** The id of a person in ToolJet, linked with theirs here. */
  async function memberOf(email: string): Promise<string> {
    const known = members.get(email);
    if (known) return known;
    const { items } = await api.client.user.list({ search: email });
    const subject = `member-${members.size + 1}`;
    await api.client.user.link({ userId: items[0]?.userId ?? '', issuer: 'tooljet', subject });
    members.set(email, subject);
    return subject;
  }

  return async ({ operation, op }, input, { actingFor }) => {
    const { fields } = routes[operation as keyof typeof routes] as Route;
    const values = Object.entries(input).filter(([, value]) => value !== undefined);
    const query = {
      ...(op.list ? { limit: MANY } : {}),
      ...Object.fromEntries(
        values.map(([name, value]) => [
          op.list && name === 'limit' ? name : optionKey(name),
          optionOf(value, fields.find((field) => field.name === name)?.type),
        ]),
      ),
      operation,
    };
    const id = actingFor && (await memberOf(actingFor));
    const result = await plugin.run({ ...source, act_as: Boolean(id) }, query, 'source', 'now', {
      user: id ? { id } : null,
    });
    return op.status === 204 ? undefined : result.data;
  };
}

/** Text as somebody types it; rows that a field of text takes too come from a binding. */
function optionOf(value: unknown, type: Route['fields'][number]['type'] | undefined): unknown {
  if (value === null || (typeof value === 'object' && type === 'string')) return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
