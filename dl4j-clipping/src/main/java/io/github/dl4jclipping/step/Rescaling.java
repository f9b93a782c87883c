package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.GradientNorms;
import io.github.dl4jclipping.norm.GradientRescaling;
import io.github.dl4jclipping.norm.GradientViews;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.Decision;
import java.util.Arrays;
import org.deeplearning4j.nn.gradient.Gradient;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Takes a decision apart and carries it out on one step's gradient.
 *
 * <p>Where the gradient is scaled, the division by the minibatch size and the clip are one
 * multiplication. Where it is not, nothing is touched, and DL4J divides as it always does.
 */
record Rescaling(Host host, Gradient gradient, GradientViews views, NormType type, Update update) {

  Rescaled apply(Decision decision, Norms norms) {
    if (decision instanceof Decision.ScaleAll all) {
      return all.coefficient() == 1 ? unchanged(norms) : scaleAll(all.coefficient(), norms);
    }
    if (decision instanceof Decision.ScaleEach each) {
      return scaleEach(each.coefficients(), norms);
    }
    if (decision instanceof Decision.Clamp clamp) {
      double largest = GradientNorms.global(views.participants(), NormType.INF) / divisor();
      return GradientRescaling.isWithin(views.participants(), largest, clamp.bound())
          ? unchanged(norms)
          : clamp(clamp.bound());
    }
    return unchanged(norms);
  }

  private static Rescaled unchanged(Norms norms) {
    return new Rescaled(norms.global(), 1, false);
  }

  private Rescaled scaleAll(double coefficient, Norms norms) {
    GradientRescaling.scale(views.participants(), coefficient / divisor());
    divideOthers();
    // A norm beyond the range of a double is scaled to 0.
    double clippedNorm = coefficient == 0 ? 0 : coefficient * norms.global();
    return new Rescaled(clippedNorm, coefficient, true);
  }

  private Rescaled scaleEach(double[] coefficients, Norms norms) {
    if (coefficients.length != views.byParameter().size()) {
      throw new IllegalStateException(
          "a rule must give a coefficient for each of the "
              + views.byParameter().size()
              + " parameters, but gave "
              + coefficients.length);
    }
    if (Arrays.stream(coefficients).allMatch(coefficient -> coefficient == 1)) {
      return unchanged(norms);
    }
    double[] clipped = meanNormsByParameter(norms);
    for (int i = 0; i < coefficients.length; i++) {
      GradientRescaling.scale(views.byParameter().get(i), coefficients[i] / divisor());
      clipped[i] *= coefficients[i];
    }
    divideOthers();
    double clippedNorm = type.combine(clipped);
    return new Rescaled(clippedNorm, norms.global() == 0 ? 1 : clippedNorm / norms.global(), true);
  }

  /** Measures them where nobody asked before. */
  private double[] meanNormsByParameter(Norms norms) {
    return norms.byParameter().length > 0
        ? norms.byParameter().clone()
        : Arrays.stream(GradientNorms.norms(views.byParameter(), type))
            .map(norm -> norm / divisor())
            .toArray();
  }

  private Rescaled clamp(double bound) {
    if (!host.normalizesLayers()) {
      host.prepare(gradient, update);
    }
    GradientRescaling.clamp(views.participants(), bound);
    return new Rescaled(GradientNorms.global(views.participants(), type), Double.NaN, true);
  }

  private double divisor() {
    return host.normalizesLayers() ? 1 : host.divisor(update);
  }

  private void divideOthers() {
    if (divisor() != 1) {
      for (INDArray other : views.othersDivided()) {
        other.divi(update.batchSize());
      }
    }
  }
}
