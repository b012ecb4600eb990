import { actorName, badge, esc, fact } from './helpers.js';

/** Who the API takes the reader for. */
export default function transform(data) {
  if (!data?.roles) return {};
  const person = data.user
    ? `${esc(data.user.name)} (${esc(data.user.email)})`
    : `API key: ${esc(actorName(data.keyName))}`;
  return {
    builderId: data.user?.builderId ?? '',
    name: data.user?.name ?? '',
    card: `<div style="padding:4px 8px">${fact('Company', esc(data.tenant === 'default' ? 'Default company' : data.tenant))}${fact('Signed in as', person)}${fact('Roles', data.roles.map((role) => badge(role, 'neutral')).join(' '))}</div>`,
  };
}
