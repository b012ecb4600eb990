export { keyForN8n } from './api-key.ts';
export {
  type BootstrapOptions,
  type BootstrappedWorkflow,
  type BootstrapResult,
  bootstrapN8n,
} from './bootstrap.ts';
export { createN8nClient, type N8nClient, type WebhookCall } from './client.ts';
export type { Change, CredentialInput } from './credentials.ts';
export { type Execution, type ExecutionFilter, failureOf, nodeOutput } from './executions.ts';
export { N8nError } from './http.ts';
export { hasEditor, type InspectedWorkflow, inspectNodes, inspectWorkflows } from './inspect.ts';
export { ensureN8nInstalled, type InstallOptions } from './install.ts';
export { type ScreenshotOptions, screenshotWorkflow } from './screenshot.ts';
export { type N8nServer, type StartN8nOptions, startN8n } from './server.ts';
export { keySession, type N8nSession, signIn } from './session.ts';
export { type InstallationAccess, START_HEADER, standardCredentials } from './standard-credentials.ts';
export {
  diffWorkflows,
  pullNewWorkflows,
  pullWorkflows,
  pushWorkflows,
  unfiledWorkflows,
} from './sync/sync.ts';
