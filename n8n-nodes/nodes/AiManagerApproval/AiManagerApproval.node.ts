import {
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { ask } from './ask.ts';
import { properties } from './properties.ts';
import { resume } from './resume.ts';

/** Asks people and pauses the execution until one of them decides, or the time to decide is over. */
export class AiManagerApproval implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'AI Manager Approval',
    name: 'aiManagerApproval',
    icon: { light: 'file:../../icons/ai-manager.svg', dark: 'file:../../icons/ai-manager.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["title"]}}',
    description: 'Ask approvers by e-mail, wait for their decision and continue with it',
    defaults: { name: 'AI Manager Approval' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    // Whatever goes wrong while it waits leaves by the first output, so that nothing is approved by accident.
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: ['No Decision', 'Approved', 'Declined'],
    credentials: [{ name: 'aiManagerApi', required: true }],
    webhooks: [
      {
        name: 'default',
        httpMethod: 'POST',
        responseMode: 'onReceived',
        path: '',
        restartWebhook: true,
      },
    ],
    properties,
  };

  // The waiting webhook belongs to one execution; nothing is registered anywhere.
  webhookMethods = {
    default: {
      async checkExists(): Promise<boolean> {
        return true;
      },
      async create(): Promise<boolean> {
        return true;
      },
      async delete(): Promise<boolean> {
        return true;
      },
    },
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return await ask(this);
  }

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await resume(this);
  }
}
