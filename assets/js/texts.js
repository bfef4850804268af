// Every text of the page, by name, in English. A text with a hole is a function. The templates carry some of them too, each
// marked with data-text, and a test holds the two together.

const people = (n) => (n === 1 ? "1 person" : `${n} people`);
const votes = (n) => (n === 1 ? "1 vote" : `${n} votes`);
const joined = (names) => new Intl.ListFormat("en", { type: "conjunction" }).format(names);

const texts = {
  product: "Where to eat",

  // The landing page.
  landingTitle: "Where are we eating?",
  landingLead: "Name your group, share the link, vote. Everyone sees the outcome live. No sign-up.",
  groupLabel: "Name your group",
  groupGo: "Start",
  groupLink: "The link will be",
  groupEmpty: "Give the group a name first.",
  groupBad: "A name has letters, digits, - and _ only. Please take out the rest.",
  groupLong: "That name is too long: 64 characters at most.",
  groupBadLink: (raw) => `“${raw}” is no group’s name: it may have letters, digits, - and _ only. Name yours here.`,
  groupIdea: "Or take",
  recentTitle: "Your recent groups",
  honestTitle: "Good to know",
  honestOpen: "A group is open to whoever knows or guesses its name.",
  honestGone: "All of it is gone two hours after the last vote.",
  honestQuiet: "No tracking, no account, no ads.",
  liveCount: (n) => `${n} people are deciding right now.`,

  // The head of an area.
  share: "Copy link",
  shared: "Link copied. Paste it into your chat.",
  shareByHand: "Copy this link and paste it into your chat:",
  close: "Close",
  hereNow: (n) => `${n} here`,
  empties: (time) => `Empties at ${time}`,
  linkConnecting: "Connecting…",
  linkLive: "Live",
  linkChecking: "Checking…",
  linkReconnecting: "Reconnecting…",
  linkOffline: "Offline",
  linkRefused: "Cookies off",
  linkStale: "Not current",

  // Banners.
  offline: "You are offline. This is how it stood when the connection was lost; it comes back by itself.",
  stale: "The server has lost touch with its store. This is how it stood then; votes wait until it is back.",
  refused: "This browser refuses our cookie. Votes need it, to know yours from others’: please allow cookies for this page, then reload it.",
  noScript: "Without JavaScript this page is not live: open it again to see the latest.",

  // The standings.
  standings: "Standings",
  loading: "Fetching the standings…",
  emptyTitle: "Nothing on the table yet",
  emptyText: "Suggest the first place: a name is enough.",
  noVotes: "No votes right now. Every place below can have yours.",
  leads: (name, n, next, m) => `${name} leads with ${votes(n)}` + (next ? `, then ${next} with ${m}.` : "."),
  tie: (names, n) => `A tie: ${joined(names)} with ${votes(n)} each.`,
  votes,
  leading: "Leading",
  tied: "Tied",
  vote: "Vote",
  voteFor: (name) => ` for ${name}`,
  voteMoves: (name, from) => ` for ${name}; moves it from ${from}`,
  yourVote: "Your vote",
  takeBack: (name) => ` for ${name}. Tap again to take it back`,
  saving: "Saving…",
  waiting: "Waiting…",
  savingFor: (name) => ` the vote for ${name}`,
  map: "Map",
  mapOf: (name) => ` of ${name}`,
  opensNew: " (opens in a new tab)",
  website: "Website",
  websiteOf: (name) => ` of ${name}`,
  you: "you",
  andMore: (n) => `and ${n} more`,
  writtenIn: "Added by hand",
  title: (names, n, area) => `${names} ${n} · ${area}`,
  titleTie: (n) => `Tie of ${n}:`,
  titleEmpty: (area) => `${area} · Where to eat`,

  // What became of an act.
  voted: (name) => `Saved: your vote is for ${name}.`,
  withdrawn: (name) => `You took back your vote for ${name}.`,
  undo: "Undo",
  left: (area) => `You left ${area}: your vote is withdrawn, your name is free.`,
  comeBack: "Come back",
  expired: "Your two hours are over, and so is your vote. Still hungry? Vote again.",
  clearedAll: "Two hours after the last vote, all was cleared. A fresh start.",
  waitingLong: (name) => `Your vote for ${name} could not be sent for two minutes. Do you still want it?`,
  waitingLongBack: "Taking back your vote could not be sent for two minutes. Do you still want that?",
  sendNow: "Yes, send it",
  forget: "Forget it",
  endsSoon: (time) => `Your vote ends at ${time}. Keep it?`,
  keep: "Keep it",
  castAgain: (name) => `The server had lost your vote for ${name}. It was cast again.`,
  nameLost: (name) => `While you were away somebody else took the name ${name}. Take another with your next vote.`,

  // The name.
  nameLabel: "Your name here",
  nameHint: "For the others in this group to see. No account.",
  nameGo: "Vote",
  nameGoAdd: "Add and vote",
  nameChange: "Save name",
  nameBad: "A name has 1 to 32 visible characters.",
  nameFree: (name) => `Take “${name}”`,
  cancel: "Cancel",
  changeName: "Change name",
  leave: "Leave group",
  renamed: (name) => `You are now ${name}.`,

  // Adding a place.
  addTitle: "Add a place",
  addLabel: "A place, or a kind of food",
  addHint: "Picking one gives it your vote.",
  addShort: "Three letters start the search.",
  searching: "Searching…",
  found: (n) => (n === 0 ? "No place found. You can add it by hand." : `${n} found. Pick one, or add yours by hand.`),
  writeIn: (name) => `Add “${name}”`,
  writeInHint: "by hand, as you typed it",
  metres: (m) => (m < 1000 ? `${Math.round(m / 10) * 10} m` : `${(m / 1000).toFixed(1)} km`),
  searchFailed: "The search does not answer right now. You can add the place by hand.",

  // Who is here.
  peopleTitle: "Who is in",
  peopleNone: "Nobody has taken a name yet. You will be asked for yours when you vote.",
  away: "away",
  peopleMore: (n) => `and ${people(n)} more`,

  // The panels beside the standings.
  panelLoading: "One moment…",
  panelFailed: "This part could not be loaded. The standings go on without it.",
  panelAgain: "Try again",

  // Where the search looks, and what becomes of it.
  foundGroup: "Found",
  byHandGroup: "By hand",
  whereVotes: "Near the places with votes",
  whereTyped: (name) => `Near ${name}`,
  whereMe: "Near you",
  whereMap: "Near the map’s middle",
  whereCenter: "Near the usual spot",
  whereAnywhere: "Everywhere",
  whereChange: "Change",
  nearLabel: "Town or street to search near",
  nearGo: "Search there",
  nearSet: (name) => `The search looks near ${name} now.`,
  nearMe: "Near me",
  nearMeAsking: "Your browser asks whether it may tell where you are…",
  nearMeOn: "Searching near you, to about a hundred metres.",
  nearMeDenied: "Your browser may not tell where you are. Type a town or a street, or allow it in the browser’s settings for this page.",
  nearMeUnknown: "Your device does not know where you are right now. Type a town or a street instead.",
  nearMeSlow: "Your device took too long to find out where you are. Try again, or type a town or a street.",
  nearMeNever: "Browsers tell where you are on secure (https) pages only: type a town or a street.",
  searchSlow: "The search took too long. Try again in a moment, or add the place by its name.",
  searchOffline: "No connection: the search waits for it. Added by its name, a place is sent once you are back.",

  // The map.
  mapCanvas: "Places on the map; the arrow keys move it",
  mapLoading: "The map is on its way…",
  mapFailed: "The map could not be loaded. The standings and the search go on without it.",
  mapNoTiles: "The map’s images do not come right now. The places stand where they are all the same.",
  mapHosts: (tiles, code) => `The map’s images come from ${tiles}, what draws it from ${code}; both are asked only once you open it.`,
  mapEmpty: "No place on the map yet. Move it to where you are, and search there.",
  mapMissing: (n) => (n === 1 ? "1 place has no spot on the map." : `${n} places have no spot on the map.`),
  mapSearch: "Search here",
  mapSearchArea: "Search this area",
  mapFound: (n) => (n === 0 ? "No place found here. Move the map, or search for less." : `${n} found here.`),
  mapClear: "Clear",
  mapAll: "Show all places",
  zoomIn: "Closer",
  zoomOut: "Farther",
  spot: (name, n) => `${name} ${votes(n)}`,
  spotMine: (name, n) => `${name} ${votes(n)}, yours among them`,
  pin: (name) => `${name}, found by the search`,

  // An error that nobody foresaw, and the server's, by code.
  failed: "That did not work. Nothing was changed; please try again.",

  // The tabs, and the activity: `actMoved` and its like tell who, the place (or the new name), and what it was before.
  panelTabs: "Show",
  activity: "Activity",
  activityNone: "Nothing has happened yet. Names and votes will show here.",
  actJoined: (name) => `${name} joined.`,
  actVoted: (name, place) => `${name} voted for ${place}.`,
  actMoved: (name, place, from) => `${name} moved from ${from} to ${place}.`,
  actTookBack: (name, place) => `${name} took back the vote for ${place}.`,
  actRenamed: (name, to, from) => `${from} is now ${to}.`,
  actLeft: (name) => `${name} left.`,
  actOver: (name) => `${name}’s two hours are over.`,
  justNow: "just now",
  minutesAgo: (n) => `${n} min ago`,
};

