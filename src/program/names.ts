/**
 * The names of what programs read, give and learn, and of their axes: made here and taken apart here, and nowhere else.
 *
 * Data stand under the names that a model gives them, and plates are axes under theirs: both are identifiers, letters,
 * digits and underscores (grammar/tokens.ts). Every other input, and every other axis, has a dot in its name: a word for
 * what it is, a dot, and what it is of. So no name of a user's can be one of ours, and no two of ours are alike.
 */

/** Of what a block's name is made: its plates, outermost first; those of the global block are none. */
export function blockName(plates: readonly string[]): string {
  if (plates.length === 0) return globalBlock;
  // a plate may be called like a word that stands beside it in a name
  return plates.map((plate) => (words.has(plate) ? `plate ${plate}` : plate)).join(".");
}

/** The block whose latents stand in no plate of their own. */
export const globalBlock = "global";

const words: ReadonlySet<string> = new Set([globalBlock, "values", "choice", "pick"]);

/** Inputs. The noise of an input is a stream that is named after it: another name here is another draw everywhere. */
export const inputName = {
  /** A datum: the user's own name. */
  datum: (name: string): string => name,
  /** Everything that is learned, one vector. Programs that keep its arrays apart read them by their `paramName`. */
  parameters: "all.parameters",
  /** Adam's moments and the numbers of one step (inference/adam.ts); the learning rate itself, for weight decay. */
  adam: { m: "adam.m", v: "adam.v", rate: "adam.rate", epsilon: "adam.epsilon", learningRate: "adam.learning_rate" },
  /** The weight of log prior - log q. */
  beta: "objective.beta",
  /** The rows of a minibatch. */
  batch: (plate: string): string => `batch.${plate}`,
  /** Points of a block's vector, on the unconstrained scale. */
  points: (block: string): string => `u.${block}`,
  /** Draws of a latent, from elsewhere. */
  draws: (site: string): string => `draws.${site}`,
  /** What draws of a block are pushed out of, what picks their components, what picks one draw of a datum by its weight. */
  noise: (block: string): string => `noise.${block}`,
  choice: (block: string): string => `noise.${block}.choice`,
  pick: (block: string): string => `noise.${block}.pick`,
  /** What picks the values of a discrete site that was summed out. */
  values: (site: string): string => `noise.values.${site}`,
} as const;

/** Learned arrays: those of the guide's blocks, of `param`s and of `net`s, the latter two by network part. */
export const paramName = {
  block: (block: string, part?: string): string => `guide.${block}${part === undefined ? "" : `.${part}`}`,
  param: (name: string): string => `param.${name}`,
  net: (net: string, part: string): string => `net.${net}.${part}`,
  /** One number that nothing reads, where nothing is learned. */
  nothing: "nothing.learned",
} as const;

/** Whether a learned array is a block's. */
export function isOfBlock(param: string, block: string): boolean {
  const own = paramName.block(block);
  return param === own || param.startsWith(`${own}.`);
}

/** The `param` or the `net` that a learned array belongs to; null where it is the guide's. */
export function declaredParam(param: string): string | null {
  const [kind, name] = param.split(".");
  return name !== undefined && (kind === "param" || kind === "net") ? name : null;
}

/** Outputs of which a program has several: what they are, and of which site, let, block or learned array. */
export type OutputKind =
  | ("value" | "probability" | "location" | "point")
  | ("log_weight" | "log_joint" | "log_q" | "component" | "distinct" | "weight")
  | "gradient";

export function outputName(kind: OutputKind, of: string): string {
  return `${kind}.${of}`;
}

/** What an output of this kind is of; null for one of another kind. */
export function outputOf(kind: OutputKind, output: string): string | null {
  return output.startsWith(`${kind}.`) ? output.slice(kind.length + 1) : null;
}

/** Axes that are no plates. */
export const axisName = {
  /** A block's draws, the one left out of them, the components they come from, and the components that score them. */
  draw: (block: string): string => `draw.${block}`,
  left: (block: string): string => `left.${block}`,
  component: (block: string): string => `component.${block}`,
  member: (block: string): string => `member.${block}`,
  /** Draws where every latent is summed out; draws that are fed. */
  exactDraws: "exact.draws",
  givenDraws: "given.draws",
  /** Points at which a density is asked for. */
  points: "given.points",
  /** Values that an observation can have. */
  classes: "all.classes",
  /** Components of a mixture inside a density, one axis for each level of nesting. */
  choice: (level: number): string => `choice.${level}`,
  /** Values of a discrete site; of a sequence of them its steps, and the next step's values. */
  values: (site: string): string => `values.${site}`,
  steps: (site: string): string => `steps.${site}`,
  next: (site: string): string => `next.${site}`,
} as const;

/** Whether independent draws of latents lie along an axis. */
export function isDrawAxis(axis: string): boolean {
  return axis === axisName.exactDraws || axis === axisName.givenDraws || axis.startsWith("draw.");
}

/** Inputs and outputs of the body of a `for`, whose arrays are the user's. */
export const iterationName = {
  /** An array's entry so many iterations ago, and what it is for the next iteration. */
  before: (array: string, lag: number): string => `${array} ${lag}`,
  next: (array: string, lag: number): string => `${array} ${lag}'`,
  /** The entry that an iteration gives. */
  entry: (array: string): string => array,
  /** A value from outside, by number. */
  outside: (nth: number): string => `outside.${nth}`,
} as const;
