"""Log densities of every family, and of priors on the unconstrained scale, at 50 digits.

    python3 test/oracles/densities.py > test/oracles/densities.json

Needs mpmath. Each density is written out from its textbook, in exact arithmetic on the decimal numbers of the table;
nothing is taken from `src`, and the few normalising constants that have no elementary form (truncations, the simplex)
are found by quadrature or by a gamma function of mpmath. What is printed is rounded once, to the nearest double.
"""

import json
from mpmath import mp, mpf, binomial, cosh, det, exp, gamma, lu_solve, log, matrix, ncdf, pi, quad, inf, sqrt, besseli

mp.dps = 50


def number(value):
    """The double that a program reads, exactly."""
    return [number(entry) for entry in value] if isinstance(value, list) else mpf(value)


def sigmoid(u):
    return 1 / (1 + exp(-u))


def normal(x, mean, sd):
    return exp(-(((x - mean) / sd) ** 2) / 2) / (sd * sqrt(2 * pi))


def student_t(x, df, loc, scale):
    t = (x - loc) / scale
    return gamma((df + 1) / 2) / gamma(df / 2) / sqrt(df * pi) / scale * (1 + t**2 / df) ** (-(df + 1) / 2)


def gamma_density(x, shape, rate):
    return rate**shape / gamma(shape) * x ** (shape - 1) * exp(-rate * x)


def beta_function(a, b):
    return gamma(a) * gamma(b) / gamma(a + b)


def logistic(x, loc, scale):
    return 1 / (4 * scale * cosh((x - loc) / (2 * scale)) ** 2)


def weights(p=None, logits=None):
    if p is not None:
        return p
    total = sum(exp(w) for w in logits)
    return [exp(w) / total for w in logits]


def success(p=None, logits=None):
    return p if p is not None else sigmoid(logits)


def multinomial(x, n, **how):
    ways = gamma(n + 1)
    for count in x:
        ways /= gamma(count + 1)
    for count, p in zip(x, weights(**how)):
        ways *= p**count
    return ways


def dirichlet(x, concentration):
    value = gamma(sum(concentration))
    for entry, a in zip(x, concentration):
        value *= entry ** (a - 1) / gamma(a)
    return value


def multivariate_normal(x, mean, covariance=None, cholesky=None, precision=None):
    n = len(x)
    if cholesky is not None:
        factor = matrix(cholesky)
        covariance = factor * factor.T
    elif precision is not None:
        covariance = matrix(precision) ** -1
    else:
        covariance = matrix(covariance)
    off = matrix([a - b for a, b in zip(x, mean)])
    quadratic = (off.T * lu_solve(covariance, off))[0]
    return exp(-quadratic / 2) / sqrt((2 * pi) ** n * det(covariance))


def ordered_logistic(x, eta, cutpoints):
    above = [mpf(1)] + [sigmoid(eta - c) for c in cutpoints] + [mpf(0)]
    return above[int(x)] - above[int(x) + 1]


def markov(x, initial, transition, steps):
    value = initial[int(x[0])]
    for before, after in zip(x, x[1:]):
        value *= transition[int(before)][int(after)]
    return value


def lkj_cholesky(x, eta):
    """Of 2 x 2 factors, whose correlation r has density (1 - r^2)^(eta - 1) / Z; dr / dL[1, 0] = 1."""
    r = x[2]
    return (1 - r**2) ** (eta - 1) / quad(lambda s: (1 - s**2) ** (eta - 1), [-1, 0, 1])


def truncated_normal(x, mean, sd, low=None, high=None):
    """The mass between the ends, from the side where it does not cancel."""
    a = -inf if low is None else (low - mean) / sd
    b = inf if high is None else (high - mean) / sd
    mass = ncdf(-a) - ncdf(-b) if a > 0 else ncdf(b) - ncdf(a)
    return normal(x, mean, sd) / mass


