import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { manifest } from '../AiManager/manifest.ts';
import { eventOptions } from '../AiManager/properties.ts';
import { filterProperty } from './filters.ts';
import { receive } from './receive.ts';
import { isSubscribed, subscribe, unsubscribe } from './subscription.ts';

/** Starts a workflow when something happens in AI Manager, from signed deliveries only. */
export class AiManagerTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'AI Manager Trigger',
    name: 'aiManagerTrigger',
    icon: { light: 'file:../../icons/ai-manager.svg', dark: 'file:../../icons/ai-manager.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when an event happens in AI Manager',
    defaults: { name: 'AI Manager Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'aiManagerApi', required: true }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook', ndvHideUrl: true },
    ],
    properties: [
      {
        displayName: 'Events',
        name: 'events',
        type: 'multiOptions',
        required: true,
        default: [],
        description: 'Events that start the workflow',
        options: eventOptions(manifest),
      },
      filterProperty,
      {
        displayName: 'Sample When Testing',
        name: 'sample',
        type: 'boolean',
        default: true,
        description:
          'Whether to receive a sample event of the first selected type immediately when you test in the editor',
      },
    ],
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return await isSubscribed(this);
      },
      async create(this: IHookFunctions): Promise<boolean> {
        await subscribe(this);
        return true;
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        await unsubscribe(this);
        return true;
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await receive(this);
  }
}
