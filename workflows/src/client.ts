import { activateWorkflow, deactivateWorkflow, type Publication, publicationStatus } from './activation.ts';
import {
  type Change,
  type Credential,
  type CredentialInput,
  listCredentials,
  upsertCredential,
} from './credentials.ts';
import {
  type Execution,
  type ExecutionFilter,
  getExecution,
  listExecutions,
  waitForExecution,
} from './executions.ts';
import { type HttpAnswer, type HttpRequest, send } from './http.ts';
import { type SignInOptions, signIn } from './session.ts';
import type { WorkflowDefinition } from './workflow-definition.ts';
import {
  findWorkflow,
  getWorkflow,
  listWorkflows,
  type OnEdited,
  type StoredWorkflow,
  upsertWorkflow,
} from './workflows.ts';

export type WebhookCall = {
  /** The path that the Webhook node states. */
  path: string;
  method?: HttpRequest['method'];
  /** For instance the name and value of the node's header credential. */
  headers?: Record<string, string>;
  body?: unknown;
  timeoutMs?: number;
};

/** Everything here times out, and throws N8nError with n8n's own message. */
export type N8nClient = {
  url: string;
  apiKey: string;
  listCredentials(): Promise<Credential[]>;
  upsertCredential(input: CredentialInput): Promise<Credential & { change: Change }>;
  listWorkflows(): Promise<StoredWorkflow[]>;
  getWorkflow(id: string): Promise<StoredWorkflow>;
  /** Creates or updates by id, else by name; activation stays what it is. */
  upsertWorkflow(
    definition: WorkflowDefinition,
    onEdited?: OnEdited,
  ): Promise<{ workflow: StoredWorkflow; change: Change }>;
  /** Resolves when every trigger listens. */
  activateWorkflow(id: string, options?: { timeoutMs?: number }): Promise<void>;
  deactivateWorkflow(id: string, options?: { timeoutMs?: number }): Promise<void>;
  publicationStatus(id: string): Promise<Publication>;
  /** Calls a webhook in production mode and resolves with any answer, also 4xx and 5xx. */
  runWebhook(call: WebhookCall): Promise<HttpAnswer>;
  listExecutions(filter?: ExecutionFilter): Promise<Execution[]>;
  getExecution(id: string): Promise<Execution>;
  waitForExecution(id: string, options?: { timeoutMs?: number }): Promise<Execution>;
};

/**
 * Signs in to n8n, as its owner-to-be if it has none, and returns what can be done there.
 * @throws N8nError when n8n does not answer or refuses the password.
 */
export async function createN8nClient(options: SignInOptions): Promise<N8nClient> {
  const session = await signIn(options);
  return {
    url: session.url,
    apiKey: session.apiKey,
    listCredentials: () => listCredentials(session),
    upsertCredential: (input) => upsertCredential(session, input, options.stateFile),
    listWorkflows: () => listWorkflows(session),
    getWorkflow: (id) => getWorkflow(session, id),
    upsertWorkflow: async (definition, onEdited) => {
      const existing = findWorkflow(definition, await listWorkflows(session));
      return upsertWorkflow(session, definition, existing, onEdited);
    },
    activateWorkflow: (id, activation) => activateWorkflow(session, id, activation),
    deactivateWorkflow: (id, activation) => deactivateWorkflow(session, id, activation),
    publicationStatus: (id) => publicationStatus(session, id),
    runWebhook: ({ path, method = 'POST', ...rest }) =>
      send(session.url, { method, path: `/webhook/${path.replace(/^\/+/, '')}`, ...rest }),
    listExecutions: (filter) => listExecutions(session, filter),
    getExecution: (id) => getExecution(session, id),
    waitForExecution: (id, waiting) => waitForExecution(session, id, waiting),
  };
}
