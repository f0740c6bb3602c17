import { tolerated as toleratedEvidence, type GuideRecord } from "../inference/search/state.ts";
import { directionWords, type FlatDirection } from "../inference/search/flat.ts";
import {
  equalShare,
  evenShare,
  fewestDraws,
  fewestEffective,
  inDoubt,
  judge,
  kThreshold,
  largestOf,
  smallestOf,
  type Judged,
  type Weighed,
} from "./checks.ts";
import { finding, passes, scope, type FactsOf, type Finding } from "./findings.ts";
import { verdictWords } from "./wording.ts";

/** Whether an answer is to be trusted, and why: as data, and in plain words that are made of them. */
export interface Verdict {
  /** No finding is a doubt or a failure. */
  readonly trusted: boolean;
  readonly sentence: string;
  /** Null when there is nothing to do. */
  readonly suggestion: string | null;
  /** In the order in which they were found. Empty where it was read back from a folder of before they were kept. */
  readonly findings: readonly Finding[];
}

/** A k-hat of fewer draws, where there was no time for more, is too noisy to say yes by: its standard error is above 0.15. */
const fewestToTrust = 1000;

/** Mode searches that there are when nobody ends them early, at least: one finds nothing that another can miss. */
const fewestSearches = 2;

/** A few k-hats of many cross the threshold by chance (their standard error is about 0.15 for 1,000 draws). */
const tolerated = 0.05;

/** The verdict that findings come to. */
export function verdictFrom(findings: readonly Finding[]): Verdict {
  return { trusted: findings.every(passes), ...verdictWords(findings), findings };
}

/** A verdict by importance weights alone. */
export function verdictOf(weighed: Weighed): Verdict {
  return verdictFrom([findingOf(weighed)]);
}

function findingOf(weighed: Weighed): Finding {
  const { kDraws, draws, broken } = weighed;
  if (broken > 0) return finding("density-broken", { broken });
  if (kDraws < fewestDraws) return finding("too-few-draws", { draws: kDraws, fewest: fewestDraws });
  const judged = judge(weighed);
  const share = smallestOf(judged.map(({ effective }) => effective)) / draws;
  if (judged.every(({ kHat }) => kHat === -Infinity) && share >= equalShare)
    return finding("equal-weights", { data: judged.length, kDraws, draws, share, equalShare, ...scope });
  const [only, ...others] = judged;
  return only && others.length === 0 ? ofOne(only, weighed) : ofMany(judged, weighed);
}

/** Of a global block, or of a single datum. */
function ofOne({ kHat, effective, standing }: Judged, { kDraws, draws }: Weighed): Finding {
  const facts = { kHat, threshold: kThreshold(kDraws), kDraws, effective, draws };
  const share = effective / draws;
  const fewest = fewestEffective(draws);
  switch (standing) {
    case "light":
      if (kHat > -Infinity) return finding("k-hat-fine", { ...facts, ...scope });
      return share >= evenShare
        ? finding("even-weights", { ...facts, share, evenShare, ...scope })
        : finding("equal-tail", { share, effective, draws, fewest, ...scope });
    case "even":
      return finding("even-weights", { ...facts, share, evenShare, ...scope });
    case "heavy":
      return finding("k-hat-high", { ...facts, evenShare });
    case "few":
      return kHat <= facts.threshold
        ? finding("few-effective", { ...facts, fewest })
        : finding("k-hat-high", { ...facts, evenShare });
  }
}

