package io.github.dl4jclipping.random;

import io.github.dl4jclipping.RecordingUpdater;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The gradient that was handed to the updaters in one step, in double. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HandedOver(double[] elements) {

  /** Takes it from the recorder. */
  static HandedOver to(RecordingUpdater recorder) {
    return new HandedOver(
        recorder.takeSeen().stream()
            .flatMapToDouble(block -> Arrays.stream(block.dup('c').data().asDouble()))
            .toArray());
  }

  boolean isFinite() {
    return Arrays.stream(elements).allMatch(Double::isFinite);
  }

  double norm() {
    return Math.sqrt(Arrays.stream(elements).map(x -> x * x).sum());
  }

  /** Returns the elements at some places. */
  HandedOver only(IntPredicate places) {
    return new HandedOver(
        IntStream.range(0, elements.length).filter(places).mapToDouble(i -> elements[i]).toArray());
  }

  /** Returns the cosine of the angle to another one, 1 where either has no direction. */
  double cosine(HandedOver other) {
    double product = 0;
    for (int i = 0; i < elements.length; i++) {
      product += elements[i] * other.elements[i];
    }
    double norms = norm() * other.norm();
    return norms == 0 ? 1 : product / norms;
  }
}
