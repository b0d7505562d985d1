// How states, flags and roles are called and drawn.

export const STATES = {
  proposed: ["○", "open"],
  accepted: ["✓", "accepted"],
  edited: ["✎", "edited"],
  rejected: ["✕", "rejected"],
  conflict: ["⚠", "conflict"],
};

export const FLAGS = {
  negated: "claimed absence",
  hedged: "stated with doubt",
  retracted: "retracted article",
  unknown: "name not in the vocabulary",
  moved: "moved since decided",
  kept: "kept, not found any more",
  evidence: "evidence decided on",
  noted: "with a note",
};

/** In the list, where there is little room. */
export const SHORT = { negated: "absence", hedged: "doubt", retracted: "retracted", moved: "moved", kept: "kept" };

export const SORTS = {
  "": "as in the tables",
  unsurest: "least sure first",
  surest: "surest first",
  article: "by article",
  study: "by study",
  state: "by decision",
  latest: "last decided first",
};

/** role → [word, group of colour] */
export const ROLES = {
  trigger: ["signal", "sign"],
  negation: ["negation", "cue"],
  doubt: ["doubt", "cue"],
  donor: ["donor", "giver"],
  mito_source: ["source", "giver"],
  donor_species: ["species", "other"],
  model_species: ["species", "other"],
  recipient: ["recipient", "taker"],
  target: ["target", "taker"],
  form: ["form", "thing"],
  agent: ["given", "thing"],
  mechanism: ["mechanism", "way"],
  uptake: ["uptake", "way"],
  route: ["route", "way"],
  effect: ["effect", "effect"],
  condition: ["condition", "state"],
  disease: ["disease", "state"],
  trial_condition: ["condition", "state"],
  procedure: ["model", "state"],
  tissue: ["tissue", "taker"],
  label: ["label", "other"],
  dose: ["dose", "other"],
};

export const role = (name) => ROLES[name] ?? [name.replaceAll("_", " "), "other"];

export const ARROWS = { increase: "↑", decrease: "↓", change: "±", none: "=" };
export const DIRECTIONS = { increase: "increase", decrease: "decrease", change: "change", none: "no effect" };