/** Of data that have weights of their own. */
function ofMany(judged: readonly Judged[], { kDraws, draws }: Weighed): Finding {
  const counted = (standing: Judged["standing"]): number => judged.filter((each) => each.standing === standing).length;
  const data = judged.length;
  const facts = { data, threshold: kThreshold(kDraws), kDraws, draws, even: counted("even"), evenShare };
  const doubted = judged.filter(inDoubt);
  const [first] = doubted;
  if (!first) {
    const kHat = largestOf(judged.map((each) => each.kHat));
    return facts.even === 0 && kHat > -Infinity
      ? finding("all-data-fine", { ...facts, kHat, ...scope })
      : finding("all-data-fine-or-even", { ...facts, ...scope });
  }
  const worst = doubted.reduce((most, each) => (each.kHat > most.kHat ? each : most), first);
  const doubts = {
    ...facts,
    doubtful: doubted.length,
    heavy: counted("heavy"),
    few: counted("few"),
    fewest: fewestEffective(draws),
    worst: worst.observation,
    kHat: worst.kHat,
    effective: worst.effective,
    tolerated,
  };
  return doubted.length / data <= tolerated
    ? finding("few-data-doubtful", { ...doubts, ...scope })
    : finding("many-data-doubtful", doubts);
}

/** A verdict where no latent is left to a guide: there is nothing to approximate, but the likelihood may have failed. */
export function verdictWithoutGuide(logLikelihood: number, latents: "summed out" | "none"): Verdict {
  const code = latents === "none" ? "maximum-likelihood" : "summed-out";
  return verdictFrom([finding(Number.isFinite(logLikelihood) ? code : "likelihood-not-finite", { logLikelihood })]);
}

/** A verdict that importance weights alone would give, told of what independent searches did not agree on. */
export function verdictAfter(
  verdict: Verdict,
  search: Pick<GuideRecord, "disagree" | "incomplete" | "searches" | "starts" | "modes" | "restarts" | "ended">,
): Verdict {
  if (!verdict.trusted) return verdict;
  const found = [
    ...verdict.findings,
    ...(search.incomplete ? [incomplete(search)] : []),
    ...(search.ended === "modes" ? [cutShort(search)] : []),
    ...disagreement(search),
  ];
  return found.length === verdict.findings.length ? verdict : verdictFrom(found);
}

function incomplete({ searches, starts, modes }: Pick<GuideRecord, "searches" | "starts" | "modes">): Finding {
  const fresh = searches.at(-1)?.fresh ?? 0;
  return finding("search-incomplete", { searches: searches.length, starts, modes, fresh });
}

function cutShort({ searches, starts, modes }: Pick<GuideRecord, "searches" | "starts" | "modes">): Finding {
  return finding("search-cut-short", { searches: searches.length, starts, modes, fewest: fewestSearches });
}

function disagreement({ disagree, restarts }: Pick<GuideRecord, "disagree" | "restarts">): readonly Finding[] {
  const [first, second] = restarts.slice(-2);
  if (!disagree || !first || !second) return [];
  return [
    finding("searches-disagree", {
      first: first.evidence,
      firstError: first.standardError,
      second: second.evidence,
      secondError: second.standardError,
      ...toleratedEvidence,
    }),
  ];
}

/** A verdict on a posterior that is flat along these directions: whatever else was found, nothing can be trusted. */
export function verdictWhenFlat(verdict: Verdict, directions: readonly FlatDirection[]): Verdict {
  const [first] = directions;
  if (!first) return verdict;
  const flat = finding("flat-posterior", { directions: directions.length, ...directionWords(first) });
  return verdictFrom([flat, ...verdict.findings]);
}

/** A verdict on a fit that was ended early: it says so first, whatever else it says. */
export function verdictAfterEnding(verdict: Verdict, ended: FactsOf["ended-early"]): Verdict {
  const { draws, asked } = ended;
  const fewest = Math.min(asked, fewestToTrust);
  const hurried = verdict.trusted && draws < fewest ? [finding("hurried-judgement", { draws, fewest })] : [];
  return verdictFrom([finding("ended-early", ended), ...verdict.findings, ...hurried]);
}

/** A verdict on a guide that was trained at another beta than 1, and so not towards the posterior. */
export function verdictAtBeta(verdict: Verdict, beta: number): Verdict {
  const doubted = verdict.findings.find((each) => !passes(each));
  if (doubted?.severity !== "doubt" || beta === 1) return verdict;
  return verdictFrom([...verdict.findings, finding("other-beta", { beta })]);
}
