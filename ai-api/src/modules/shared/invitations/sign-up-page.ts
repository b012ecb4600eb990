import { notePage, type Page } from '../../../http/page.ts';
import { html } from '../../../platform/html.ts';

const fault = (text?: string) => (text ? html`<p class="fault" role="alert">${text}</p>` : '');

/** Where a person who is in no company begins: by e-mail, or at a sign-in provider. */
export function signUpPage(providers: readonly { id: string; label: string }[], wrong?: string): Page {
  const content = html`<h1>Open a company</h1>
      <form method="post" action="/sign-up">
        <label for="name">Your name</label>
        <input id="name" name="name" autocomplete="name" maxlength="200" required />
        <label for="email">Your e-mail address</label>
        <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required />
        ${fault(wrong)}
        <p class="buttons"><button>Send the link</button></p>
      </form>
      ${providers.map(
        ({ id, label }) => html`<form method="post" action="/sign-up/at/${id}">
        <label for="open-${id}">Name of the company</label>
        <input id="open-${id}" name="company" minlength="2" maxlength="100" required />
        <p class="buttons"><button>Open it with ${label}</button></p>
      </form>`,
      )}`;
  return { title: 'Open a company', content };
}

/**
 * Leads on to a sign-in provider by a link. Browsers hold the redirects of a form to the `form-action` of its page, and where
 * a provider redirects to is not known here.
 */
export function providerPage({ id, label }: { id: string; label: string }, company: string): Page {
  const query = new URLSearchParams({ open: company });
  const content = html`<p class="quiet">${company}</p>
      <h1>Sign in with ${label}</h1>
      <p>The company is opened for the account that you sign in with.</p>
      <p><a href="/auth/${id}/start?${query.toString()}">Go on to ${label}</a></p>`;
  return { title: `Sign in with ${label}`, content };
}

/** Asks for the name of the company and a password; nothing changes until the form is sent. */
export function openPage(
  person: { email: string; company?: string | undefined },
  token: string,
  wrong?: string,
): Page {
  const content = html`<h1>Open your company</h1>
      <p>You sign in as ${person.email}.</p>
      <form method="post" action="/sign-up/open">
        <input type="hidden" name="token" value="${token}" />
        <input type="hidden" name="username" autocomplete="username" value="${person.email}" />
        <label for="company">Name of the company</label>
        <input id="company" name="company" autocomplete="organization" minlength="2" maxlength="100" value="${person.company ?? ''}" required />
        <label for="password">Password, at least 12 characters</label>
        <input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="200" required />
        <label for="repeated">The same password again</label>
        <input id="repeated" name="repeated" type="password" autocomplete="new-password" maxlength="200" required />
        ${fault(wrong)}
        <p class="buttons"><button>Open the company</button></p>
      </form>`;
  return { title: 'Open your company', content };
}

/** Where a person who forgot their password asks for a link. */
export function forgottenPage(wrong?: string): Page {
  const content = html`<h1>Set a new password</h1>
      <form method="post" action="/forgotten-password">
        <label for="email">Your e-mail address</label>
        <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required />
        ${fault(wrong)}
        <p class="buttons"><button>Send the link</button></p>
      </form>`;
  return { title: 'Set a new password', content };
}

/** Says that an e-mail may be on its way. */
export const sentPage = (message: string): Page => notePage('Look into your e-mails', message);

/** Says that a link to open a company cannot be used. */
export const expiredPage: Page = notePage('This link does not work', 'It has expired. Sign up again.');
