import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { record, surface } from "../tools/surface.mjs";

test("what the package wsprism shows to others is what is on record", () => {
  assert.equal(surface(), readFileSync(record, "utf8"), "Where that is meant: npm run surface");
});
