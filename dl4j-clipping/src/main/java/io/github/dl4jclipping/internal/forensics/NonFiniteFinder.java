package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.internal.norm.GradientLayout;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.internal.norm.ParameterRole;
import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds the parameters whose gradient is non-finite. Changes nothing. */
public final class NonFiniteFinder {

  private NonFiniteFinder() {}

  /**
   * Returns the parameters of a network whose gradient is non-finite. Frozen and idle parameters
   * are not checked.
   */
  public static List<NonFiniteParameter> find(GradientViews gradient) {
    List<NonFiniteParameter> found = new ArrayList<>();
    for (GradientLayout.Parameter parameter : gradient.layout().parameters()) {
      if (parameter.role() != ParameterRole.IDLE) {
        addIfBroken(found, parameter.name(), gradient.of(parameter));
      }
    }
    return found;
  }

  /** Returns the non-finite arrays, each named {@code gradients[index]}. */
  public static List<NonFiniteParameter> find(List<INDArray> gradients) {
    List<NonFiniteParameter> found = new ArrayList<>();
    for (int i = 0; i < gradients.size(); i++) {
      addIfBroken(found, "gradients[" + i + "]", gradients.get(i));
    }
    return found;
  }

  private static void addIfBroken(List<NonFiniteParameter> found, String name, INDArray gradient) {
    NonFiniteCount count = GradientNorms.nonFinite(gradient);
    if (count.total() > 0) {
      found.add(
          new NonFiniteParameter(
              name,
              gradient.length(),
              count.nan(),
              count.positiveInfinity(),
              count.negativeInfinity()));
    }
  }
}
