const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'stage-gates.json': {
    title: 'Stage gates',
    idea: 'An idea moves on when ten interviews were held and at least four strangers would pay.',
    prototype: 'A prototype is shown to five users who were never briefed; three must finish the task alone.',
    launch: 'Before launch the threat model is signed and support has rehearsed the ten likeliest questions.',
    growth: 'Growth money is released when a fifth of the accounts come back in the fourth week.',
    stopping: 'A venture without a paying customer after nine months is wound down with a farewell party.',
  },
  'brainlift.json': {
    title: 'BrainLift notes',
    entries: 'Three entries a week, each with a source, a claim and what you doubt about it.',
    quality: 'An entry that only retells an article earns half of the points.',
    sharing: 'Notes are open to the whole company, except for those marked with a lock.',
  },
  'customers.json': {
    title: 'Customers',
    answers: 'Letters of customers are answered within one working day, complaints within four hours.',
    refunds: 'Money is given back without questions within forty-five days of the purchase.',
    discounts: 'A lead may grant ten percent; more is decided by the sales board on Mondays.',
    references:
      'A logo appears on our page only with a written consent, which may be taken back at any time.',
  },
  'pilot.json': {
    title: 'Pilots with hospitals',
    ethics: 'A pilot with patients waits for the vote of the ethics committee.',
    duration: 'It lasts twelve weeks and ends with a joint report, whatever came out.',
    staff: 'Nurses who take part are relieved of four hours a week.',
  },
  'accessibility.json': {
    title: 'Accessibility',
    keyboard: 'Everything works without a mouse, and the focus is always visible.',
    contrast: 'Small letters keep a contrast of four and a half to one.',
    captions: 'Videos have captions and a transcript on the day they are published.',
    testing: 'Twice a year people who are blind try the product and are paid for it.',
  },
  'meetings.json': {
    title: 'Meetings',
    agenda: 'An invitation without an agenda may be declined without a reason.',
    length: 'Twenty-five or fifty minutes, so that people can breathe in between.',
    quiet: 'On Tuesday mornings no meetings take place at all.',
    minutes: 'Decisions are written down on the same day by whoever called the meeting.',
  },
  'offices.json': {
    title: 'Offices',
    keys: 'The last one out arms the alarm; a forgotten alarm costs a cake.',
    visitors: 'Guests wear a yellow badge and are walked to the door.',
    dogs: 'Two dogs a floor, calm and vaccinated, after a trial day.',
    kitchen: 'Dishes left in the sink over night are thrown away on Friday.',
    fire: 'Gather at the fountain behind the bakery and wait to be counted.',
    parking: 'Bicycles go to the courtyard. The four bays for cars are drawn by lot each month.',
  },
  'ai-tools.json': {
    title: 'Use of AI tools',
    data: 'Names, contracts and patient data never go into a model outside of the company.',
    code: 'Generated code is read line by line by the one who commits it, and they answer for it.',
    disclosure: 'Texts for customers that a machine drafted say so at the end.',
    decisions: 'No machine alone dismisses, hires or pays anybody.',
  },
  'open-source.json': {
    title: 'Open source',
    using: 'Permissive licences are free to use; copyleft needs a word from legal.',
    giving: 'Fixes for libraries that we use are sent upstream in working time.',
    publishing: 'A repository is opened after the secrets scan and two weeks of quarantine.',
  },
  'social.json': {
    title: 'Speaking in public',
    press: 'Calls of journalists go to the spokesperson, Tamsin Orle, without a comment of your own.',
    posts: 'Speak for yourself and say so; figures that are not published stay inside.',
    endorsements: 'Nobody recommends our products in forums under a false name.',
  },
  'health.json': {
    title: 'Health and safety',
    desk: 'An adviser adjusts chair and screen in the first fortnight.',
    workshop: 'Goggles and closed shoes beyond the red line, also for visitors.',
    counselling: 'Six sessions with a psychologist are paid, and nobody learns who went.',
    vaccination: 'The flu jab is offered in October on the third floor.',
    accidents: 'Every injury is written into the green book, however small.',
  },
  'volunteering.json': {
    title: 'Volunteering',
    days: 'Three paid days a year for a charity of your choice.',
    matching: 'Donations are doubled up to two hundred and fifty dollars.',
    emergency: 'Firefighters and rescuers may leave at once when they are called.',
  },
};

/** Projects, customers and the house: documents in JSON, as systems export them. */
export const WORK: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(pages).map(([name, { title, ...sections }]) => {
    const rules = Object.entries(sections).map(([key, rule]) => [key, { rule }]);
    return [name, JSON.stringify({ title, ...Object.fromEntries(rules) })];
  }),
);
