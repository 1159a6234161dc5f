import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena, fire, FixedSteps, newShip, revive, ShipRadius, shotAt, stepShip, StepS, touches } from "./dist/simulation.js";

const Idle = { left: false, right: false, thrust: false, fire: false };
const ship = (more = {}) => ({ ...newShip(() => 0.5), angle: 0, ...more });

test("thrust moves a ship the way it points, and without it the ship comes to rest", () => {
  const moved = ship();
  for (let i = 0; i < 60; i++) stepShip(moved, { ...Idle, thrust: true });
  assert.ok(moved.x > Arena.width / 2 + 100);
  assert.equal(moved.y, Arena.height / 2);
  for (let i = 0; i < 1200; i++) stepShip(moved, Idle);
  assert.deepEqual([moved.vx, moved.vy], [0, 0]);
});

test("a ship stays in the arena, wherever it flies", () => {
  const flown = ship();
  for (let i = 0; i < 5000; i++) {
    stepShip(flown, { ...Idle, thrust: true, right: i % 400 < 20 });
    assert.ok(flown.x >= ShipRadius && flown.x <= Arena.width - ShipRadius && flown.y >= ShipRadius && flown.y <= Arena.height - ShipRadius);
  }
});

test("fire is held back until the gun is loaded again", () => {
  const armed = ship();
  const shots = Array.from({ length: 60 }, () => stepShip(armed, { ...Idle, fire: true })).filter(Boolean);
  assert.equal(shots.length, 4);
});

test("a shot touches what is in its way, and does not jump over it between two pictures", () => {
  const shot = fire(ship({ x: 100, y: 500 }), 1000);
  assert.equal(touches(shot, 1000, 1400, { x: 250, y: 500 }), true);
  assert.equal(touches(shot, 1000, 1100, { x: 250, y: 500 }), false);
  assert.equal(touches(shot, 1000, 1400, { x: 250, y: 560 }), false);
  assert.equal(shotAt(shot, 999), undefined);
  assert.equal(shotAt(shot, 5000), undefined);
});

test("a ship that was hit is elsewhere, in another life", () => {
  const hit = ship({ life: 255 });
  revive(hit, () => 0.9);
  assert.equal(hit.life, 0);
  assert.notEqual(hit.x, Arena.width / 2);
});

test("as many steps are made as the time has in it, however it comes", () => {
  const steps = new FixedSteps();
  let made = 0;
  for (const elapsed of [StepS / 2, StepS / 2, StepS * 2.5, 0.004]) steps.advance(elapsed, () => made++);
  assert.equal(made, 3);
  steps.advance(3600, () => made++);
  assert.ok(made < 20);
});
