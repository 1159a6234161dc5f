import { isDeepStrictEqual } from "node:util";

export type Variables = Map<string, unknown>;

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** Why a value is not what a pattern asks for; undefined where it is. Binds variables that have no value yet. */
export function mismatch(pattern: unknown, actual: unknown, variables: Variables, path = ""): string | undefined {
  const here = path || "it";
  if (pattern === null) return actual === null || actual === undefined ? undefined : `${here} is ${show(actual)}, not absent`;
  if (isNot(pattern)) return isDeepStrictEqual(pattern.$not, actual) ? `${here} is ${show(actual)}` : undefined;
  if (pattern === "$any") return actual === undefined || actual === null ? `${here} is absent` : undefined;
  if (typeof pattern === "string" && pattern.startsWith("$")) return bound(pattern, actual, variables, here);
  if (Array.isArray(pattern)) {
    if (!Array.isArray(actual) || actual.length !== pattern.length) return `${here} is ${show(actual)}, not ${show(pattern)}`;
    return first(pattern.map((item, i) => mismatch(item, actual[i], variables, `${path}[${i}]`)));
  }
  if (typeof pattern !== "object") return pattern === actual ? undefined : `${here} is ${show(actual)}, not ${show(pattern)}`;

  const { $at_most: most, $at_least: least, ...rest } = pattern as Record<string, unknown>;
  if (most !== undefined && !(typeof actual === "number" && actual <= (most as number))) return `${here} is ${show(actual)}, over ${show(most)}`;
  if (least !== undefined && !(typeof actual === "number" && actual >= (least as number))) return `${here} is ${show(actual)}, under ${show(least)}`;
  if (most !== undefined || least !== undefined) return undefined;
  if (typeof actual !== "object" || actual === null) return `${here} is ${show(actual)}, not ${show(pattern)}`;
  return first(Object.entries(rest).map(([name, item]) => mismatch(item, (actual as Record<string, unknown>)[name], variables, path ? `${path}.${name}` : name)));
}

/** A value with its variables put in: a string that is `$name` is the variable. */
export function substitute(value: unknown, variables: Variables): unknown {
  if (typeof value === "string" && value.startsWith("$")) {
    if (!variables.has(value)) throw new Error(`${value} has no value`);
    return variables.get(value);
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, substitute(item, variables)]));
}

const isNot = (pattern: unknown): pattern is { $not: unknown } => typeof pattern === "object" && pattern !== null && "$not" in pattern;

function bound(name: string, actual: unknown, variables: Variables, here: string): string | undefined {
  if (actual === undefined) return `${here} is absent`;
  if (!variables.has(name)) variables.set(name, actual);
  const expected = variables.get(name);
  return isDeepStrictEqual(expected, actual) ? undefined : `${here} is ${show(actual)}, not ${show(expected)} (${name})`;
}

const first = (found: (string | undefined)[]): string | undefined => found.find((problem) => problem !== undefined);