families = {
    "normal": normal,
    "student_t": student_t,
    "cauchy": lambda x, loc, scale: 1 / (pi * scale * (1 + ((x - loc) / scale) ** 2)),
    "laplace": lambda x, loc, scale: exp(-abs(x - loc) / scale) / (2 * scale),
    "logistic": logistic,
    "gumbel": lambda x, loc, scale: exp(-(x - loc) / scale - exp(-(x - loc) / scale)) / scale,
    "half_normal": lambda x, scale: 2 * normal(x, 0, scale),
    "half_cauchy": lambda x, scale: 2 / (pi * scale * (1 + (x / scale) ** 2)),
    "half_student_t": lambda x, df, scale: 2 * student_t(x, df, 0, scale),
    "log_normal": lambda x, mean, sd: normal(log(x), mean, sd) / x,
    "exponential": lambda x, rate: rate * exp(-rate * x),
    "gamma": gamma_density,
    "inverse_gamma": lambda x, shape, scale: gamma_density(1 / x, shape, scale) / x**2,
    "chi_squared": lambda x, df: gamma_density(x, df / 2, mpf(1) / 2),
    "beta": lambda x, a, b: x ** (a - 1) * (1 - x) ** (b - 1) / beta_function(a, b),
    "uniform": lambda x, low, high: 1 / (high - low),
    "weibull": lambda x, shape, scale: shape / scale * (x / scale) ** (shape - 1) * exp(-((x / scale) ** shape)),
    "pareto": lambda x, min, shape: shape * min**shape / x ** (shape + 1),
    "von_mises": lambda x, mean, concentration: exp(concentration * mp.cos(x - mean))
    / (2 * pi * besseli(0, concentration)),
    "bernoulli": lambda x, **how: success(**how) if x == 1 else 1 - success(**how),
    "binomial": lambda x, n, **how: binomial(n, x) * success(**how) ** x * (1 - success(**how)) ** (n - x),
    "beta_binomial": lambda x, n, a, b: binomial(n, x) * beta_function(x + a, n - x + b) / beta_function(a, b),
    "categorical": lambda x, **how: weights(**how)[int(x)],
    "markov": markov,
    "multinomial": multinomial,
    "ordered_logistic": ordered_logistic,
    "poisson": lambda x, rate=None, log_rate=None: (rate if rate is not None else exp(log_rate)) ** x
    * exp(-(rate if rate is not None else exp(log_rate)))
    / gamma(x + 1),
    "neg_binomial": lambda x, mean, dispersion: gamma(x + dispersion)
    / gamma(dispersion)
    / gamma(x + 1)
    * (mean / (mean + dispersion)) ** x
    * (dispersion / (mean + dispersion)) ** dispersion,
    "geometric": lambda x, p: p * (1 - p) ** x,
    "dirichlet": dirichlet,
    "multivariate_normal": multivariate_normal,
    "lkj_cholesky": lkj_cholesky,
    "normal truncated": truncated_normal,
}

covariance = [[2.0, 0.5, -0.25], [0.5, 1.0, 0.125], [-0.25, 0.125, 0.75]]
factor = [[1.5, 0.0, 0.0], [-0.5, 0.25, 0.0], [2.0, 1.0, 3.0]]
chain = {"initial": [0.25, 0.75], "transition": [[0.5, 0.5], [0.125, 0.875]], "steps": 4}

