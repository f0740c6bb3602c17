import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";

/** A latent reaches a density through a jump. */
export function discontinuousPath(at: {
  readonly site: string;
  readonly span: Span;
  readonly fn: string;
  readonly through: Span;
  readonly estimator: string;
}): Diagnostic {
  return {
    code: "PPL502",
    severity: "error",
    message: `\`--gradient ${at.estimator}\` would be wrong for \`${at.site}\`, which flows through \`${at.fn}\``,
    labels: [
      { span: at.through, text: "this value jumps, and is flat in between" },
      { span: at.span, text: "the site" },
    ],
    hint: "use `--gradient score`, which needs no derivative of the model",
  };
}

/** elbo and iwae draw from the mixture: a discrete choice of component. */
export function mixtureDrawNotPathwise(at: {
  readonly sites: readonly string[];
  readonly span: Span;
  readonly bound: string;
  readonly instead: string;
  readonly estimator: string;
  readonly K: number;
}): Diagnostic {
  const sites = at.sites.map((site) => `\`${site}\``).join(", ");
  return {
    code: "PPL503",
    severity: "error",
    message: `\`${at.bound}\` draws from the whole mixture of ${at.K} components, and that choice has no \`${at.estimator}\` gradient`,
    labels: [{ span: at.span, text: `the guide of ${sites} is a mixture` }],
    hint: `use \`--objective ${at.instead}\`, which draws from every component, or \`--gradient score\``,
  };
}

/** The average inside the logarithm does not commute with a sum over data that is estimated. */
export function weightedBoundOnMinibatch(at: {
  readonly sites: readonly string[];
  readonly span: Span;
  readonly bound: string;
  readonly plate: string;
  readonly instead: string;
}): Diagnostic {
  const sites = at.sites.map((site) => `\`${site}\``).join(", ");
  return {
    code: "PPL504",
    severity: "error",
    message: `\`${at.bound}\` is biased when ${sites} is outside the minibatched plate \`${at.plate}\``,
    labels: [{ span: at.span, text: "every datum depends on this site" }],
    hint: `leave \`--batch\` out, or use \`--objective ${at.instead}\`, whose terms add up over data`,
  };
}

export function baselineNeedsInnerDraws(at: {
  readonly span: Span;
  readonly site: string;
  readonly plate: string;
}): Diagnostic {
  return {
    code: "PPL505",
    severity: "error",
    message: `\`--baseline loo\` compares the draws of \`${at.site}\` for each datum of plate \`${at.plate}\`, and there is 1`,
    labels: [{ span: at.span, text: "drawn once for each draw of what is shared" }],
    hint: "use `--inner-T 2` or more, or `--baseline none`",
  };
}

export function baselineNeedsDraws(at: { readonly T: number }): Diagnostic {
  return {
    code: "PPL506",
    severity: "error",
    message: `\`--baseline loo\` compares each draw with the others, and there is ${at.T}`,
    labels: [],
    elsewhere: "--baseline",
    hint: "use `--T 2` or more, or `--baseline none`",
  };
}

export function unknownBatchPlate(at: {
  readonly name: string;
  readonly known: readonly string[];
  readonly suggestion: string | null;
}): Diagnostic {
  const known = at.known.map((name) => `\`${name}\``).join(", ");
  return {
    code: "PPL507",
    severity: "error",
    message: `\`--batch ${at.name}=...\` names no plate of the model`,
    labels: [],
    elsewhere: "--batch",
    hint: at.suggestion
      ? `did you mean \`${at.suggestion}\`?`
      : known === ""
        ? "the model has no plates; leave `--batch` out"
        : `the plates are ${known}`,
  };
}

export function batchTooLarge(at: { readonly name: string; readonly rows: number; readonly size: number }): Diagnostic {
  return {
    code: "PPL508",
    severity: "error",
    message: `a minibatch of ${at.rows} does not fit plate \`${at.name}\` of size ${at.size}`,
    labels: [],
    elsewhere: "--batch",
    hint: `use a whole number from 1 to ${at.size}`,
  };
}

export function wholePlateInMinibatch(at: {
  readonly name: string;
  readonly plate: string;
  readonly span: Span;
}): Diagnostic {
  return {
    code: "PPL509",
    severity: "error",
    message: `\`${at.name}\` is needed whole, but a minibatch holds only some rows of plate \`${at.plate}\``,
    labels: [{ span: at.span, text: `used outside \`plate ${at.plate}\`` }],
    hint: "leave `--batch` out, or move the statement into the plate",
  };
}

