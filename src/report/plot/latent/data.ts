import { cyclic, ink, palette, type Titled } from "../spec.ts";

/** The posterior of one datum's latent, as the guide has it. */
export interface LatentPosterior {
  readonly label: string;
  /** What the datum was seen to be, 0, 1, ...; null where that is not known. */
  readonly observed: number | null;
  readonly components: readonly LatentComponent[];
  /** Draws of it, [draw][coordinate]. */
  readonly draws: readonly (readonly number[])[];
}

export interface LatentComponent {
  readonly weight: number;
  /** Of two coordinates: closed outlines at one and at two standard deviations. */
  readonly outlines: readonly (readonly (readonly [number, number])[])[];
  /** Of one coordinate: the density, not yet weighed, at places that rise or fall. */
  readonly curve: readonly { readonly z: number; readonly density: number }[];
}

export interface LatentPlotOptions extends Titled {
  readonly coordinates: readonly string[];
  /** Rising places along each coordinate; of one coordinate `ys` is [0]. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Probability of each class at each place: [ys][xs][classes], row-major. */
  readonly probabilities: ArrayLike<number>;
  readonly classes: number;
  /** What the dots are draws of: "the implicit posterior", unless told. */
  readonly dots?: string;
}

/** More colours than the palette has, the pale ones last: every class also bears its number. */
const [first, ...others] = palette;
const colours = [first, ...others.slice(0, 5), "#882255", "#999933", "#44aa99", "#f0e442"] as const;

/** The colour of a class. */
export const colourOf = (label: number): string => cyclic<string>(colours, label);

/** The colour of what a datum was seen to be; of words where that is not known. */
export function colourOfObservation({ observed }: LatentPosterior): string {
  return observed === null ? ink : darker(colourOf(observed));
}

function darker(colour: string): string {
  const parts = [1, 3, 5].map((at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * 0.6));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
