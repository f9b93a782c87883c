package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Says which stretches of a network's flat gradient take part in clipping.
 *
 * <p>Immutable and thread-safe; holds no array.
 */
public final class GradientLayout {

  /**
   * One parameter's stretch of the flat gradient.
   *
   * @param name part and parameter, such as {@code 0_W} or {@code dense_W}
   * @param offset the first element
   * @param length the number of elements
   * @param role what the stretch is
   * @param dividedByMinibatch whether DL4J divides it by the minibatch size
   * @param layer the part alone, such as {@code 0} or {@code dense}
   * @param units the units whose weights it holds
   */
  public record Parameter(
      String name,
      long offset,
      long length,
      ParameterRole role,
      boolean dividedByMinibatch,
      String layer,
      Units units) {

    private boolean adjoins(Parameter next) {
      return offset + length == next.offset;
    }

    private Parameter in(ParameterRole other) {
      return new Parameter(name, offset, length, other, dividedByMinibatch, layer, units);
    }

    private Parameter joinedWith(Parameter next) {
      return new Parameter(
          name, offset, length + next.length, role, dividedByMinibatch, layer, units);
    }
  }

  private final List<Parameter> parameters;
  private final boolean pretraining;

  /**
   * Creates a layout.
   *
   * @param parameters every parameter, in the order of the flat gradient
   * @param pretraining whether this is one layer in layerwise pretraining
   */
  public GradientLayout(List<Parameter> parameters, boolean pretraining) {
    this.parameters = List.copyOf(parameters);
    this.pretraining = pretraining;
  }

  /** Returns whether this is one layer in layerwise pretraining. */
  public boolean isPretraining() {
    return pretraining;
  }

  /**
   * Returns this layout without some of the parameters that take part.
   *
   * @throws IllegalStateException if nothing is left, or a pattern matches no parameter, whether it
   *     takes part or not; in layerwise pretraining patterns are of other layers, too
   */
  public GradientLayout excluding(List<NamePattern> patterns) {
    if (patterns.isEmpty()) {
      return this;
    }
    List<String> names = parameters.stream().map(Parameter::name).toList();
    if (!pretraining) {
      patterns.forEach(pattern -> pattern.requireMatch("exclude", names));
    }
    GradientLayout rest =
        new GradientLayout(
            parameters.stream()
                .map(
                    p ->
                        p.role() == ParameterRole.GRADIENT
                                && patterns.stream().anyMatch(pattern -> pattern.matches(p.name()))
                            ? p.in(ParameterRole.EXCLUDED)
                            : p)
                .toList(),
            pretraining);
    if (rest.parameters(ParameterRole.GRADIENT).isEmpty()) {
      throw new IllegalStateException(
          "exclude leaves nothing to clip: " + patterns + " match all of " + names);
    }
    return rest;
  }

  /** Returns every parameter, in the order of the flat gradient. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Returns the parameters of one role, in the order of the flat gradient. */
  public List<Parameter> parameters(ParameterRole role) {
    return parameters.stream().filter(p -> p.role() == role).toList();
  }

  /** Returns the units of the parameters that take part. */
  public List<Units> units() {
    return parameters(ParameterRole.GRADIENT).stream().map(Parameter::units).toList();
  }

  /** Returns the longest stretches of one role, each named after its first parameter. */
  List<Parameter> stretches(ParameterRole role) {
    return joined(p -> p.role() == role);
  }

  /** Returns the longest stretches that are not measured, and yet must be finite. */
  List<Parameter> watched() {
    return joined(
        p -> p.role() == ParameterRole.PSEUDO_GRADIENT || p.role() == ParameterRole.EXCLUDED);
  }

  /** Returns the longest stretches that DL4J divides by the minibatch size. */
  List<Parameter> divided() {
    return joined(Parameter::dividedByMinibatch);
  }

  /** Returns the longest stretches of what is divided and yet takes no part. */
  List<Parameter> othersDivided() {
    return joined(p -> p.dividedByMinibatch() && p.role() != ParameterRole.GRADIENT);
  }

  /** Returns the longest stretches of what is divided and is no gradient of the loss. */
  List<Parameter> notOfLossDivided() {
    return joined(
        p ->
            p.dividedByMinibatch()
                && p.role() != ParameterRole.GRADIENT
                && p.role() != ParameterRole.EXCLUDED);
  }

  private List<Parameter> joined(Predicate<Parameter> which) {
    List<Parameter> stretches = new ArrayList<>();
    for (Parameter next : parameters.stream().filter(which).toList()) {
      int last = stretches.size() - 1;
      if (last >= 0 && stretches.get(last).adjoins(next)) {
        stretches.set(last, stretches.get(last).joinedWith(next));
      } else {
        stretches.add(next);
      }
    }
    return stretches;
  }
}
