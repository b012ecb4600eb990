import type { ICredentialType } from 'n8n-workflow';
import { bearer, ping, sourceIcon, sourceProperties } from './source-credential.ts';

/** Address of BrainLift and a key for it, sent as a bearer token. */
export class BrainLiftApi implements ICredentialType {
  name = 'brainLiftApi';
  displayName = 'BrainLift API';
  icon = sourceIcon;
  documentationUrl = 'https://ai-manager.example/n8n#credentials';
  properties = sourceProperties('BrainLift', 'brainlift');
  authenticate = bearer;
  test = ping;
}
