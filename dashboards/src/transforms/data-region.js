import { figure, when } from './helpers.js';

/** Where the data of the company stays, what can be chosen, and who may be sent it. */
export default function transform(data) {
  if (!Array.isArray(data?.providers)) return {};
  const { dataRegion, installationRegion, isHere, url, choices = [], providers } = data;
  return {
    here: installationRegion,
    card: card(data, dataRegion, installationRegion, isHere, url),
    choices: choices.map((choice) => ({
      label: choice.isHere ? `${choice.region} (here)` : `${choice.region} (${choice.url})`,
      value: choice.region,
      visible: true,
    })),
    providers: providers.map(({ name, purpose, regions, usable }) => ({
      name,
      purpose,
      regions: (regions ?? []).join(', ') || (name.startsWith('static:') ? 'in the API' : 'undeclared'),
      state: usable ? 'ready' : 'outside the region',
    })),
  };
}

function card({ chosenAt, storedElsewhere }, region, here, isHere, url) {
  const title = 'Data of the company';
  if (!region && !here)
    return figure(title, 'Anywhere', 'The operator does not declare where this installation is.');
  if (!region) return figure(title, 'No region chosen', `This installation is in ${here}.`);
  if (!isHere) return figure(title, region, `Go to ${url ?? 'the installation there'}.`, 'warning');
  const since = chosenAt ? `Since ${when(chosenAt)}. ` : '';
  const before = storedElsewhere ? 'Earlier data was stored in another region.' : '';
  return figure(title, region, `${since}${before}`.trim() || 'This installation is there.');
}