/** By code. Where the server's own sentence says more than its code (`areaFull`, `badVenue`, `overCapacity`), it is the one. */
const errors = {
  badMessage: "The server did not understand this page. Reload it, please.",
  unknownEvent: "The server did not understand this page. Reload it, please.",
  tooLarge: "That was too long for the server.",
  badArea: "That is no group’s name.",
  badName: texts.nameBad,
  nameTaken: "Somebody else has that name here.",
  noSuchVenue: "That place is not in this group any more. Add it again.",
  notJoined: "You need a name here first.",
  notWatching: "The page lost its group. Reload it, please.",
  rateLimited: "That was a little fast. Wait a moment, then try again.",
  storeUnavailable: "The server cannot save right now. It will be tried again.",
  notConnected: "You are offline. Try again when the connection is back.",
  noAnswer: "The server did not answer in time. Try again.",
};

const FROM_RIGHT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF]/;
/** A name that is written from the right does not turn the sentence around it. */
function apart(hole) {
  if (Array.isArray(hole)) return hole.map(apart);
  return typeof hole === "string" && FROM_RIGHT.test(hole) ? `\u2068${hole}\u2069` : hole;
}

/** The text of that name, its holes filled. */
export function say(name, ...holes) {
  const text = texts[name];
  return typeof text === "function" ? text(...holes.map(apart)) : text;
}

/** What went wrong, for a person: by code, else the server's own sentence. */
export function sayError({ code, message } = {}) {
  return Object.hasOwn(errors, code ?? "") ? errors[code] : message || texts.failed;
}
