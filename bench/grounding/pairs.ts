/** How a sentence is false although its quote is genuine. */
type Fault =
  | 'negation'
  | 'figure'
  | 'unit'
  | 'subject'
  | 'condition'
  | 'modality'
  | 'bound'
  | 'date'
  | 'scope'
  | 'order'
  | 'invention';

interface Case {
  passage: string;
  /** What a model would quote; words of the passage. */
  quote: string;
  faithful: readonly string[];
  false: readonly (readonly [Fault, string])[];
}

const CASES: readonly Case[] = [
  {
    passage:
      'Drivers rest for at least forty-five minutes after four and a half hours at the wheel. The break may be split into fifteen and thirty minutes.',
    quote: 'rest for at least forty-five minutes after four and a half hours',
    faithful: [
      'After four and a half hours at the wheel, drivers rest for at least 45 minutes.',
      'A driver must rest at least forty-five minutes after four and a half hours.',
    ],
    false: [
      ['bound', 'Drivers rest for at most forty-five minutes after four and a half hours at the wheel.'],
      ['figure', 'Drivers rest for at least thirty minutes after four and a half hours at the wheel.'],
    ],
  },
  {
    passage:
      'Stock is counted on the last Saturday of each month. Differences above two hundred euros are reported to the warehouse manager, smaller ones to the shift leader.',
    quote: 'Differences above two hundred euros are reported to the warehouse manager',
    faithful: [
      'The warehouse manager is told of differences above 200 euros.',
      'Differences of more than two hundred euros are reported to the warehouse manager.',
    ],
    false: [
      ['subject', 'Differences above two hundred euros are reported to the shift leader.'],
      ['bound', 'Differences below two hundred euros are reported to the warehouse manager.'],
    ],
  },
  {
    passage:
      'Samples may leave the laboratory only in sealed boxes. The courier signs for each box, and a copy of the slip stays with the laboratory for ten years.',
    quote: 'Samples may leave the laboratory only in sealed boxes',
    faithful: [
      'Samples may only leave the laboratory in sealed boxes.',
      'Only in sealed boxes may samples leave the laboratory.',
    ],
    false: [
      ['negation', 'Samples may not leave the laboratory in sealed boxes.'],
      ['condition', 'Samples may leave the laboratory in open boxes if the courier signs.'],
    ],
  },
  {
    passage:
      'Night shifts are paid with a supplement of twenty-five percent, Sunday shifts with fifty percent. Both are never added together.',
    quote: 'Night shifts are paid with a supplement of twenty-five percent, Sunday shifts with fifty percent',
    faithful: [
      'The supplement for night shifts is 25 %.',
      'Sunday shifts are paid with a supplement of fifty percent.',
    ],
    false: [
      ['figure', 'Night shifts are paid with a supplement of fifty percent.'],
      ['unit', 'Night shifts are paid with a supplement of twenty-five euros.'],
    ],
  },
  {
    passage:
      'Volunteers under eighteen do not handle chemicals. They may help at the reception when an adult is present.',
    quote: 'Volunteers under eighteen do not handle chemicals',
    faithful: [
      'Volunteers under 18 never handle chemicals.',
      'Chemicals are not handled by volunteers under eighteen.',
    ],
    false: [
      ['negation', 'Volunteers under eighteen handle chemicals.'],
      ['bound', 'Volunteers over eighteen do not handle chemicals.'],
    ],
  },
  {
    passage:
      'Complaints are acknowledged within two working days and settled within fifteen. If that is not possible, the customer hears why and when an answer will come.',
    quote: 'Complaints are acknowledged within two working days and settled within fifteen',
    faithful: [
      'We acknowledge complaints within two working days.',
      'Complaints are acknowledged within 2 working days and settled within 15.',
    ],
    false: [
      ['figure', 'Complaints are settled within two working days.'],
      ['unit', 'Complaints are acknowledged within two weeks.'],
    ],
  },
  {
    passage:
      'A lone worker carries the pager at all times. The control room calls every thirty minutes, and sends help when two calls in a row are not answered.',
    quote: 'The control room calls every thirty minutes',
    faithful: ['The control room calls every 30 minutes.', 'Every thirty minutes the control room calls.'],
    false: [
      ['subject', 'The lone worker calls the police every thirty minutes.'],
      ['unit', 'The control room calls every thirty hours.'],
    ],
  },
  {
    passage:
      'Rooms are heated to twenty degrees, corridors to sixteen. Windows stay closed while the heating runs.',
    quote: 'Windows stay closed while the heating runs',
    faithful: [
      'While the heating runs, windows stay closed.',
      'Windows must stay closed while the heating is running.',
    ],
    false: [
      ['negation', 'Windows do not stay closed while the heating runs.'],
      ['invention', 'Windows stay open while the heating runs.'],
    ],
  },
  {
    passage:
      'The emergency fund pays up to one thousand dollars once a year. An application needs no receipt, unless the amount is above four hundred dollars.',
    quote: 'An application needs no receipt, unless the amount is above four hundred dollars',
    faithful: [
      'No receipt is needed unless the amount is above $400.',
      'An application needs no receipt unless it is for more than four hundred dollars.',
    ],
    false: [
      ['condition', 'An application needs no receipt.'],
      ['negation', 'An application needs a receipt, unless the amount is above four hundred dollars.'],
    ],
  },
  {
    passage:
      'The archive is open from Tuesday to Friday between nine and noon. Originals are read in the hall and are not lent.',
    quote: 'The archive is open from Tuesday to Friday between nine and noon',
    faithful: [
      'From Tuesday to Friday the archive is open between nine and noon.',
      'The archive opens from Tuesday to Friday between 9 and noon.',
    ],
    false: [
      ['date', 'The archive is open from Monday to Friday between nine and noon.'],
      ['date', 'The archive is open from Tuesday to Friday between nine and midnight.'],
    ],
  },
  {
    passage:
      'Interpreters should be booked three days ahead. In an emergency the telephone service is used, which is free of charge for every ward.',
    quote: 'Interpreters should be booked three days ahead',
    faithful: [
      'Interpreters should be booked three days in advance.',
      'You should book an interpreter three days ahead.',
    ],
    false: [
      ['modality', 'Interpreters must be booked three days ahead.'],
      ['modality', 'Interpreters may be booked three days ahead.'],
    ],
  },
  {
    passage:
      'Teachers may record a lesson when all parents have agreed in writing. Recordings are erased at the end of the school year.',
    quote: 'Teachers may record a lesson when all parents have agreed in writing',
    faithful: [
      'A lesson may be recorded by teachers when all parents have agreed in writing.',
      'If all parents have agreed in writing, teachers may record a lesson.',
    ],
    false: [
      ['condition', 'Teachers may record a lesson.'],
      ['modality', 'Teachers must record a lesson when all parents have agreed in writing.'],
    ],
  },
  {
    passage:
      'Ladders are checked by the safety officer in January and July. A damaged ladder is marked red and is not repaired but destroyed.',
    quote: 'Ladders are checked by the safety officer in January and July',
    faithful: [
      'The safety officer checks ladders in January and July.',
      'In January and July ladders are checked by the safety officer.',
    ],
    false: [
      ['date', 'The safety officer checks ladders in January and June.'],
      ['subject', 'The building manager checks ladders in January and July.'],
    ],
  },
  {
    passage:
      'Guests of the canteen pay seven euros; trainees pay half of it. Children below six eat for free.',
    quote: 'Guests of the canteen pay seven euros; trainees pay half of it',
    faithful: ['Guests of the canteen pay 7 euros.', 'The canteen costs guests seven euros.'],
    false: [
      ['subject', 'Trainees pay seven euros.'],
      ['unit', 'Guests of the canteen pay seven dollars.'],
    ],
  },
  {
    passage:
      'Every machine has a logbook. Entries are made in ink, are never erased, and are countersigned by the foreman before the end of the shift.',
    quote: 'are countersigned by the foreman before the end of the shift',
    faithful: [
      'The foreman countersigns entries before the end of the shift.',
      'Before the end of the shift the foreman countersigns the entries.',
    ],
    false: [
      ['condition', 'The foreman countersigns entries after the end of the shift.'],
      ['negation', 'Entries are not countersigned by the foreman.'],
    ],
  },
  {
    passage:
      'Most invoices are paid after fourteen days. Invoices of small craft firms are paid at once, on request with a deduction of two percent.',
    quote: 'Most invoices are paid after fourteen days',
    faithful: ['Most invoices are paid after 14 days.', 'After fourteen days most invoices are paid.'],
    false: [
      ['scope', 'All invoices are paid after fourteen days.'],
      ['negation', 'Most invoices are not paid after fourteen days.'],
    ],
  },
  {
    passage:
      'The scholarship is awarded for two semesters and can be renewed once. Holders report in March; without the report the payments end.',
    quote: 'awarded for two semesters and can be renewed once',
    faithful: [
      'The scholarship is awarded for two semesters and can be renewed once.',
      'It is awarded for two semesters, and a renewal is possible once.',
    ],
    false: [
      ['figure', 'The scholarship is awarded for two semesters and can be renewed twice.'],
      ['modality', 'The scholarship is awarded for two semesters and must be renewed once.'],
    ],
  },
  {
    passage:
      'Tools worth less than fifty dollars belong to whoever uses them. Dearer ones are lent against a signature and are returned on the last day.',
    quote: 'Tools worth less than fifty dollars belong to whoever uses them',
    faithful: [
      'Tools that are worth less than $50 belong to whoever uses them.',
      'Whoever uses them owns tools worth less than fifty dollars.',
    ],
    false: [
      ['bound', 'Tools worth more than fifty dollars belong to whoever uses them.'],
      ['figure', 'Tools worth less than five hundred dollars belong to whoever uses them.'],
    ],
  },
  {
    passage:
      'Patients are woken at seven, except on the ward for children. Visitors leave at eight in the evening.',
    quote: 'Patients are woken at seven, except on the ward for children',
    faithful: [
      'Patients are woken at 7, except on the ward for children.',
      'Except on the ward for children, patients are woken at seven.',
    ],
    false: [
      ['condition', 'All patients are woken at seven.'],
      ['date', 'Patients are woken at eight, except on the ward for children.'],
    ],
  },
  {
    passage:
      'The nearest shelter is below the town hall. When the siren sounds three times, everybody goes there and waits for the warden.',
    quote: 'When the siren sounds three times, everybody goes there and waits for the warden',
    faithful: [
      'When the siren sounds three times, everybody waits there for the warden.',
      'Everybody goes there when the siren sounds 3 times.',
    ],
    false: [
      ['figure', 'When the siren sounds twice, everybody goes there and waits for the warden.'],
      ['scope', 'When the siren sounds three times, nobody goes there.'],
    ],
  },
  {
    passage:
      'Members of the board declare gifts above one hundred pounds. The register is public and is renewed every quarter.',
    quote: 'Members of the board declare gifts above one hundred pounds',
    faithful: [
      'Gifts above one hundred pounds are declared by members of the board.',
      'Board members declare gifts above £100.',
    ],
    false: [
      ['modality', 'Members of the board may declare gifts above one hundred pounds if they wish.'],
      ['unit', 'Members of the board declare gifts above one hundred kilograms.'],
    ],
  },
  {
    passage:
      'Leftover medicine is returned to the pharmacy and is not thrown into the bin. The pharmacist weighs it and destroys it on the same day.',
    quote: 'Leftover medicine is returned to the pharmacy and is not thrown into the bin',
    faithful: [
      'Leftover medicine is returned to the pharmacy.',
      'Do not throw leftover medicine into the bin; it is returned to the pharmacy.',
    ],
    false: [
      ['negation', 'Leftover medicine is thrown into the bin.'],
      ['negation', 'Leftover medicine is not returned to the pharmacy.'],
    ],
  },
  {
    passage:
      'The pool car is booked by Velda Roon at the front desk. It is returned with a full tank, and tolls are paid by the department.',
    quote: 'The pool car is booked by Velda Roon at the front desk',
    faithful: [
      'Velda Roon at the front desk books the pool car.',
      'The pool car is booked at the front desk by Velda Roon.',
    ],
    false: [
      ['subject', 'The pool car is booked by Ostrin Vale at the front desk.'],
      ['invention', 'The pool car is booked by Velda Roon at the front desk and insured by Norvia.'],
    ],
  },
  {
    passage:
      'Apprentices attend school on two days a week, and never work on the evening before an exam. The firm pays the books.',
    quote: 'never work on the evening before an exam',
    faithful: [
      'Apprentices never work on the evening before an exam.',
      'On the evening before an exam apprentices do not work.',
    ],
    false: [
      ['condition', 'Apprentices never work on the evening after an exam.'],
      ['negation', 'Apprentices work on the evening before an exam.'],
    ],
  },
  {
    passage:
      'A parcel heavier than twenty kilograms is lifted by two people. Trolleys stand at gate four; they are returned unloaded.',
    quote: 'A parcel heavier than twenty kilograms is lifted by two people',
    faithful: [
      'Two people lift a parcel that is heavier than 20 kg.',
      'Parcels heavier than twenty kilograms are lifted by two people.',
    ],
    false: [
      ['unit', 'A parcel heavier than twenty grams is lifted by two people.'],
      ['bound', 'A parcel lighter than twenty kilograms is lifted by two people.'],
    ],
  },
  {
    passage:
      'Photographs of the site are published with the consent of the client. Faces are made unrecognisable, unless the person has signed the form.',
    quote: 'Faces are made unrecognisable, unless the person has signed the form',
    faithful: [
      'Unless the person has signed the form, faces are made unrecognisable.',
      'Faces are made unrecognisable unless the person signed the form.',
    ],
    false: [
      ['condition', 'Faces are made unrecognisable when the person has signed the form.'],
      ['invention', 'Faces are made recognisable, unless the person has signed the form.'],
    ],
  },
  {
    passage:
      'The choir rehearses on Thursdays from six to eight. Whoever misses three rehearsals does not sing at the concert in May.',
    quote: 'Whoever misses three rehearsals does not sing at the concert in May',
    faithful: [
      'Whoever misses 3 rehearsals does not sing at the concert in May.',
      'You do not sing at the concert in May if you miss three rehearsals.',
    ],
    false: [
      ['negation', 'Whoever misses three rehearsals sings at the concert in May.'],
      ['date', 'Whoever misses three rehearsals does not sing at the concert in March.'],
    ],
  },
  {
    passage:
      'Fees are reduced by a third for families with two children and waived for those with three or more. The form is due by the tenth of September.',
    quote:
      'Fees are reduced by a third for families with two children and waived for those with three or more',
    faithful: [
      'Families with two children pay fees that are reduced by a third.',
      'Fees are waived for families with three or more children.',
    ],
    false: [
      ['figure', 'Fees are waived for families with two children.'],
      ['condition', 'Fees are increased by a third for families with two children.'],
    ],
  },
];

