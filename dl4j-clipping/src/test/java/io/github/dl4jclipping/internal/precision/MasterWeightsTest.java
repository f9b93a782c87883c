package io.github.dl4jclipping.internal.precision;

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
    assertThat(master.stateInHalf()).isSameAs(handedOut);
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

  /** State of as many numbers, but of other kinds: the new updater's whole, no mixture. */
  @Test
  void stateOfOtherKindsIsReplacedWhole() {
    StateLayout two = layout(0, 2, 0, 4);
    StateLayout other =
        new StateLayout(List.of(block(0, 1, 0, 3, List.of(0L)), block(1, 2, 3, 4, List.of(1L))));
    MasterWeights master =
        MasterWeights.of(half(1, 1), Nd4j.createFromArray(1.00001f, 2, 3, 4), two);
    master.with(half(1, 2, 5, 6), other);
    assertThat(master.state().toFloatVector()).containsExactly(1, 2, 5, 6);
  }

  /** State of which nobody knows how it lies counts where all of it is the network's. */
  @Test
  void stateOfUnknownLayoutCountsWholeOrNotAtAll() {
    MasterWeights agreeing = unknown();
    agreeing.with(half(1, 0x1p-24), layout(0, 1, 0, 2));
    assertThat(agreeing.state().toFloatVector()).containsExactly(1.00001f, 1e-12f);
    MasterWeights differing = unknown();
    differing.with(half(1, 0), layout(0, 1, 0, 2));
    assertThat(differing.state().toFloatVector()).containsExactly(1, 0);
    MasterWeights inFloat = unknown();
    inFloat.with(Nd4j.createFromArray(3f, 4f), layout(0, 1, 0, 2));
    assertThat(inFloat.state().toFloatVector()).containsExactly(3, 4);
  }

  private static MasterWeights unknown() {
    return MasterWeights.of(half(1), Nd4j.createFromArray(1.00001f, 1e-12f), StateLayout.UNKNOWN);
  }

  /**
   * Two moments of two parameters, of one block and of two; the second parameter has two numbers.
   */
  @Test
  void stateIsRearranged() {
    StateLayout one = new StateLayout(List.of(block(0, 3, 0, 6, List.of(0L, 1L))));
    StateLayout two =
        new StateLayout(List.of(block(0, 1, 0, 2, List.of(0L)), block(1, 3, 2, 6, List.of(1L))));
    MasterWeights master =
        MasterWeights.of(half(1, 1, 1), Nd4j.createFromArray(1f, 2f, 3f, 4f, 5f, 6f), one);
    master.with(half(1, 4, 2, 3, 5, 6), two);
    assertThat(master.state().toFloatVector()).containsExactly(1, 4, 2, 3, 5, 6);
    master.with(half(1, 2, 3, 4, 5, 7), one);
    assertThat(master.state().toFloatVector()).containsExactly(1, 2, 3, 4, 5, 7);
  }

  private static StateLayout layout(long from, long to, long stateFrom, long stateTo) {
    return new StateLayout(List.of(block(from, to, stateFrom, stateTo, List.of(from))));
  }

  private static StateLayout.Block block(
      long from, long to, long stateFrom, long stateTo, List<Long> parameters) {
    return new StateLayout.Block(from, to, stateFrom, stateTo, parameters);
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
