export { type DevInbox, startDevInbox } from './dev-inbox.ts';
export { MailError, type Mailer, openMailer } from './mailer.ts';
