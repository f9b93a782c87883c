package io.github.dl4jclipping.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Snapshot;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MasterWeightsTest {

  private static final StateLayout NOWHERE = new StateLayout(List.of());

  /** In HALF each of these updates is lost: half a unit in the last place of 1 is 0.00049. */
  @Test
  void smallUpdatesAddUp() {
    INDArray network = half(1, 1, 1);
    MasterWeights master = MasterWeights.of(network, null, NOWHERE);
    INDArray gradient = half(0, 0, 0);
    for (int i = 0; i < 100; i++) {
      master.takeOver(network);
      master.gradient().assign(Nd4j.createFromArray(1e-4f, -1e-4f, 0f));
      master.apply(network, gradient);
      network.subi(gradient); // as DL4J does
    }
    assertThat(network.getDouble(0)).isCloseTo(0.99, within(5e-4));
    assertThat(network.getDouble(1)).isCloseTo(1.01, within(1e-3));
    assertThat(network.getDouble(2)).isEqualTo(1);
  }

  /**
   * Whatever the numbers: after DL4J's subtraction the network has the rounded ones, to the bit.
   */
  @Property
  void networkBecomesTheRoundedWeights(
      @ForAll @Size(min = 4, max = 4) @FloatRange(min = -7e4f, max = 7e4f) float[] weights,
      @ForAll @Size(min = 4, max = 4) @FloatRange(min = -7e4f, max = 7e4f) float[] update) {
    INDArray network = Nd4j.createFromArray(weights).castTo(DataType.FLOAT16);
    MasterWeights master = MasterWeights.of(network, null, NOWHERE);
    INDArray gradient = half(0, 0, 0, 0);
    master.gradient().assign(Nd4j.createFromArray(update));
    master.apply(network, gradient);
    network.subi(gradient);
    INDArray rounded = master.parameters().castTo(DataType.FLOAT16);
    assertThat(Snapshot.bits(network.add(0))).isEqualTo(Snapshot.bits(rounded.add(0)));
  }

  @Test
  void whatChangedElsewhereIsTakenOverAndNoMore() {
    INDArray network = half(1, 2, 3);
    MasterWeights master = MasterWeights.of(network, null, NOWHERE);
    INDArray gradient = half(0, 0, 0);
    master.gradient().assign(1e-5);
    master.apply(network, gradient);
    network.subi(gradient);
    network.putScalar(1, 5);
    master.takeOver(network);
    assertThat(master.parameters().toFloatVector()).containsExactly(1 - 1e-5f, 5, 3 - 1e-5f);
  }

  /** Adam divides by the root of what is left of its second moments. */
  @Test
  void stateInHalfKeepsWhatIsNotZero() {
    MasterWeights master =
        MasterWeights.of(half(1), Nd4j.createFromArray(1e-12f, -1e-20f, 0f, 0.5f), NOWHERE);
    assertThat(master.stateInHalf().castTo(DataType.FLOAT).toFloatVector())
        .containsExactly(0x1p-24f, -0x1p-24f, 0, 0.5f);
  }

  @Test
  void stateCountsWhileItRoundsToWhatStandsElsewhere() {
    MasterWeights master =
        MasterWeights.of(half(1), Nd4j.createFromArray(1e-12f, 0.1f, 0.2f), NOWHERE);
    INDArray handedOut = master.stateInHalf();
    handedOut.putScalar(2, 4);
    master.takeOver(half(1));
    assertThat(master.state().toFloatVector()).containsExactly(1e-12f, 0.1f, 4);
    master.takeOverState(half(0x1p-24, 8, 4));
    assertThat(master.state().toFloatVector()).containsExactly(1e-12f, 8, 4);
  }

  @Test
  void anotherUpdatersStateLeavesTheWeights() {
    INDArray network = half(1, 2);
    MasterWeights master = MasterWeights.of(network, half(1, 1), NOWHERE);
    master.gradient().assign(1e-5);
    master.apply(network, half(0, 0));
    MasterWeights other = master.with(half(1, 2, 3, 4), NOWHERE);
    assertThat(other.parameters().toFloatVector()).containsExactly(1 - 1e-5f, 2 - 1e-5f);
    assertThat(other.state().toFloatVector()).containsExactly(1, 2, 3, 4);
    assertThat(master.with(null, NOWHERE).state()).isNull();
  }

  @Test
  void notANumberIsApplied() {
    INDArray network = half(1, 2);
    MasterWeights master = MasterWeights.of(network, null, NOWHERE);
    INDArray gradient = half(0, 0);
    master.gradient().assign(Nd4j.createFromArray(Float.NaN, 1f));
    master.apply(network, gradient);
    network.subi(gradient);
    assertThat(network.getDouble(0)).isNaN();
    assertThat(network.getDouble(1)).isEqualTo(1);
  }

  private static INDArray half(double... values) {
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT16);
  }
}
