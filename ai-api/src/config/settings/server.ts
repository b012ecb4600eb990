import { httpUrl, oneOf, optionalPort, port, text } from './types.ts';

/** The process and its addresses. */
export const server = {
  NODE_ENV: oneOf(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses the embedded drivers'),
  ROLE: oneOf(['all', 'api', 'worker']).default('all').describe('Which parts this process runs'),
  HOST: text.default('127.0.0.1').describe('Address that the API listens on'),
  PORT: port(8000).describe('Port of the API'),
  PUBLIC_URL: httpUrl.optional().describe('Where people and services reach the API'),
  DASHBOARDS_URL: httpUrl
    .optional()
    .describe('Where people open ToolJet: links in reports and e-mails lead there; no links by default'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Lowest severity that is logged'),
  WORKER_PORT: optionalPort.describe('Port on which a worker answers probes and /metrics; none by default'),
  TOOLJET_PLUGINS_DIR: text
    .optional()
    .describe('Folder of the built ToolJet plugins, served at /marketplace-assets; not served by default'),
};
