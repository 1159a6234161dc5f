import assert from "node:assert/strict";
import { test } from "node:test";
import { ExtrapolationMs, StateBuffer } from "./dist/interpolation.js";

const state = (t, x, more = {}) => ({ t, x, y: 0, vx: 100, vy: 0, angle: 0, life: 0, ...more });

function buffer(...states) {
  const made = new StateBuffer();
  for (const each of states) made.push(each, 1e9);
  return made;
}

test("between two states it is between them", () => {
  const seen = buffer(state(1000, 0), state(1050, 10), state(1100, 30));
  assert.equal(seen.at(1025).state.x, 5);
  assert.equal(seen.at(1050).state.x, 10);
  assert.equal(seen.at(1075).state.x, 20);
});

test("angles go the short way round", () => {
  const seen = buffer(state(1000, 0, { angle: 3 }), state(1050, 0, { angle: -3 }));
  assert.ok(Math.abs(Math.abs(seen.at(1025).state.angle) - Math.PI) < 1e-9);
});

test("before the first state it is as there", () => assert.deepEqual(buffer(state(1000, 7)).at(500), { state: state(1000, 7), freshness: 1 }));

test("where nothing comes it flies on for a moment, stops, and fades", () => {
  const seen = buffer(state(1000, 0));
  assert.equal(seen.at(1100).state.x, 10);
  assert.equal(seen.at(1100).freshness, 1);
  assert.equal(seen.at(1000 + ExtrapolationMs + 300).state.x, ExtrapolationMs / 10);
  assert.ok(seen.at(1000 + ExtrapolationMs + 300).freshness < 1);
  assert.equal(seen.at(9000).freshness, 0);
});

test("who stands still may be silent for longer", () => assert.equal(buffer(state(1000, 0, { vx: 0 })).at(2500).freshness, 1));

test("who stood still and then moves is not drawn as if it had moved all the time", () => {
  const seen = buffer(state(1000, 0, { vx: 0 }), state(2000, 10));
  assert.equal(seen.at(1500).state.x, 0);
  assert.equal(seen.at(1950).state.x, 5);
});

test("nobody is drawn flying from one life to the next", () => {
  const seen = buffer(state(1000, 0), state(1050, 500, { life: 1 }));
  assert.equal(seen.at(1049).state.x, 0);
  assert.equal(seen.at(1050).state.x, 500);
});

test("older states are not taken, and a sender is not ahead of the time", () => {
  const seen = new StateBuffer();
  assert.equal(seen.push(state(5000, 1), 1000), true);
  assert.equal(seen.newest.t, 1000);
  assert.equal(seen.push(state(900, 2), 1010), false);
  assert.equal(seen.push(state(5000, 3), 1020), true);
  assert.equal(seen.at(1020).state.x, 3);
});
