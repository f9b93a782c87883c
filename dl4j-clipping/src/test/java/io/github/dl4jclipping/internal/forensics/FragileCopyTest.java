package io.github.dl4jclipping.internal.forensics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import java.io.IOException;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Whatever a user's code throws when it is repeated, training goes on and the report says so. */
class FragileCopyTest {

  static Stream<Throwable> thrown() {
    return Stream.of(
        new AssertionError("once only"),
        new IOException("sneaked"),
        new IllegalStateException("again?"),
        new Speechless(),
        new NoClassDefFoundError("gone"),
        new OutOfMemoryError("full"),
        new StackOverflowError());
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void forwardPassMayThrow(Throwable thrown) {
    Model model = network(new Fragile(thrown, null));
    CollectingObserver seen = skipping(model);

    Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT));

    assertThat(seen.nonFinite).hasSize(1);
    Origin origin = seen.nonFinite.get(0).origin();
    assertThat(origin.kind()).isEqualTo(OriginKind.UNKNOWN);
    assertThat(origin.notes())
        .anyMatch(
            note ->
                note.startsWith("the repetition of the forward pass ended in ")
                    && note.contains(thrown.getClass().getName()));
    assertThat(seen.nonFinite.get(0).describe()).contains("Note: the repetition of");
    assertThat(Nd4j.getWorkspaceManager().anyWorkspaceActiveForCurrentThread()).isFalse();
  }

  /** The gradient still tells a layer. */
  @ParameterizedTest
  @MethodSource("thrown")
  void backwardPassMayThrow(Throwable thrown) {
    Model model =
        FaultyNetworks.linear(
            Kind.LAYERS,
            DataType.FLOAT,
            new BrokenDerivative(),
            new Fragile(null, thrown),
            new LossMSE());
    CollectingObserver seen = skipping(model);

    Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT));

    Origin origin = seen.nonFinite.get(0).origin();
    assertThat(origin.kind()).isEqualTo(OriginKind.BACKWARD);
    assertThat(origin.where()).isEqualTo("0");
    assertThat(origin.notes())
        .anyMatch(note -> note.startsWith("the repetition of the backward pass ended in "));
    assertThat(Nd4j.getWorkspaceManager().anyWorkspaceActiveForCurrentThread()).isFalse();
  }

  @Test
  void interruptIsKept() {
    Model model = network(new Fragile(new InterruptedException("sneaked"), null));
    skipping(model);

    Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT));

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void errorsThatKillTheJvmArePassedOn() {
    Model model = network(new Fragile(new InternalError("broken"), null));
    skipping(model);

    assertThatThrownBy(() -> Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT)))
        .isInstanceOf(InternalError.class);
  }

  /** Random numbers go on as if nobody had looked. */
  @Test
  void randomStateIsRestored() {
    Model model = network(new Fragile(new AssertionError("once only"), null));
    skipping(model);
    Nd4j.getRandom().setSeed(7);
    INDArray expected = Nd4j.rand(DataType.FLOAT, 5);
    Nd4j.getRandom().setSeed(7);

    Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT));

    assertThat(Nd4j.rand(DataType.FLOAT, 5)).isEqualTo(expected);
  }

  private static Model network(Fragile activation) {
    return FaultyNetworks.linear(
        Kind.LAYERS, DataType.FLOAT, activation, new BrokenDerivative(), new LossMSE());
  }

  private static CollectingObserver skipping(Model model) {
    CollectingObserver seen = new CollectingObserver();
    model.addListeners(
        new GradientClippingListener(
                GradientClipping.builder().maxNorm(1).nonFinite(NonFinitePolicy.SKIP).build())
            .observe(seen));
    return seen;
  }

  /** An exception that cannot even say what it is. */
  private static final class Speechless extends RuntimeException {

    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }
}
