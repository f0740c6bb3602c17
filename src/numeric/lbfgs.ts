/** A function to be made small, and its gradient, at one point. Infinity or NaN: the point is out of bounds. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface Minimum extends Evaluation {
  readonly point: Float64Array;
  readonly iterations: number;
  /** `flat`: the model of the curvature promises no more than `tolerance`; `stuck`: no step goes down any more. */
  readonly stopped: "flat" | "stuck" | "iterations" | "start";
  /** The iterates, the start included, with their values. */
  readonly path: readonly { readonly point: Float64Array; readonly value: number }[];
}

export interface LbfgsOptions {
  /** Pairs of steps and changes of gradient that the curvature is made from. */
  readonly memory: number;
  readonly iterations: number;
  /** Stop when three steps in a row promise, and bring, less than this (nats, for a log density). */
  readonly tolerance: number;
}

export const defaultLbfgsOptions: LbfgsOptions = { memory: 10, iterations: 200, tolerance: 1e-9 };

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step . change) */
  readonly rho: number;
}

/**
 * Minimises a smooth function by L-BFGS: yields the points at which it wants to know the function, and is sent what
 * it is there. Many of them can so be driven together, their points evaluated at once.
 *
 * Nocedal & Wright (2006), algorithm 7.4, with the weak Wolfe bisection of Lewis & Overton (2013), which needs no more
 * than that a step too far is recognised as such: a value that is not finite is one.
 */
export function* lbfgs(
  start: Float64Array,
  options: LbfgsOptions = defaultLbfgsOptions,
): Generator<Float64Array, Minimum, Evaluation> {
  let point = start;
  let here = yield start;
  const path = [{ point, value: here.value }];
  const finish = (iterations: number, stopped: Minimum["stopped"]): Minimum => ({
    ...here,
    point,
    iterations,
    stopped,
    path,
  });
  if (!isFinite(here)) return finish(0, "start");

  let pairs: Pair[] = [];
  let idle = 0;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    let direction = descent(here.gradient, pairs);
    let slope = dot(direction, here.gradient);
    if (!(slope < 0)) {
      // the curvature is worth nothing: begin again from the gradient
      pairs = [];
      direction = here.gradient.map((g) => -g);
      slope = dot(direction, here.gradient);
    }
    if (slope === 0) return finish(iteration, "flat");
    // without curvature the length of the gradient says nothing: begin with a short step and let it double
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    const found = yield* lineSearch(point, here, direction, slope, first);
    if (found === null) {
      if (pairs.length === 0) return finish(iteration, "stuck");
      pairs = [];
      continue;
    }
    const step = minus(found.point, point);
    const change = minus(found.at.gradient, here.gradient);
    const product = dot(step, change);
    if (product > 1e-14 * Math.sqrt(dot(step, step) * dot(change, change)))
      pairs = [...pairs, { step, change, rho: 1 / product }].slice(-options.memory);
    const gain = here.value - found.at.value;
    const promised = -slope / 2;
    point = found.point;
    here = found.at;
    path.push({ point, value: here.value });
    const noise = 1e-13 * Math.abs(here.value);
    idle = gain <= options.tolerance + noise && promised <= 10 * (options.tolerance + noise) ? idle + 1 : 0;
    if (idle >= 3) return finish(iteration + 1, "flat");
  }
  return finish(options.iterations, "iterations");
}

/** Runs minimisers side by side; `evaluate` is given all points they ask about, in one call. */
export async function minimiseAll(
  starts: readonly Float64Array[],
  evaluate: (points: readonly Float64Array[]) => Promise<readonly Evaluation[]>,
  options: LbfgsOptions = defaultLbfgsOptions,
): Promise<Minimum[]> {
  const done: Minimum[] = [];
  let active = starts.map((start, i) => {
    const run = lbfgs(start, options);
    return { i, run, asked: run.next().value as Float64Array };
  });
  while (active.length > 0) {
    const answers = await evaluate(active.map(({ asked }) => asked));
    active = active.flatMap(({ i, run }, nth) => {
      const next = run.next(answers[nth]!);
      if (!next.done) return [{ i, run, asked: next.value }];
      done[i] = next.value;
      return [];
    });
  }
  return done;
}

/** Two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const passed = pairs.toReversed().map((pair) => {
    const alpha = pair.rho * dot(pair.step, q);
    axpy(-alpha, pair.change, q);
    return { ...pair, alpha };
  });
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    q.forEach((x, j) => (q[j] = x * scale));
  }
  for (const { step, change, rho, alpha } of passed.reverse()) axpy(alpha - rho * dot(change, q), step, q);
  return q;
}

/** Sufficient decrease and curvature conditions; a line search gives up after `most` evaluations. */
const wolfe = { decrease: 1e-4, curvature: 0.9, most: 30 };

function* lineSearch(
  point: Float64Array,
  here: Evaluation,
  direction: Float64Array,
  slope: number,
  first: number,
): Generator<Float64Array, { point: Float64Array; at: Evaluation } | null, Evaluation> {
  let low = 0;
  let high = Infinity;
  let length = first;
  let best: { point: Float64Array; at: Evaluation } | null = null;
  const noise = 1e-14 * Math.abs(here.value);
  for (let tries = 0; tries < wolfe.most; tries++) {
    const next = point.map((x, i) => x + length * direction[i]!);
    const at = yield next;
    const enough = here.value + wolfe.decrease * length * slope + noise;
    if (!isFinite(at) || at.value > enough) {
      high = length;
      length = low + (high - low) * (isFinite(at) ? interpolated(here.value, slope, length, at.value, low) : 0.25);
    } else {
      if (best === null || at.value <= best.at.value) best = { point: next, at };
      if (dot(direction, at.gradient) >= wolfe.curvature * slope) return { point: next, at };
      low = length;
      length = high === Infinity ? (tries === 0 ? 2 : 4) * length : (low + high) / 2;
    }
    if (high - low <= 1e-14 * high) break;
  }
  return best;
}

/** Where the parabola through what is known has its minimum, as a share of the way to a step too long; kept inside. */
function interpolated(value: number, slope: number, length: number, there: number, low: number): number {
  if (low > 0) return 0.5;
  const share = (-slope * length) / (2 * (there - value - slope * length));
  return Math.min(0.5, Math.max(0.05, share));
}

function isFinite({ value, gradient }: Evaluation): boolean {
  return Number.isFinite(value) && gradient.every(Number.isFinite);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  a.forEach((x, i) => (sum += x * b[i]!));
  return sum;
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]!);
}

function axpy(factor: number, x: Float64Array, y: Float64Array): void {
  x.forEach((entry, i) => (y[i]! += factor * entry));
}
