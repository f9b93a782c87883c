package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Runs as a page may meet them, the same each time. */
enum Runs {
  NOTHING(observer -> {}),
  ONE_STEP(observer -> healthy(observer, 1, 5)),
  TEN_STEPS(observer -> healthy(observer, 10, 5)),
  HEALTHY(observer -> healthy(observer, 1000, 5)),
  MEASURED(observer -> healthy(observer, 300, Double.POSITIVE_INFINITY)),
  CLIPS_MOST(observer -> healthy(observer, 400, 0.5)),
  LONG(observer -> healthy(observer, 20_000, 5)),
  EXPLODES(
      observer -> {
        healthy(observer, 400, Double.POSITIVE_INFINITY);
        for (int i = 400; i < 412; i++) {
          observer.onStep(step(i, Math.pow(8, i - 399), Double.POSITIVE_INFINITY, i * 0.1));
        }
        broken(observer, 412, StepOutcome.RAISED, Double.NaN);
      }),
  /** A loss that may be negative. */
  EXPLODES_BELOW_ZERO(
      observer -> {
        for (int i = 0; i < 300; i++) {
          observer.onStep(step(i, 1 + i % 3, 5, 2 * Math.cos(i / 20.0)));
        }
        for (int i = 300; i < 312; i++) {
          observer.onStep(step(i, Math.pow(9, i - 299), 5, Math.pow(-9, i - 299)));
        }
        observer.onStep(step(312, 2, 5, Double.NEGATIVE_INFINITY));
        observer.onStep(step(313, 2, 5, 1.5));
      }),
  DIES_IN_STEP_ONE(observer -> broken(observer, 0, StepOutcome.RAISED, Double.NaN)),
  SKIPS(
      observer -> {
        for (int i = 0; i < 500; i++) {
          if (i % 97 == 60) {
            broken(observer, i, StepOutcome.SKIPPED, 0.7);
          } else {
            observer.onStep(ordinary(i, 5, new Random(i)));
          }
        }
      }),
  WORKERS(
      observer -> {
        Random random = new Random(4);
        for (int i = 0; i < 300; i++) {
          ClipReport step = ordinary(i / 3, 5, random);
          observer.onStep(by("ParallelWrapper training thread " + i % 3, step));
        }
      }),
  HOSTILE(Runs::hostile),
  MANY_PARAMETERS(
      observer -> {
        Random random = new Random(9);
        for (int i = 0; i < 2500; i++) {
          Map<String, Double> norms = new LinkedHashMap<>();
          for (int p = 0; p < 700; p++) {
            norms.put("layer" + p + "_W", Math.exp(random.nextGaussian()));
          }
          observer.onStep(
              new ClipReport(i, 0, 1, 2, 1, 0.5, 1, StepOutcome.CLIPPED, norms, "main"));
        }
      }),
  WHOLE_RANGE(
      observer -> {
        double[] norms = {0, Double.MIN_VALUE, 1e-300, 1, Double.POSITIVE_INFINITY, 1e300};
        for (int i = 0; i < 240; i++) {
          observer.onStep(step(i, norms[i % norms.length], 1e-3, i % 2 == 0 ? -1e300 : 1e300));
        }
      });

  static final List<String> HOSTILE_NAMES =
      List.of(
          "</script><script>document.body.dataset.hacked=1</script>_W",
          "\"quoted\", 'twice'; &amp; <!-- <img src=x onerror=document.body.dataset.hacked=1>",
          "слой_вход_層\u2028\u2029\u0000\\u003c{{data}}{{title}}",
          "n".repeat(300));

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that hold nothing
  private final Consumer<ClipObserver> steps;

  Runs(Consumer<ClipObserver> steps) {
    this.steps = steps;
  }

  void report(ClipObserver observer) {
    steps.accept(observer);
  }

  /** A run whose norms fall at first and scatter always. */
  static void healthy(ClipObserver observer, int steps, double bound) {
    Random random = new Random(7);
    for (int i = 0; i < steps; i++) {
      observer.onStep(ordinary(i, bound, random));
      if (i % 500 == 499) {
        observer.onEpochEnd(i / 500);
      }
    }
  }

  static ClipReport ordinary(int iteration, double bound, Random random) {
    double norm = (1 + 6 * Math.exp(-iteration / 40.0)) * Math.exp(0.4 * random.nextGaussian());
    return step(iteration, norm, bound, 0.4 + 2 * Math.exp(-iteration / 150.0) + 0.1 * norm);
  }

  static ClipReport step(int iteration, double norm, double bound, double score) {
    boolean clipped = norm > bound;
    Map<String, Double> parameters = new LinkedHashMap<>();
    for (int layer = 0; layer < 4; layer++) {
      parameters.put(layer + "_W", norm * (0.9 - 0.2 * layer));
      parameters.put(layer + "_b", norm * 0.02 * (layer + 1));
    }
    return new ClipReport(
        iteration,
        iteration / 500,
        score,
        norm,
        clipped ? bound : norm,
        clipped ? bound / norm : 1,
        bound,
        clipped ? StepOutcome.CLIPPED : StepOutcome.UNCHANGED,
        parameters,
        "main");
  }

  static void broken(ClipObserver observer, int iteration, StepOutcome outcome, double score) {
    observer.onNonFinite(
        new NonFiniteReport(
            iteration,
            iteration / 500,
            score,
            List.of(
                new NonFiniteParameter("2_W", 9216, 96, 0, 0),
                new NonFiniteParameter("2_b", 96, 1, 1, 0))));
    Map<String, Double> parameters = new LinkedHashMap<>();
    for (int layer = 0; layer < 4; layer++) {
      parameters.put(layer + "_W", layer == 2 ? Double.NaN : 3.0);
      parameters.put(layer + "_b", layer == 2 ? Double.NaN : 0.1);
    }
    double after = outcome == StepOutcome.RAISED ? Double.NaN : 0;
    observer.onStep(
        new ClipReport(
            iteration,
            iteration / 500,
            score,
            Double.NaN,
            after,
            after,
            outcome == StepOutcome.RAISED ? Double.POSITIVE_INFINITY : 5,
            outcome,
            parameters,
            "main"));
  }

  private static ClipReport by(String worker, ClipReport step) {
    return new ClipReport(
        step.iteration(),
        step.epoch(),
        step.score(),
        step.norm(),
        step.clippedNorm(),
        step.coefficient(),
        step.maxNorm(),
        step.outcome(),
        step.parameterNorms(),
        worker);
  }

  private static void hostile(ClipObserver observer) {
    Map<String, Double> norms = new LinkedHashMap<>();
    HOSTILE_NAMES.forEach(name -> norms.put(name, 1.5));
    for (int i = 0; i < 20; i++) {
      String worker = HOSTILE_NAMES.get(i % 3);
      observer.onStep(new ClipReport(i, 0, 1, 2, 1, 0.5, 1, StepOutcome.CLIPPED, norms, worker));
    }
    double low = Double.NEGATIVE_INFINITY;
    observer.onNonFinite(
        new NonFiniteReport(
            20,
            0,
            low,
            HOSTILE_NAMES.stream().map(n -> new NonFiniteParameter(n, 9, 1, 2, 3)).toList()));
    norms.replaceAll((name, norm) -> Double.NaN);
    double nan = Double.NaN;
    observer.onStep(new ClipReport(20, 0, low, nan, nan, nan, 1, StepOutcome.RAISED, norms, "w"));
  }
}
