import type { Manifest } from '../../ai-api/src/contract/manifest-types.ts';
import { operations as langfuse } from '../ai-manager-langfuse/lib/operations.ts';
import { operations as n8n } from '../ai-manager-n8n/lib/operations.ts';
import type { ServiceOperation } from '../common/service-operation.ts';
import { aiManagerFiles } from './ai-manager.ts';
import { operationsJson } from './form.ts';

/** Generated files of all plugins, by path from the root of the repository. */
export function toolJetFiles(manifest: Manifest): Record<string, string> {
  const files = {
    ...aiManagerFiles(manifest),
    'ai-manager-langfuse/lib/operations.json': operationsJson(
      'Langfuse for AI Manager',
      'Traces, scores, metrics, prompts and reviews in Langfuse',
      groupsOf(langfuse),
    ),
    'ai-manager-n8n/lib/operations.json': operationsJson(
      'n8n for AI Manager',
      'Workflows and executions of n8n',
      groupsOf(n8n),
    ),
  };
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`tooljet-plugins/${path}`, text]));
}

function groupsOf(operations: Record<string, ServiceOperation>) {
  const groups = Map.groupBy(Object.entries(operations), ([, { group }]) => group);
  return [...groups].map(([name, entries]) => ({
    id: name.toLowerCase().replaceAll(' ', '_'),
    name,
    operations: entries.map(([value, { title, description, fields }]) => ({
      value,
      name: title,
      description: description ?? title,
      list: false,
      fields: fields.map((field) => ({ ...field, description: field.description ?? field.label })),
    })),
  }));
}
