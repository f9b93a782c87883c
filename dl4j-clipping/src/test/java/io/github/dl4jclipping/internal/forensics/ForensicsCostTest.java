package io.github.dl4jclipping.internal.forensics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.OriginKind;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** What looking for the origin costs: few copies of the network, and nothing of them is left. */
class ForensicsCostTest {

  @Test
  void laterIncidentsAreLookedIntoMoreAndMoreRarely() {
    CollectingObserver seen = new CollectingObserver();
    Model model = broken(NonFinitePolicy.SKIP, seen);

    for (int i = 0; i < 40; i++) {
      Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT));
    }

    assertThat(Fragile.COPIES).hasValue(12);
    List<Long> sought =
        LongStream.rangeClosed(1, 40)
            .filter(
                incident ->
                    seen.nonFinite.get((int) incident - 1).origin().kind() != OriginKind.UNKNOWN)
            .boxed()
            .toList();
    assertThat(sought).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 16L, 32L);
    assertThat(seen.nonFinite.get(10).origin().notes())
        .containsExactly(
            "the origin was not looked for: this is incident 11 of the network, and after the first 10 incidents only incidents 16, 32 and so on, doubling each time, are examined");
    assertThat(seen.nonFinite.get(10).describe()).contains("was not looked for");
  }

  /** An exception may be the last word of a run: it always says where it came from. */
  @Test
  void everyExceptionSaysWhereItCameFrom() {
    Model model = broken(NonFinitePolicy.RAISE, new CollectingObserver());

    for (int i = 0; i < 20; i++) {
      assertThat(raised(model).report().origin().kind()).isEqualTo(OriginKind.BACKWARD);
    }
  }

  @Test
  void lastSkipSaysWhereItCameFrom() {
    CollectingObserver seen = new CollectingObserver();
    Model model =
        clipped(
            linear(new BrokenDerivative(), new ActivationIdentity()),
            NonFinitePolicy.SKIP,
            12,
            seen);
    for (int i = 0; i < 12; i++) {
      Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT));
    }

    assertThat(raised(model).report().origin().kind()).isEqualTo(OriginKind.BACKWARD);
    assertThat(seen.nonFinite.get(11).origin().kind()).isEqualTo(OriginKind.UNKNOWN);
  }

  /** A million parameters: each copy that were left would be 4 MB, its gradient as much. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsLeftOfTheCopies(boolean throwing) {
    Fragile fragile = new Fragile(throwing ? new AssertionError("once only") : null, null);
    Model model =
        clipped(
            Networks.init(
                FaultyNetworks.conf()
                    .list()
                    .layer(
                        new DenseLayer.Builder()
                            .nIn(4)
                            .nOut(1000)
                            .activation(new BrokenDerivative())
                            .build())
                    .layer(
                        new DenseLayer.Builder().nIn(1000).nOut(1000).activation(fragile).build())
                    .layer(
                        new OutputLayer.Builder(LossFunction.MSE)
                            .nIn(1000)
                            .nOut(3)
                            .activation(Activation.IDENTITY)
                            .build())
                    .build()),
            NonFinitePolicy.RAISE,
            0,
            new CollectingObserver());
    for (int i = 0; i < 5; i++) {
      raised(model);
    }
    long before = Pointer.physicalBytes();

    for (int i = 0; i < 50; i++) {
      raised(model);
    }

    assertThat(Pointer.physicalBytes() - before).isLessThan(100L << 20);
  }

  /** ND4J never forgets a workspace: one for each incident would add up. */
  @Test
  void usesItsWorkspacesAgain() {
    Model model = broken(NonFinitePolicy.RAISE, new CollectingObserver());
    raised(model);
    List<MemoryWorkspace> first = Nd4j.getWorkspaceManager().getAllWorkspacesForCurrentThread();

    raised(model);

    assertThat(first)
        .filteredOn(workspace -> workspace.getId().startsWith("DL4J_CLIPPING_FORENSICS"))
        .hasSize(2)
        .allSatisfy(workspace -> assertThat(workspace.getCurrentSize()).isZero());
    assertThat(Nd4j.getWorkspaceManager().getAllWorkspacesForCurrentThread())
        .containsExactlyInAnyOrderElementsOf(first);
  }

  private static NonFiniteGradientException raised(Model model) {
    return catchThrowableOfType(
        NonFiniteGradientException.class,
        () -> Kind.fit(model, FaultyNetworks.tens(DataType.FLOAT)));
  }

  private static Model broken(NonFinitePolicy policy, CollectingObserver seen) {
    Model model = linear(new BrokenDerivative(), new Fragile(null, null));
    Fragile.COPIES.set(0);
    return clipped(model, policy, Integer.MAX_VALUE, seen);
  }

  private static Model linear(IActivation first, IActivation last) {
    DenseLayer dense = new DenseLayer.Builder().nIn(4).nOut(5).activation(first).build();
    OutputLayer output =
        new OutputLayer.Builder(new LossMSE()).nIn(5).nOut(3).activation(last).build();
    return Networks.init(FaultyNetworks.conf().list().layer(dense).layer(output).build());
  }

  private static Model clipped(
      Model model, NonFinitePolicy policy, int skips, CollectingObserver seen) {
    model.addListeners(
        new GradientClippingListener(
                GradientClipping.builder()
                    .maxNorm(1)
                    .nonFinite(policy)
                    .maxConsecutiveSkips(skips)
                    .build())
            .observe(seen));
    return model;
  }
}
