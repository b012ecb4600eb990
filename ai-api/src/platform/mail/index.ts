export { type DevInbox, type DevInboxOptions, startDevInbox } from './dev-inbox.ts';
export type { MessagePage, MessageQuery } from './inbox-index.ts';
export type { Envelope, InboxMessage, Mailbox, MessageAttachment, MessageSummary } from './inbox-message.ts';
export {
  type Mail,
  type MailAddress,
  MailError,
  type Mailer,
  type MailerOptions,
  openMailer,
} from './mailer.ts';
