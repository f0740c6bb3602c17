import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { usage } from "./make.ts";

// Codes among 770 to 799: what is simulated, drawn anew, or given to be looked at.

/** Learned constants have no value before something is learned. */
export function simulatesUnlearned(at: { readonly names: readonly string[]; readonly span: Span }): Diagnostic {
  return {
    ...usage(
      "PPL786",
      "a model with learned constants does not say which data to expect",
      null,
      "replace them by `const` or by `sample`",
    ),
    labels: [{ span: at.span, text: `${at.names.map((name) => `\`${name}\``).join(", ")}: learned, not known` }],
  };
}

/** An `observe` whose left side cannot be filled in. */
export function cannotFill(at: { readonly span: Span; readonly name: string }): Diagnostic {
  return {
    ...usage(
      "PPL787",
      `\`${at.name}\` cannot be simulated`,
      null,
      "observe a whole datum, or the datum of a plate such as `y[n]`",
    ),
    labels: [{ span: at.span, text: "this is not a datum that a draw could fill" }],
  };
}

/** A series whose next value depends on its own past, say: all of a datum is drawn at once. */
export function looksBack(at: { readonly span: Span; readonly name: string; readonly uses: Span }): Diagnostic {
  return {
    ...usage(
      "PPL799",
      `\`${at.name}\` cannot be simulated, since the model computes with it`,
      null,
      "an `observe` is simulated as a whole, from what does not depend on its data",
    ),
    labels: [
      { span: at.uses, text: `\`${at.name}\` is read here` },
      { span: at.span, text: "and drawn here" },
    ],
  };
}

/** Draws never fall within the declared bounds. */
export function cannotDraw(at: { readonly span: Span; readonly name: string }): Diagnostic {
  return {
    ...usage(
      "PPL788",
      `\`${at.name}\` cannot be simulated`,
      null,
      "widen the bounds, or choose a family that lies within them",
    ),
    labels: [{ span: at.span, text: "of 100,000 draws, none fell within the declared bounds" }],
  };
}

/** An improper prior is not a distribution. */
export function improperDraw(at: { readonly span: Span; readonly name: string }): Diagnostic {
  return {
    ...usage("PPL791", `\`${at.name}\` cannot be simulated`, null, "give it a proper prior"),
    labels: [{ span: at.span, text: "an improper prior has no draws" }],
  };
}

/** A run that was read back without its data has no density. */
export function densityNeedsData(): Diagnostic {
  return usage(
    "PPL789",
    "densities need the data, which a run folder does not hold",
    null,
    "give them: `load(folder, { data })`",
  );
}

/** Points that are not points of the model's latents. */
export function valuesOfOtherShape(at: {
  readonly site: string;
  readonly expected: readonly number[];
  readonly found: readonly number[] | null;
}): Diagnostic {
  const expected = `[${at.expected.join(", ")}]`;
  const message =
    at.found === null
      ? `there are no values of \`${at.site}\``
      : `the values of \`${at.site}\` have shape [${at.found.join(", ")}]`;
  return usage("PPL790", message, null, `give \`${at.site}: { shape: ${expected}, values }\``);
}

/** A saved latent that has another shape with the new data. */
export function otherLatentShape(at: {
  readonly site: string;
  readonly saved: readonly number[];
  readonly asked: readonly number[];
}): Diagnostic {
  return usage(
    "PPL797",
    `\`${at.site}\` has shape [${at.saved.join(", ")}] in the saved run and [${at.asked.join(", ")}] with these data`,
    "--data",
    "give data with the sizes that the run was fitted with; plates may differ in size",
  );
}

/** A model whose prior cannot be drawn from, and so cannot be calibrated. */
export function notGenerative(at: { readonly span: Span; readonly what: string }): Diagnostic {
  return {
    ...usage(
      "PPL794",
      "this model cannot be calibrated: its prior cannot be drawn from",
      null,
      "give every latent a proper prior, and no `factor`",
    ),
    labels: [{ span: at.span, text: at.what }],
  };
}

/** A model in which nothing is hidden. */
export function nothingToCalibrate(at: { readonly model: string }): Diagnostic {
  return usage(
    "PPL798",
    `\`${at.model}\` has no latents to calibrate`,
    null,
    "declare what is to be found out with `sample`",
  );
}
