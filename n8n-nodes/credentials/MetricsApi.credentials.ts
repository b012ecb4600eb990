import type { ICredentialType } from 'n8n-workflow';
import { bearer, ping, sourceIcon, sourceProperties } from './source-credential.ts';

/** Address of Metrics and a key for it, sent as a bearer token. */
export class MetricsApi implements ICredentialType {
  name = 'metricsApi';
  displayName = 'Metrics API';
  icon = sourceIcon;
  documentationUrl = 'https://ai-manager.example/n8n#credentials';
  properties = sourceProperties('Metrics', 'metrics');
  authenticate = bearer;
  test = ping;
}
