import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { openSession } from '../shared/transport.ts';

/** The rule sets that judge texts, by title. */
export async function ruleSets(context: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  const { body } = await openSession(context).send({
    method: 'GET',
    path: '/validation-rule-sets',
    query: { limit: '500' },
  });
  const { items = [] } = body as {
    items?: { name: string; title: string; publishedVersion: number | null }[];
  };
  return items
    .filter(({ publishedVersion }) => publishedVersion !== null)
    .map(({ name, title }) => ({ name: title, value: name }));
}
