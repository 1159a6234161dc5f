// What there is to trade. The gateway knows numbers only: names come from wherever your reference data is; here they are made up.

/** @typedef {{ readonly key: number, readonly symbol: string, readonly name: string }} Instrument */

const first = ["Al", "Be", "Co", "Du", "Fa", "Ge", "Ki", "Lo", "Ma", "No"];
const middle = ["ba", "ce", "fo", "go", "lu", "mi", "na", "ra", "so", "ta"];
const branches = ["Energy", "Foods", "Freight", "Glass", "Labs", "Media", "Tools", "Rail", "Steel", "Water"];

/** @type {readonly Instrument[]} Key 1 is the first. */
export const instruments = first.flatMap((a) =>
  middle.flatMap((b) => branches.map((branch) => ({ symbol: `${a}${b}${branch.slice(0, 2)}`.toUpperCase(), name: `${a}${b} ${branch}` }))),
).map((instrument, i) => ({ key: i + 1, ...instrument }));
