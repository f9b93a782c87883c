package io.github.dl4jclipping.internal.forensics;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The identity, whose copies are counted, and throw. */
final class Fragile extends BaseActivationFunction {

  /** How many copies there have been. */
  static final AtomicInteger COPIES = new AtomicInteger();

  private static final long serialVersionUID = 1L;

  private final Throwable forward;
  private final Throwable backward;
  private transient boolean copied;

  /** What copies throw in either pass; null for nothing. */
  Fragile(Throwable forward, Throwable backward) {
    this.forward = forward;
    this.backward = backward;
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    copied = true;
    COPIES.incrementAndGet();
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    throwIfCopied(forward);
    return in;
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    throwIfCopied(backward);
    return new Pair<>(epsilon, null);
  }

  private void throwIfCopied(Throwable thrown) {
    if (copied && thrown != null) {
      Fragile.sneak(thrown);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