# Family, arguments, and the points at which the density is wanted: the middle, and both tails as far as they matter.
points = [
    ("normal", {"mean": 1.5, "sd": 0.4}, [1.7, -3.0, 40.0]),
    ("student_t", {"df": 3.5, "loc": -1.0, "scale": 2.0}, [0.3, 1e4]),
    ("student_t", {"df": 200.0, "loc": 0.0, "scale": 0.1}, [0.05, -1.0]),
    ("cauchy", {"loc": 0.5, "scale": 2.0}, [0.5, -1e6]),
    ("laplace", {"loc": 0.5, "scale": 0.7}, [0.2, 30.0]),
    ("logistic", {"loc": 1.0, "scale": 0.6}, [1.3, -200.0, 200.0]),
    ("gumbel", {"loc": -0.5, "scale": 0.8}, [0.1, -4.0, 50.0]),
    ("half_normal", {"scale": 0.3}, [0.01, 2.5]),
    ("half_cauchy", {"scale": 3.0}, [1e-6, 700.0]),
    ("half_student_t", {"df": 4.0, "scale": 2.5}, [0.2, 90.0]),
    ("log_normal", {"mean": 0.2, "sd": 0.9}, [1e-4, 1.0, 300.0]),
    ("exponential", {"rate": 0.2}, [1e-3, 60.0]),
    ("gamma", {"shape": 0.4, "rate": 2.0}, [1e-8, 0.3]),
    ("gamma", {"shape": 75.0, "rate": 5.0}, [15.0, 2.0]),
    ("inverse_gamma", {"shape": 3.0, "scale": 5.0}, [0.1, 2.0, 400.0]),
    ("chi_squared", {"df": 7.0}, [0.05, 20.0]),
    ("beta", {"a": 0.6, "b": 0.7}, [1e-5, 0.5, 0.999]),
    ("beta", {"a": 40.0, "b": 2.5}, [0.95, 0.2]),
    ("uniform", {"low": -2.0, "high": 5.0}, [0.0]),
    ("weibull", {"shape": 2.5, "scale": 4.0}, [0.1, 12.0]),
    ("pareto", {"min": 0.5, "shape": 3.0}, [0.5, 1000.0]),
    ("von_mises", {"mean": 0.7, "concentration": 2.5}, [-3.0, 0.7]),
    ("von_mises", {"mean": -1.0, "concentration": 60.0}, [-1.1, 1.0]),
    ("bernoulli", {"p": 0.3}, [0, 1]),
    ("bernoulli", {"logits": -30.0}, [0, 1]),
    ("binomial", {"n": 90, "p": 0.35}, [0, 30, 90]),
    ("binomial", {"n": 7, "logits": 0.6}, [5]),
    ("beta_binomial", {"n": 60, "a": 5.0, "b": 3.0}, [0, 41]),
    ("categorical", {"p": [0.25, 0.5, 0.25]}, [0, 1]),
    ("categorical", {"logits": [1.0, -1.0, 0.5, 20.0]}, [1, 3]),
    ("markov", chain, [[1, 1, 0, 1], [0, 0, 0, 0]]),
    ("multinomial", {"n": 9, "p": [0.5, 0.25, 0.25]}, [[4, 3, 2], [0, 9, 0]]),
    ("multinomial", {"n": 3, "logits": [0.0, 2.0, -1.0]}, [[1, 2, 0]]),
    ("ordered_logistic", {"eta": 0.3, "cutpoints": [-1.0, 0.5, 9.0]}, [0, 1, 3]),
    ("poisson", {"rate": 4.5}, [0, 7, 60]),
    ("poisson", {"log_rate": -3.0}, [2]),
    ("neg_binomial", {"mean": 6.0, "dispersion": 0.8}, [0, 3, 90]),
    ("neg_binomial", {"mean": 6.0, "dispersion": 400.0}, [9]),
    ("geometric", {"p": 0.125}, [0, 30]),
    ("dirichlet", {"concentration": [0.5, 2.0, 3.5]}, [[0.125, 0.25, 0.625], [0.0009765625, 0.5, 0.4990234375]]),
    ("multivariate_normal", {"mean": [1.0, 0.0, -1.0], "covariance": covariance}, [[0.5, 0.25, -2.0]]),
    ("multivariate_normal", {"mean": [0.0, 1.0, 2.0], "cholesky": factor}, [[1.0, 1.0, 1.0]]),
    ("multivariate_normal", {"mean": [0.0, 0.0, 0.0], "precision": covariance}, [[3.0, -1.0, 2.0]]),
    ("lkj_cholesky", {"eta": 2.5}, [[1.0, 0.0, 0.6, 0.8]]),
    ("normal truncated", {"mean": 0.5, "sd": 1.5, "low": 0.0, "high": 2.0}, [0.25, 1.9]),
    ("normal truncated", {"mean": 0.0, "sd": 1.0, "low": 12.0}, [12.5]),
    ("normal truncated", {"mean": 0.0, "sd": 1.0, "high": -9.0}, [-9.5]),
]


