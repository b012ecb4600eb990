import type { ICredentialType } from 'n8n-workflow';
import { bearer, ping, sourceIcon, sourceProperties } from './source-credential.ts';

/** Address of WorkSmart and a key for it, sent as a bearer token. */
export class WorkSmartApi implements ICredentialType {
  name = 'workSmartApi';
  displayName = 'WorkSmart API';
  icon = sourceIcon;
  documentationUrl = 'https://ai-manager.example/n8n#credentials';
  properties = sourceProperties('WorkSmart', 'worksmart');
  authenticate = bearer;
  test = ping;
}
