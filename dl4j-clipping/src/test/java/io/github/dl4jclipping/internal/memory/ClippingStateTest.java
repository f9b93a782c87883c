package io.github.dl4jclipping.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import java.lang.ref.WeakReference;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Adam;

/** What is remembered of a network: as long as it lives, and no longer. */
class ClippingStateTest {

  @ParameterizedTest
  @EnumSource
  @Timeout(60) // or it is collected at no time
  void keepsNoNetworkAlive(Kind kind) {
    GradientClippingListener shared =
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)).observe(report -> {});
    WeakReference<Model> network = trained(kind, shared);
    while (network.get() != null) {
      System.gc();
    }
    assertThat(shared.toString()).contains("observers=1");
  }

  private static WeakReference<Model> trained(Kind kind, GradientClippingListener listener) {
    Model network = kind.plain(new Adam(1e-2));
    network.addListeners(listener);
    Kind.fit(network, 1, 2);
    assertThat(GradientClipping.lastReport(network)).isPresent();
    return new WeakReference<>(network);
  }

  /** DL4J's networks compare by their parameters; what is remembered belongs to one object. */
  @Test
  void equalNetworksHaveEachTheirOwn() {
    MultiLayerNetwork one = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(1e-2));
    MultiLayerNetwork other = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(1e-2));
    assertThat(one).isEqualTo(other);
    GradientClipping.byGlobalNorm(0.1).attachTo(one);
    one.fit(Networks.batch(7, 1));
    assertThat(GradientClipping.lastReport(one)).isPresent();
    assertThat(GradientClipping.lastReport(other)).isEmpty();
  }
}