def between(low, high):
    """z = low + (high - low) sigmoid(u), and dz / du."""
    return lambda u: (low + (high - low) * sigmoid(u), (high - low) * sigmoid(u) * sigmoid(-u))


def above(low):
    """z = low + exp(u)."""
    return lambda u: (low + exp(u), exp(u))


def below(high):
    """z = high - exp(u)."""
    return lambda u: (high - exp(u), exp(u))


# A `sample` statement, its density and its map from the real line; the bounds truncate, and the density is normalised.
one_half = mpf(1) / 2
three_quarters = mpf(3) / 4
priors = [
    ("sample z ~ half_cauchy(5)", lambda z: families["half_cauchy"](z, 5), above(0)),
    ("sample z ~ gamma(2, 0.5)", lambda z: gamma_density(z, 2, one_half), above(0)),
    ("sample z ~ inverse_gamma(3, 2)", lambda z: families["inverse_gamma"](z, mpf(3), mpf(2)), above(0)),
    ("sample z ~ log_normal(1, 0.75)", lambda z: families["log_normal"](z, 1, three_quarters), above(0)),
    ("sample z ~ pareto(2, 3)", lambda z: families["pareto"](z, mpf(2), mpf(3)), above(2)),
    ("sample z ~ beta(2, 0.5)", lambda z: families["beta"](z, mpf(2), one_half), between(0, 1)),
    ("sample z ~ uniform(-1, 4)", lambda z: mpf(1) / 5, between(-1, 4)),
    ("sample z: real<0..> ~ normal(-1, 2)", lambda z: truncated_normal(z, -1, 2, low=mpf(0)), above(0)),
    ("sample z: real<..-1> ~ normal(0, 0.5)", lambda z: truncated_normal(z, 0, one_half, high=mpf(-1)), below(-1)),
    ("sample z: real<-1..2> ~ normal(0, 1)", lambda z: truncated_normal(z, 0, 1, mpf(-1), mpf(2)), between(-1, 2)),
    (
        "sample z: real<1..> ~ exponential(0.5)",
        lambda z: one_half * exp(-z / 2) / quad(lambda s: one_half * exp(-s / 2), [1, 10, 100, inf]),
        above(1),
    ),
]
coordinates = [-3.5, 0.25, 2.0]


def simplex(u, concentration):
    """Sticks: z[k] = left sigmoid(u[k] - log(K - 1 - k)); det by a numerical Jacobian of the first K - 1 entries."""
    K = len(concentration)

    def image(at):
        left, parts = mpf(1), []
        for k in range(K - 1):
            parts.append(left * sigmoid(at[k] - log(K - 1 - k)))
            left -= parts[-1]
        return parts + [left]

    jacobian = matrix(K - 1)
    for k in range(K - 1):
        for i in range(K - 1):
            jacobian[i, k] = mp.diff(lambda t: image([*u[:k], t, *u[k + 1 :]])[i], u[k])
    return dirichlet(image(u), concentration) * abs(det(jacobian))


def rounded(value):
    return float(log(value))


def main():
    rows = [
        {
            "family": family,
            "parameters": parameters,
            "x": x,
            "logDensity": rounded(families[family](number(x), **{k: number(v) for k, v in parameters.items()})),
        }
        for family, parameters, xs in points
        for x in xs
    ]
    transformed = []
    for statement, density, image in priors:
        for u in coordinates:
            z, slope = image(mpf(u))
            transformed.append({"model": statement, "u": [u], "logDensity": rounded(density(z) * slope)})
    for u in ([0.0, 0.0], [1.5, -0.5]):
        value = simplex(number(u), number([0.5, 2.0, 3.5]))
        transformed.append({"model": "sample z ~ dirichlet([0.5, 2, 3.5])", "u": u, "logDensity": rounded(value)})
    method = "densities.py: textbook densities in mpmath at 50 digits, rounded once; relative error 1.2e-16"
    print('{\n  "method": ' + json.dumps(method) + ",")
    for name, table, end in (("families", rows, ","), ("priors", transformed, "")):
        print(f'  "{name}": [')
        print(",\n".join("    " + json.dumps(row) for row in table))
        print("  ]" + end)
    print("}")


main()
