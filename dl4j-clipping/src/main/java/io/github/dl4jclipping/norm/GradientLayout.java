package io.github.dl4jclipping.norm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Trainable;
import org.nd4j.linalg.api.ndarray.INDArray;

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
   */
  public record Parameter(
      String name, long offset, long length, ParameterRole role, boolean dividedByMinibatch) {

    private boolean adjoins(Parameter next) {
      return offset + length == next.offset;
    }

    private Parameter joinedWith(Parameter next) {
      return new Parameter(name, offset, length + next.length, role, dividedByMinibatch);
    }
  }

  private final List<Parameter> parameters;

  private GradientLayout(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  /**
   * Reads the layout off a network's parts.
   *
   * @param parts the parts by name, in the order of the flat gradient
   * @param pretraining whether this is layerwise pretraining, where pretrain parameters take part
   */
  public static GradientLayout of(Map<String, Trainable> parts, boolean pretraining) {
    List<Parameter> parameters = new ArrayList<>();
    long offset = 0;
    for (Map.Entry<String, Trainable> entry : parts.entrySet()) {
      Trainable part = entry.getValue();
      for (Map.Entry<String, INDArray> array : part.paramTable(false).entrySet()) {
        String name = array.getKey();
        long length = array.getValue().length();
        parameters.add(
            new Parameter(
                entry.getKey() + "_" + name,
                offset,
                length,
                ParameterRole.of(part, name, pretraining),
                part.updaterDivideByMinibatch(name)));
        offset += length;
      }
    }
    return new GradientLayout(parameters);
  }

  /** Returns every parameter, in the order of the flat gradient. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Returns the parameters of one role, in the order of the flat gradient. */
  public List<Parameter> parameters(ParameterRole role) {
    return parameters.stream().filter(p -> p.role() == role).toList();
  }

  /** Returns the longest stretches of one role, each named after its first parameter. */
  List<Parameter> stretches(ParameterRole role) {
    return joined(p -> p.role() == role);
  }

  /** Returns the longest stretches that DL4J divides by the minibatch size. */
  List<Parameter> divided() {
    return joined(Parameter::dividedByMinibatch);
  }

  /** Returns the longest stretches of what is divided and yet takes no part. */
  List<Parameter> othersDivided() {
    return joined(p -> p.dividedByMinibatch() && p.role() != ParameterRole.GRADIENT);
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
