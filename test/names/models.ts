/** A model, data for it, and the names in it that may be any others. */
export interface Renamable {
  readonly title: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  /** Those of them that streams of random numbers are named after: with other names the draws are others. */
  readonly streams: readonly string[];
  /** Options of `infer` and `compile`, and of `infer` alone. */
  readonly options: readonly string[];
  readonly training: readonly string[];
}

const twenty = Array.from({ length: 20 }, (_, n) => Math.round(100 * Math.sin(7 * n)) / 100);

/** Together they have every kind of name: data, sizes, consts, params, nets, functions and their lets, sites, plates, lets, arrays. */
export const renamable: readonly Renamable[] = [
  {
    title: "one block",
    text: `model linear
const scale = 2
data x: real[N]
data y: real[N]
fun line(slope, at) {
  let product = slope * at
  return product
}
param shift: real = 0.5
sample mu ~ normal(0, scale)
sample sd: real<0..> ~ half_normal(1)
let twice = 2 * sd
plate n in N {
  let centre = line(mu, x[n]) + shift
  observe y[n] ~ normal(centre, twice)
}
`,
    data: { x: twenty.slice(0, 6), y: twenty.slice(3, 9) },
    names: ["scale", "x", "y", "N", "line", "slope", "at", "product", "shift", "mu", "sd", "twice", "n", "centre"],
    streams: [],
    options: ["--guide", "mixture", "--K", "2"],
    training: ["--beta-warm-up", "5"],
  },
  {
    title: "amortized, in minibatches",
    text: `model amortized
data x: real[N, 2]
net decode = mlp(1, 3, 2)
param spread: real<0..> = 1
plate n in N {
  sample z ~ normal(0, 1)
  observe x[n] ~ normal(decode([z]), spread)
}
guide {
  z ~ mixture(K = 2) given x[n]
}
`,
    data: { x: twenty.slice(0, 10).map((value, n) => [value, twenty[n + 10]]) },
    names: ["x", "N", "decode", "spread", "n", "z"],
    streams: ["n", "decode"],
    options: ["--batch", "N=5", "--objective", "elbo", "--gradient", "score", "--baseline", "loo"],
    training: [],
  },
  {
    title: "two levels",
    text: `model levels
data y: real[M, N]
sample top ~ normal(0, 1)
plate m in M {
  sample middle: real[2] ~ normal(top, 1)
  plate n in N {
    sample low ~ normal(middle[0] + middle[1], 1)
    observe y[m, n] ~ normal(low, 1)
  }
}
`,
    data: { y: [twenty.slice(0, 3), twenty.slice(3, 6)] },
    names: ["y", "M", "N", "top", "m", "middle", "n", "low"],
    streams: ["m", "n"],
    options: ["--guide", "mixture", "--K", "2", "--amortize", "--batch", "M=1", "--objective", "selbo"],
    training: [],
  },
  {
    title: "discrete sites, summed out and predicted",
    text: `model discrete
data y: int<0..3>[T]
data w: real[T]?
sample stay: simplex[2, 2] ~ dirichlet([2, 1])
sample odds: simplex[2, 3] ~ dirichlet([1, 1, 1])
sample state ~ markov([0.5, 0.5], stay, T)
plate t in T {
  sample kind ~ bernoulli(0.4)
  observe y[t] ~ categorical(odds[state[t]])
  observe w[t] ~ normal(2 * kind, 1)
}
`,
    data: { y: [0, 1, 2, 2, 1], w: [0.1, null, 2.2, 1.9, 0.3] },
    names: ["y", "w", "T", "stay", "odds", "state", "t", "kind"],
    streams: ["state", "kind"],
    options: ["--guide", "mean_field"],
    training: [],
  },
  {
    title: "recurrences",
    text: `model recurrent
data y: real[T]
data w: real[T]
data times: real[M]
fun pull(time, level, rate) = -rate * level
sample rate: real<0..> ~ half_normal(1)
sample start ~ normal(0, 1)
let curve = ode_rk4(pull, [1], times, rate, steps = 2)
let path: real[T]
path[0] = start + curve[0, 0]
for t in 1..T {
  path[t] = 0.5 * path[t - 1] + rate * w[t - 1]
}
observe y ~ normal(path, 1)
`,
    data: { y: twenty.slice(0, 5), w: twenty.slice(5, 10), times: [0, 0.5, 1] },
    names: ["y", "w", "T", "times", "M", "pull", "time", "level", "rate", "start", "curve", "path", "t"],
    streams: [],
    options: ["--guide", "full_rank"],
    training: [],
  },
];

/**
 * Identifiers that mean something to us, to JavaScript, to its objects, to TensorFlow.js modules, to ArviZ or to a file
 * system. (Some stand here beside their neighbours in another case.)
 */
export const hostileNames: readonly string[] = [
  ...["u", "parameters", "beta", "rate", "nothing", "noise", "draw", "draws", "value", "values", "component", "member"],
  ...[
    "left",
    "k",
    "points",
    "exact",
    "class",
    "classes",
    "step",
    "steps",
    "next",
    "outside",
    "same",
    "d",
    "before",
    "grad",
  ],
  ...["alpha", "move", "potential", "masks", "states", "choice", "pick", "global", "batch", "adam", "bound"],
  ...[
    "log_joint",
    "log_q",
    "log_weight",
    "weight",
    "weights",
    "location",
    "point",
    "gradient",
    "probability",
    "all",
    "objective",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "prototype",
    "__defineGetter__",
    "then",
    "length",
  ],
  ...[
    "name",
    "default",
    "await",
    "function",
    "new",
    "this",
    "null",
    "true",
    "undefined",
    "NaN",
    "Infinity",
    "arguments",
    "eval",
  ],
  ...[
    "tf",
    "inputs",
    "outputs",
    "kept",
    "run",
    "dispose",
    "core",
    "instance",
    "create",
    "constant",
    "tensor",
    "full",
    "v0",
    "t0_0",
  ],
  ...["chain", "lp", "mu_dim_0", "CON", "nul", "aux", "Mu", "MU", "Y", "X", "_", "__", "e", "E1", "x1e5"],
  ...["file", "select", "shape", "columns"],
];
