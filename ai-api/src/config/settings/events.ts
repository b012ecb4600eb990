import { z } from 'zod';
import { parseAllowedHosts } from '../../platform/outbound/allowed-hosts.ts';
import { checked, whole } from './types.ts';

/** How others hear of events. */
export const events = {
  WEBHOOK_RETRY_SECONDS: whole(1, 3600, 15).describe('First pause; it doubles'),
  WEBHOOK_ALLOWED_HOSTS: checked(parseAllowedHosts)
    .default('')
    .describe('Hosts, host:port or ranges off the public internet that events may be delivered to'),
  WEBHOOK_ALLOWED_PORTS: z
    .string()
    .regex(/^\d{1,5}(,\d{1,5})*$/, 'must be ports such as 80,443')
    .default('80,443,8080,8443')
    .describe('Ports of public hosts that events may be delivered to'),
  WEBHOOK_DISABLE_HOURS: whole(1, 2160, 72).describe('Time after which a failing endpoint is disabled'),
  REALTIME_HEARTBEAT_SECONDS: whole(1, 600, 30).describe('Pause between pings of a connection'),
  REALTIME_CONNECTIONS: whole(1, 1_000_000, 1000).describe('Open connections of one tenant in one process'),
  REALTIME_BUFFER_BYTES: whole(1024, 1_073_741_824, 1_048_576).describe(
    'Bytes that may be buffered for one connection before it is closed',
  ),
  REALTIME_REPLAY: whole(1, 100_000, 1000).describe('Missed events that a connection may request'),
};
