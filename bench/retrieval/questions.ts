/** A distinctive phrase of the passage that answers, a question near its words, and one that says it otherwise. */
type Asked = readonly [phrase: string, near: string, otherwise: string];

const ASKED: readonly Asked[] = [
  [
    'Between ten and three everybody',
    'Between which hours can everybody be reached?',
    'When must I be available?',
  ],
  [
    'counts as not worked',
    'What if a day has no entry in the tracker?',
    'I forgot to record yesterday, is it paid?',
  ],
  [
    'why the tracker did not run',
    'How do I request manual time without an entry?',
    'Until when may I claim forgotten work?',
  ],
  [
    'Eleven hours lie between',
    'How many hours of rest lie between two days?',
    'I was up late for a rollout, when do I start again?',
  ],
  [
    'They lapse on the last day of April',
    'When do days of annual leave lapse?',
    'Can I carry over unused vacation?',
  ],
  ['Enter it two weeks ahead', 'How far ahead do I enter leave?', 'How early should holidays be announced?'],
  [
    'medical certificate is due',
    'From which day is a medical certificate due?',
    'I have a fever, what paperwork do you want?',
  ],
  [
    'two days for grandparents',
    'How many days for bereavement when a parent dies?',
    'My grandmother passed away, may I go to the funeral?',
  ],
  [
    'once in two years',
    'Do I get a day for moving house?',
    'I have a new flat and need time to carry boxes.',
  ],
  [
    'sixth week before the due date',
    'From which week before the due date are there no shifts?',
    'I am pregnant, do I still have to travel?',
  ],
  [
    'twenty weeks on full pay',
    'How many weeks on full pay may a parent stay at home?',
    'What is the length of paternity absence?',
  ],
  [
    'sixty percent of the hours',
    'Can I work sixty percent after the return?',
    'Is part-time possible with a baby?',
  ],
  [
    'each child below twelve',
    'How many days a year for sick children?',
    'My daughter caught chickenpox, who looks after her?',
  ],
  ['lunch partner are waiting', 'What is waiting on day one?', 'What happens when somebody starts here?'],
  ['A buddy from another team', 'How often does a buddy meet me?', 'Who helps newcomers?'],
  [
    'fixed three small defects',
    'How many small defects by day thirty?',
    'What should a beginner have achieved after four weeks?',
  ],
  ['It lasts four months', 'How long does probation last?', 'When is my trial period over?'],
  [
    'agenda that you write',
    'How long is the weekly talk with my lead?',
    'How often do I see my boss one to one?',
  ],
  [
    'answer the same five questions',
    'Who answers the questions of the half-year review?',
    'How does the biannual appraisal work?',
  ],
  [
    'looked at every second Friday',
    'How long does an improvement plan last?',
    'My performance is poor, what comes now?',
  ],
  [
    'people board to read it again',
    'Who reads an assessment again after a disagreement?',
    'How can I appeal against my grade?',
  ],
  ['band of seven steps', 'How many steps has a band?', 'Where do I see how much other jobs earn?'],
  ['Steps are decided in March', 'When are raises decided?', 'When can I expect a higher wage?'],
  [
    'twelve percent of the yearly salary',
    'How big is the bonus?',
    'Is there a variable part of compensation?',
  ],
  ['arrives on the twenty-fifth', 'On which day does money arrive?', 'When do I receive my wage?'],
  [
    'evened out within the quarter',
    'What happens to overtime in a quarter?',
    'I did too much this month, do I get extra cash?',
  ],
  ['these are no jokes', 'Are jokes about accent or faith allowed?', 'A colleague makes racist remarks.'],
  [
    'ombudsperson, Quince Ferrow',
    'Who is the ombudsperson?',
    'Whom can I trust with a complaint about harassment?',
  ],
  [
    'punishes a person for a report',
    'What if somebody is punished for a report?',
    'Can I be fired for whistleblowing?',
  ],
  [
    'returned or raffled',
    'What happens with presents worth more than thirty-five dollars?',
    'A supplier sent me wine, may I keep it?',
  ],
  ['A couple does not sit', 'May a couple be in one reporting line?', 'I am dating somebody from my group.'],
  [
    'Three days of the week may be at home',
    'How many days of the week may be at home?',
    'Can I do home office?',
  ],
  [
    'another country of the list',
    'How many days a year from another country?',
    'Can I take my laptop to Spain for a month?',
  ],
  ['lends a screen, a chair', 'Which equipment does the company lend?', 'Who pays for my furniture?'],
  ['connection at home', 'How much is paid for the connection at home?', 'Do you cover broadband?'],
  [
    'for courses, books and exams',
    'What is the budget for courses and books?',
    'Will you finance my education?',
  ],
  [
    'Speakers travel at the company',
    'Do speakers travel at the cost of the company?',
    'I was invited to give a keynote, who covers it?',
  ],
  [
    'tells the others what was new',
    'When must I tell the others what was new?',
    'Do I have to present after a seminar?',
  ],
  [
    'second attempt is private',
    'Who pays the fee of a failed exam?',
    'I did not pass the test, can I repeat it for free?',
  ],
  ['Six weeks to the end of a month', 'How many weeks is the notice?', 'I want to quit, how soon can I go?'],
  [
    'A list names every system',
    'What is in the list of the handover?',
    'How do I pass my tasks to a successor?',
  ],
  [
    'noon of the last day',
    'When does access end on the last day?',
    'How long do my logins work after I resign?',
  ],
  [
    'says nothing about illness',
    'Within how many weeks is a reference letter written?',
    'I need a testimonial for job applications.',
  ],
  ['rail pass is paid', 'When is the rail pass paid?', 'Which class may I ride by railway?'],
  ['Domestic routes are not flown', 'Are domestic routes flown?', 'May I take a plane in business class?'],
  [
    'one hundred and forty dollars a night',
    'How many dollars a night for a hotel?',
    'What is the limit for lodging?',
  ],
  [
    'Fifty-four dollars for a whole day',
    'How many dollars for meals of a whole day?',
    'What is the per diem for food?',
  ],
  [
    'Thirty-eight cents',
    'How many cents for each kilometre with my own car?',
    'What is the mileage rate for driving?',
  ],
  [
    'Photograph every slip',
    'When is a slip no longer paid back?',
    'I lost track of old bills, can I still hand them in?',
  ],
  [
    'not even with repayment',
    'Are private purchases allowed on the company card?',
    'May I buy groceries with the corporate Visa?',
  ],
  [
    'eighty dollars a head',
    'What is the cap for dinners with customers?',
    'How expensive can a restaurant for clients be?',
  ],
  ['arrives with the next wage', 'When does reimbursement arrive?', 'How soon do I get refunded?'],
  [
    'Below five hundred dollars a team',
    'What may a team buy below five hundred dollars?',
    'Can we order cheap items ourselves?',
  ],
  [
    'three offers are compared',
    'When are three offers compared?',
    'How many bids for an expensive acquisition?',
  ],
  [
    'two managing directors sign',
    'Who signs contracts for more than one year?',
    'Which lawyer checks subscriptions?',
  ],
  [
    'questionnaire on labour',
    'What do new vendors answer before the first order?',
    'How do we vet a provider?',
  ],
  ['least of all in a chat', 'Where do secrets live?', 'May I send an API key by Slack?'],
  [
    'at least sixteen characters',
    'How many characters has a passphrase?',
    'How complex should my password be?',
  ],
  [
    'spare one is kept in the safe',
    'Where is the spare hardware token kept?',
    'Is two-step authentication with a YubiKey required?',
  ],
  ['Nobody lends an account', 'May I lend an account to a colleague?', 'Can my teammate use my login today?'],
  [
    'Red means that customers cannot work',
    'What does red mean for customers?',
    'How are outages classified?',
  ],
  [
    'answers a red alarm',
    'Within how many minutes is a red alarm answered?',
    'How quickly must we react to a critical alert?',
  ],
  [
    'updated every half hour',
    'How often is the status page updated?',
    'How do we inform users during an outage?',
  ],
  [
    'names causes, never culprits',
    'When does the write-up name causes?',
    'Is there a postmortem after a failure?',
  ],
  [
    'a copy within twenty-one days',
    'Within how many days does one get a copy?',
    'A user demands disclosure of stored information.',
  ],
  ['Applications are erased', 'When are applications and logs erased?', 'How long do we store resumes?'],
  ['seventy-two hours', 'Who is told about lost data?', 'We leaked records, whom must we notify?'],
  [
    'tests use invented people',
    'May copies of production leave production?',
    'Can I debug with real customer records?',
  ],
  ['replaced after four years', 'When are laptops replaced?', 'My computer is slow, do I get a new one?'],
  [
    'needs the container app',
    'What does work mail on a private phone need?',
    'How do I read e-mails on my own iPhone?',
  ],
  [
    'stolen machine to the helpdesk',
    'Where do I report a stolen machine?',
    'My notebook disappeared on the train.',
  ],
  [
    'torrents and cracked tools',
    'How do I ask for programs outside of the catalogue?',
    'May I install applications myself?',
  ],
  ['from Monday to Thursday before', 'On which days do deployments happen?', 'Can we ship on a weekend?'],
  ['Two pairs of eyes', 'How many pairs of eyes see a change?', 'Who inspects pull requests for billing?'],
  ['undone in fifteen minutes', 'Which release is not started?', 'What if we cannot revert quickly?'],
  ['only repairs go out', 'When do only repairs go out?', 'May we deploy features at Christmas?'],
  ['One week in six', 'How often am I on the rota?', 'How frequent is standby duty?'],
  [
    'off for every hour awake',
    'How many dollars for a week on call?',
    'Do I receive money for being woken by the pager?',
  ],
  ['second line is woken', 'When is the second line woken?', 'I am stuck with an alert, whom do I ring?'],
  ['Trade shifts as you like', 'May I trade shifts?', 'Can somebody cover my duty on Saturday?'],
  ['copied every six hours', 'How often are databases copied?', 'How much data could we lose?'],
  [
    'randomly drawn system',
    'When is a drawn system brought back from its copy?',
    'Do we test disaster recovery?',
  ],
  [
    'Daily copies stay five weeks',
    'How long do daily copies stay?',
    'For how many months are archives stored?',
  ],
  [
    'ten interviews were held',
    'How many interviews before an idea moves on?',
    'What must I prove to leave the first phase?',
  ],
  [
    'five users who were never briefed',
    'To how many users is a prototype shown?',
    'How is usability tested before building?',
  ],
  ['threat model is signed', 'What is signed before launch?', 'What security work precedes going live?'],
  [
    'released when a fifth of the accounts',
    'When is growth money released?',
    'Which retention do we need for scaling?',
  ],
  [
    'wound down with a farewell party',
    'When is a venture wound down?',
    'At what point is a failing startup shut?',
  ],
  [
    'Three entries a week',
    'How many entries a week with a source?',
    'How much should I write about what I learned?',
  ],
  [
    'earns half of the points',
    'What does an entry that retells an article earn?',
    'Is a summary of a blog good enough?',
  ],
  [
    'complaints within four hours',
    'When are complaints and letters of customers answered?',
    'How fast must support respond?',
  ],
  [
    'forty-five days of the purchase',
    'Until when is money given back after the purchase?',
    'A client is unhappy and wants a refund.',
  ],
  [
    'lead may grant ten percent',
    'How many percent may a lead grant?',
    'Can I lower the price for a big account?',
  ],
  [
    'only with a written consent',
    'When does a logo appear on our page?',
    'May we name a client in marketing?',
  ],
  [
    'vote of the ethics committee',
    'Which vote does a pilot with patients wait for?',
    'Who has to permit a clinical trial?',
  ],
  [
    'works without a mouse',
    'Does everything work without a mouse?',
    'How do people who cannot use a pointer navigate?',
  ],
  ['contrast of four and a half', 'Which contrast do small letters keep?', 'Are grey fonts readable enough?'],
  [
    'may be declined without a reason',
    'When may an invitation be declined?',
    'Must I attend every appointment?',
  ],
  ['no meetings take place at all', 'When do no meetings take place?', 'Is there time for focused work?'],
  ['calm and vaccinated', 'How many dogs a floor?', 'Can I bring my puppy?'],
  [
    'behind the bakery',
    'Where do we gather at the fountain?',
    'The building burns, where is the meeting point?',
  ],
];

/** One question, and a phrase that only the passage with its answer has. */
export interface Question {
  question: string;
  phrase: string;
}

export const QUESTIONS: readonly Question[] = ASKED.flatMap(([phrase, near, otherwise]) => [
  { question: near, phrase },
  { question: otherwise, phrase },
]);
