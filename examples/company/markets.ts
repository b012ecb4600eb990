/** A market that projects address: who pays, how many there are, what one pays a year in dollars. */
export type Market = {
  who: string;
  count: readonly [min: number, max: number];
  price: readonly [min: number, max: number];
  goals: readonly string[];
};

export const MARKETS: readonly Market[] = [
  {
    who: 'independent bakeries',
    count: [18_000, 60_000],
    price: [400, 1_500],
    goals: [
      "Plan tomorrow's bake from yesterday's sales, so that bakeries throw away less bread.",
      'Let bakeries take standing orders from cafes without a phone call before dawn.',
      'Show a bakery owner by noon which product earns its oven time and which does not.',
      "Turn a baker's handwritten recipe cards into costed recipes with allergens.",
    ],
  },
  {
    who: 'small dental clinics',
    count: [25_000, 90_000],
    price: [900, 3_600],
    goals: [
      'Fill cancelled appointments within an hour from a waiting list that patients join themselves.',
      "Draft the treatment letter from the dentist's notes so that it leaves the same day.",
      'Remind patients of check-ups in their own language and let them book in two taps.',
      'Tell a clinic each Friday which insurance claims are about to expire.',
    ],
  },
  {
    who: 'municipal libraries',
    count: [4_000, 20_000],
    price: [600, 4_000],
    goals: [
      'Suggest which books to move between branches so that readers wait less.',
      'Help librarians describe donated collections in minutes instead of weeks.',
      'Give readers one search over every branch, with shelf and opening hours.',
      'Let reading groups reserve a set of books and a room in one request.',
    ],
  },
  {
    who: 'family-run vineyards',
    count: [9_000, 40_000],
    price: [700, 2_800],
    goals: [
      'Warn growers of mildew three days ahead from cheap weather sensors.',
      'Keep a spray diary by voice that satisfies the inspector without retyping.',
      'Match pickers to rows so that the harvest is in before the rain.',
      'Let small vineyards sell what is in the cellar before it is bottled.',
    ],
  },
  {
    who: 'community theatres',
    count: [3_000, 12_000],
    price: [300, 1_200],
    goals: [
      'Sell the last thirty seats on the day of the show to people who live nearby.',
      "Plan rehearsals around the actors' shift work without a week of messages.",
      'Share costumes and sets between theatres instead of building them again.',
      'Apply for small grants from one set of facts about the theatre.',
    ],
  },
  {
    who: 'freight brokers',
    count: [12_000, 30_000],
    price: [3_000, 12_000],
    goals: [
      'Quote a load in ninety seconds from an e-mail, with the margin shown.',
      'Find a return load for trucks that would drive home empty.',
      "Check a carrier's papers before the load is given away, not after.",
      'Tell customers about a late truck before they ask.',
    ],
  },
  {
    who: 'primary schools',
    count: [40_000, 150_000],
    price: [250, 1_400],
    goals: [
      "Turn a teacher's weekly plan into exercises at three levels of difficulty.",
      'Show parents in one page what their child read and calculated this week.',
      'Arrange substitute teachers before seven in the morning without a call chain.',
      'Let pupils practise reading aloud with feedback that is kind and exact.',
    ],
  },
  {
    who: 'bicycle repair shops',
    count: [15_000, 45_000],
    price: [240, 900],
    goals: [
      'Estimate a repair from three photos so that the bicycle comes in once.',
      'Order spare parts before the shelf is empty, from the supplier with the shortest wait.',
      'Keep a service book for each bicycle that the next owner can trust.',
      'Even out the spring rush by offering winter slots to known customers.',
    ],
  },
  {
    who: 'housing cooperatives',
    count: [20_000, 70_000],
    price: [500, 2_400],
    goals: [
      'Collect readings of heat and water without anyone ringing at doors.',
      'Prepare the yearly meeting: agenda, accounts, proxies and minutes in one place.',
      'Compare roof and facade offers line by line so that boards can decide.',
      'Report a leak once and see who is coming, and when.',
    ],
  },
  {
    who: 'veterinary practices',
    count: [22_000, 80_000],
    price: [800, 3_200],
    goals: [
      'Write the visit summary for the owner while the animal is still on the table.',
      'Keep vaccinations of farm animals in step with the law of each region.',
      'Sort incoming calls by urgency, day and night.',
      'Predict which medicines run out next week from the appointments already made.',
    ],
  },
  {
    who: 'museum shops',
    count: [6_000, 18_000],
    price: [350, 1_600],
    goals: [
      'Make a postcard or print of any object in the collection on demand.',
      'Forecast what to stock from the exhibition calendar.',
      'Let visitors have heavy purchases sent home before they leave the building.',
      'Track royalties of artists without a spreadsheet for each of them.',
    ],
  },
  {
    who: 'solar installers',
    count: [30_000, 110_000],
    price: [1_200, 5_000],
    goals: [
      'Design a roof from an aerial photo and an electricity bill in ten minutes.',
      "Fill in the grid operator's forms from the design, without retyping.",
      'Find panels that underperform and say whether it is dirt, shade or a fault.',
      'Schedule crews by roof type, weather and driving time.',
    ],
  },
  {
    who: 'translation agencies',
    count: [8_000, 26_000],
    price: [1_000, 6_000],
    goals: [
      "Check a translation against the client's own glossary before the client does.",
      'Quote a job from the files themselves, with repeated text counted once.',
      'Match each text to the translator who knows its subject.',
      'Show clients what changed between two versions of a translated contract.',
    ],
  },
  {
    who: 'campsites',
    count: [14_000, 50_000],
    price: [450, 1_800],
    goals: [
      'Let guests check in at midnight without waking the owner.',
      'Price pitches by weather and holidays instead of by habit.',
      "Answer the same forty questions in the guest's language.",
      'Plan cleaning from departures so that a pitch is free by noon.',
    ],
  },
  {
    who: 'small law offices',
    count: [60_000, 200_000],
    price: [1_500, 7_000],
    goals: [
      'Sort a new case file by date, party and deadline on the day it arrives.',
      'Draft the standard letters so that a lawyer only corrects them.',
      'Catch a deadline that was agreed in an e-mail and never reached the calendar.',
      'Tell clients the state of their matter in words they understand.',
    ],
  },
  {
    who: 'choirs and orchestras',
    count: [20_000, 65_000],
    price: [120, 600],
    goals: [
      'Lend sheet music between ensembles with a clear record of who has what.',
      'Let singers practise their own part against the others at any speed.',
      'Put a concert season together from who can come when.',
      'Find a stand-in for a sick soloist within a day.',
    ],
  },
  {
    who: 'fish farms',
    count: [7_000, 24_000],
    price: [2_000, 9_000],
    goals: [
      'Feed by what the fish do in the water and not by the clock.',
      'Warn of low oxygen an hour before it harms.',
      'Keep the papers that buyers ask for ready for each tank.',
      'Estimate weight by camera so that fish are handled less.',
    ],
  },
  {
    who: 'repair cafes and tool libraries',
    count: [5_000, 16_000],
    price: [60, 300],
    goals: [
      'Tell visitors before they come whether someone there can repair their device.',
      'Lend out tools with deposits and reminders, run by volunteers.',
      'Collect repair guides by model from those who did the repair.',
      'Show a town how much waste its repairers prevented.',
    ],
  },
  {
    who: 'construction subcontractors',
    count: [80_000, 300_000],
    price: [900, 4_500],
    goals: [
      'Turn site photos and voice notes into the daily report.',
      'Claim extra work on the day it is ordered, with evidence.',
      'Read a tender of 300 pages and list what concerns one trade.',
      'See a week ahead which crews will stand idle, and offer them.',
    ],
  },
  {
    who: 'home care services',
    count: [35_000, 120_000],
    price: [1_100, 5_500],
    goals: [
      'Plan routes that keep the same carer with the same person.',
      'Hand over between shifts by voice, with what changed set apart.',
      'Notice from visit notes when someone eats or walks less than before.',
      "Fill a sick carer's visits within twenty minutes.",
    ],
  },
  {
    who: 'farm shops',
    count: [16_000, 55_000],
    price: [200, 1_100],
    goals: [
      "Sell next week's vegetables by subscription and harvest exactly that.",
      'Run an unattended shop where customers pay honestly and stock counts itself.',
      'Let five farms share one delivery round.',
      "Write the shop's weekly letter from what is ripe.",
    ],
  },
  {
    who: 'driving schools',
    count: [28_000, 95_000],
    price: [300, 1_500],
    goals: [
      'Tell learners after each lesson what to practise, with the place on the map.',
      "Fill gaps in the instructors' day with learners who live on the way.",
      'Predict who is ready for the test and who would pay for it twice.',
      'Move the theory course into ten-minute pieces that stay in memory.',
    ],
  },
  {
    who: 'print shops',
    count: [19_000, 58_000],
    price: [600, 3_000],
    goals: [
      "Check a customer's file and say in plain words what will go wrong in print.",
      'Combine small orders on one sheet to waste less paper.',
      'Quote from a description in an e-mail.',
      "Show each order's place in the queue to the customer.",
    ],
  },
  {
    who: 'mountain rescue teams',
    count: [900, 3_500],
    price: [400, 2_000],
    goals: [
      'Put the last known positions, weather and terrain of a search on one map.',
      'Log a mission by radio so that the report writes itself.',
      'Train new members on past missions, decision by decision.',
      'Know at any moment who can be at the hut within the hour.',
    ],
  },
  {
    who: 'regional newspapers',
    count: [2_500, 9_000],
    price: [4_000, 20_000],
    goals: [
      'Summarise council papers and point to what is new, with page numbers.',
      "Find the three old articles a reader needs to understand today's.",
      'Let readers correct a fact and see what became of it.',
      "Plan the week's photographers by events and distance.",
    ],
  },
];