/** Of the passage one word or two are changed, and its quote leaves the rest out. */
const TO_BREAK: readonly (readonly [Fault, passage: string, quote: string, sentence: string])[] = [
  [
    'invention',
    'Rooms are heated to twenty degrees.',
    'Rooms are heated to twenty degrees',
    'Rooms are cooled to twenty degrees.',
  ],
  [
    'invention',
    'Requests are answered by email.',
    'Requests are answered by email',
    'Requests are answered by telephone.',
  ],
  [
    'invention',
    'Parents may bring a dog to the garden.',
    'may bring a dog to the garden',
    'Parents may bring a cat to the garden.',
  ],
  [
    'invention',
    'Builders in France get a bonus in May.',
    'Builders in France get a bonus',
    'Builders in Germany get a bonus.',
  ],
  [
    'order',
    'The buddy reports to the lead on Mondays.',
    'The buddy reports to the lead',
    'The lead reports to the buddy.',
  ],
  [
    'order',
    'The board hears the lead before it decides.',
    'The board hears the lead',
    'The lead hears the board.',
  ],
  [
    'order',
    'Water is poured into the acid.',
    'Water is poured into the acid',
    'The acid is poured into the water.',
  ],
  [
    'figure',
    'Every second Friday the plan is looked at.',
    'Every second Friday the plan is looked at',
    'Every Friday the plan is looked at.',
  ],
  ['figure', 'Half of the fee is refunded.', 'Half of the fee is refunded', 'The fee is refunded.'],
  [
    'figure',
    'Three of the five seats are for builders.',
    'Three of the five seats are for builders',
    'Five of the three seats are for builders.',
  ],
  ['condition', 'Leave is granted if the lead agrees.', 'Leave is granted if the lead', 'Leave is granted.'],
  ['condition', 'With a note from the doctor the fee is waived.', 'the fee is waived', 'The fee is waived.'],
  [
    'scope',
    'The fee is waived for children in the first year.',
    'The fee is waived for children',
    'The fee is waived for children.',
  ],
  ['negation', 'It is untrue that overtime is paid.', 'that overtime is paid', 'Overtime is paid.'],
  [
    'negation',
    'The request to work abroad was refused by the board.',
    'The request to work abroad',
    'The board agreed to work abroad.',
  ],
  ['negation', 'Nobody may refuse to sign.', 'Nobody may refuse to sign', 'Nobody may sign.'],
];

/** A sentence about a passage, with the words of it that it claims to rest on. */
export interface Pair {
  passage: string;
  quote: string;
  sentence: string;
  /** Null for a faithful one. */
  fault: Fault | null;
  /** Every second passage was kept aside while the checks were written; some were written after them, to break them. */
  written: 'in view' | 'kept aside' | 'to break them';
}

/** Sentences about invented rules; the quotes are genuine. */
export const PAIRS: readonly Pair[] = [
  ...CASES.flatMap(({ passage, quote, faithful, false: faults }, index) => {
    const written = index % 2 === 0 ? ('in view' as const) : ('kept aside' as const);
    return [
      ...faithful.map((sentence) => ({ passage, quote, sentence, fault: null, written })),
      ...faults.map(([fault, sentence]) => ({ passage, quote, sentence, fault, written })),
    ];
  }),
  ...TO_BREAK.map(([fault, passage, quote, sentence]) => ({
    ...{ passage, quote, sentence, fault },
    written: 'to break them' as const,
  })),
];
