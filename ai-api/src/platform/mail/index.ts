export { type DevInbox, startDevInbox } from './dev-inbox.ts';
