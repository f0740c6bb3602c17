/** A node of a quadrature rule: integral of f = sum of weight f(x). */
export interface QuadratureNode {
  readonly x: number;
  readonly weight: number;
}

/**
 * Double-exponential nodes (Takahasi & Mori 1974) in ascending order, for integrands that may be singular at the ends
 * or fall slowly: the trapezoidal rule in s, with x = centre + width sinh(pi/2 sinh(s)) on the real line,
 * lower + width exp(pi/2 sinh(s)) on a half line, and lower + (upper - lower) sigmoid(pi sinh(s)) on an interval.
 */
export function doubleExponential(
  lower: number | null,
  upper: number | null,
  centre = 0,
  width = 1,
  nodes = 801,
): readonly QuadratureNode[] {
  const reach = 4.2;
  const step = (2 * reach) / (nodes - 1);
  return Array.from({ length: nodes }, (_, i) => {
    const s = -reach + i * step;
    const t = (Math.PI / 2) * Math.sinh(s);
    const slope = (Math.PI / 2) * Math.cosh(s) * step;
    if (lower === null || upper === null) {
      if (lower === null) return { x: centre + width * Math.sinh(t), weight: width * Math.cosh(t) * slope };
      return { x: lower + width * Math.exp(t), weight: width * Math.exp(t) * slope };
    }
    const share = 1 / (1 + Math.exp(-2 * t));
    const rest = 1 / (1 + Math.exp(2 * t));
    return {
      x: lower + (upper - lower) * share,
      weight: (upper - lower) * 2 * share * rest * slope,
    };
  });
}
