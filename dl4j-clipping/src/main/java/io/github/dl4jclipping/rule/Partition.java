package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.norm.NormType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Divides a gradient into parts, each of which is clipped by its own norm. Immutable. */
final class Partition {

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Part(String name, int[] members, double maxNorm) {}

  private final List<Part> parts;
  private final int parameters;
  private final NormType normType;

  private Partition(List<Part> parts, int parameters, NormType normType) {
    this.parts = parts;
    this.parameters = parameters;
    this.normType = normType;
  }

  /**
   * Creates a partition.
   *
   * @param partOf the name of the part of each parameter
   * @param maxNorms the bound on the norm of each part, by name
   */
  static Partition of(List<String> partOf, Map<String, Double> maxNorms, NormType normType) {
    Map<String, List<Integer>> members = new LinkedHashMap<>();
    maxNorms.keySet().forEach(name -> members.put(name, new ArrayList<>()));
    for (int i = 0; i < partOf.size(); i++) {
      members.computeIfAbsent(partOf.get(i), name -> new ArrayList<>()).add(i);
    }
    List<Part> parts = new ArrayList<>();
    members.forEach(
        (name, indices) ->
            parts.add(
                new Part(
                    name,
                    indices.stream().mapToInt(Integer::intValue).toArray(),
                    Objects.requireNonNull(maxNorms.get(name)))));
    return new Partition(parts, partOf.size(), normType);
  }

  /** Scales each part whose norm exceeds its bound by {@code maxNorm / norm}. */
  Decision decide(GradientMeasurement gradient) {
    double[] coefficients = new double[parameters];
    List<ClipPart> told = new ArrayList<>(parts.size());
    for (Part part : parts) {
      double norm =
          normType.combine(
              Arrays.stream(part.members).mapToDouble(i -> gradient.parameterNorms()[i]).toArray());
      double coefficient = ExactBound.coefficient(part.maxNorm, norm);
      for (int member : part.members) {
        coefficients[member] = coefficient;
      }
      told.add(new ClipPart(part.name, norm, coefficient, part.maxNorm));
    }
    return new Decision.ScaleEach(coefficients, Double.POSITIVE_INFINITY, told);
  }
}