export function amortizedLeavesPlate(at: {
  readonly site: string;
  readonly plate: string;
  readonly span: Span;
}): Diagnostic {
  return {
    code: "PPL510",
    severity: "error",
    message: `\`${at.site}\` has a guide of its own for each datum of plate \`${at.plate}\`, yet the data meet here`,
    labels: [{ span: at.span, text: `depends on \`${at.site}\` outside its plate` }],
    hint: "use `--no-amortize`, so that the sites share one joint guide",
  };
}

export function nothingToRead(at: {
  readonly sites: readonly string[];
  readonly plate: string;
  readonly span: Span;
}): Diagnostic {
  const sites = at.sites.map((site) => `\`${site}\``).join(", ");
  return {
    code: "PPL512",
    severity: "error",
    message: `no observed datum of plate \`${at.plate}\` tells an encoder about ${sites}`,
    labels: [{ span: at.span, text: "an amortized guide reads data" }],
    hint: "name what to read: `guide { z ~ mixture(K = 4) given x[n] by mlp(100) }`, or use `--no-amortize`",
  };
}

/** Doubly reparameterized gradients of a bound that needs none, or of a model that has no form of them. */
export function notDoubly(
  at: { readonly bound: string } & (
    | { readonly why: "mean of logs" }
    | { readonly why: "integer-valued" | "two levels"; readonly site: string; readonly span: Span }
  ),
): Diagnostic {
  const common = { code: "PPL541", severity: "error" } as const;
  if (at.why === "mean of logs")
    return {
      ...common,
      message: `\`dreg\` is for bounds that average inside the logarithm, and \`${at.bound}\` averages outside it`,
      labels: [],
      elsewhere: "--gradient",
      hint: "use `--gradient stl`, which is what `dreg` comes to there, or `--objective siwae`",
    };
  const integerValued = at.why === "integer-valued";
  return {
    ...common,
    message: integerValued
      ? `\`--gradient dreg\` moves the score of q onto the draws, and \`${at.site}\` is drawn as a whole number, which no derivative reaches`
      : `\`--gradient dreg\` is for latents of one level, and \`${at.site}\` has a guide for each datum below latents that the data share`,
    labels: [
      {
        span: at.span,
        text: integerValued ? "this latent" : "drawn anew for each draw of what is shared",
      },
    ],
    hint: integerValued
      ? "use `--gradient pathwise`"
      : "use `--gradient pathwise`, or `--no-amortize` for one joint guide",
  };
}

export function noLatents(at: { readonly span: Span }): Diagnostic {
  return {
    code: "PPL513",
    severity: "error",
    message: "the model has no `sample` and no `param`: there is nothing to infer",
    labels: [{ span: at.span, text: "this file" }],
    hint: "add a latent, for example `sample mu ~ normal(0, 1)`",
  };
}

/** A Laplace approximation is made by a search of modes. */
export function laplaceIsGlobal(): Diagnostic {
  return {
    code: "PPL514",
    severity: "error",
    message:
      "`laplace` approximates all latents at once, and here some are read off their data, trained with parameters of the model or seen in minibatches",
    labels: [],
    hint: "use another guide, such as `--guide full_rank`, or leave it to `--guide auto`",
  };
}

/** A mode and its curvature take a matrix of all pairs of latent numbers. */
export function laplaceTooWide(at: { readonly numbers: number; readonly most: number }): Diagnostic {
  return {
    code: "PPL516",
    severity: "error",
    message: `\`laplace\` takes at most ${at.most} latent numbers, and here are ${at.numbers.toLocaleString("en-US")}`,
    labels: [],
    hint: "use another guide, such as `--guide mean_field`, or leave it to `--guide auto`",
  };
}

/** Every search ended where the density has no proper maximum: a funnel, say. */
export function noMode(): Diagnostic {
  return {
    code: "PPL515",
    severity: "error",
    message:
      "the posterior has no mode that `laplace` could stand on: no search came to a maximum with a curvature of its own",
    labels: [],
    hint: "leave the guide to `--guide auto`, or rewrite the model so that its latents depend less on each other",
  };
}
