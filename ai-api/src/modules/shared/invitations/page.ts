import { notePage, type Page } from '../../../http/page.ts';
import { html } from '../../../platform/html.ts';

interface Invited {
  email: string;
  company: string;
}

/** Asks for a password; nothing changes until the form is sent. */
export function passwordPage(
  { email, company }: Invited,
  token: string,
  providers: readonly { id: string; label: string }[],
  fault?: string,
): Page {
  const query = new URLSearchParams({ returnTo: '/invitation/done', company });
  const content = html`<p class="quiet">${company}</p>
      <h1>Set your password</h1>
      <p>You sign in as ${email}.</p>
      <form method="post" action="/invitation">
        <input type="hidden" name="token" value="${token}" />
        <input type="hidden" name="username" autocomplete="username" value="${email}" />
        <label for="password">Password, at least 12 characters</label>
        <input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="200" required />
        <label for="repeated">The same password again</label>
        <input id="repeated" name="repeated" type="password" autocomplete="new-password" maxlength="200" required />
        ${fault ? html`<p class="fault" role="alert">${fault}</p>` : ''}
        <p class="buttons"><button>Set password</button></p>
      </form>
      ${providers.map(({ id, label }) => html`<p><a href="/auth/${id}/start?${query.toString()}">Sign in with ${label} instead</a></p>`)}`;
  return { title: 'Set your password', content };
}

/** Says that the account can be used. */
export function donePage(dashboardsUrl: string | null): Page {
  const content = html`<h1>You can sign in now</h1>
      <p>Your account is ready.</p>
      ${dashboardsUrl === null ? '' : html`<p><a href="${dashboardsUrl}">Open the dashboards</a></p>`}`;
  return { title: 'You can sign in now', content };
}

/** Says that the link cannot be used. */
export const invalidPage: Page = notePage(
  'This link does not work',
  'It was used, has expired, or a newer one was sent. Ask your administrator to send it again.',
);
