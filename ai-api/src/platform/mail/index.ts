export { MailError, type Mailer, openMailer } from './mailer.ts';
