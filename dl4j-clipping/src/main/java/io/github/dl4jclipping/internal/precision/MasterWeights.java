package io.github.dl4jclipping.internal.precision;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Keeps FLOAT copies of the parameters and the updater state of a network in HALF.
 *
 * <p>A copy of an element is valid only while it rounds to the element in the network. If something
 * else has changed the element, such as a constraint, {@code setParams}, averaging or a restored
 * file, the new value is taken over. Only the thread that trains the network may use this class. It
 * refers to no array of the network.
 */
public final class MasterWeights {

  private final INDArray parameters;
  private final @Nullable INDArray state;
  private final INDArray gradient;
  private final HalfRounding rounding;
  private StateLayout layout;
  private @Nullable INDArray stateInHalf;
  private boolean handedOut;

  private MasterWeights(INDArray parameters, @Nullable INDArray state, StateLayout layout) {
    this.parameters = parameters;
    this.state = state;
    this.layout = layout;
    this.gradient = Nd4j.createUninitialized(DataType.FLOAT, parameters.length());
    this.rounding = new HalfRounding(Math.max(parameters.length(), length(state)));
  }

  /**
   * Creates master weights from a network, or from saved arrays.
   *
   * @param parameters the flat parameters
   * @param state the state of the updater; null if it has none
   * @param layout the layout of that state
   */
  public static MasterWeights of(
      INDArray parameters, @Nullable INDArray state, StateLayout layout) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new MasterWeights(
          wide(flat(parameters)), state == null ? null : wide(flat(state)), layout);
    }
  }

  /**
   * Returns master weights for an updater whose state may have other values or another layout.
   * Returns this object if the state has the same length, otherwise new master weights with the
   * same parameters.
   *
   * @param layout the layout of the updater's state
   */
  public MasterWeights with(@Nullable INDArray updaterState, StateLayout layout) {
    if (length(state) != length(updaterState)) {
      return of(parameters, updaterState, layout);
    }
    handedOut = false;
    if (state != null && updaterState != null) {
      try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        INDArray given = flat(updaterState);
        if (layout.equals(this.layout) || rearranged(state, layout)) {
          takeOver(state, given);
        } else if (given.dataType() != DataType.FLOAT16
            || !rounding.agreeAwayFromZero(state, given)) {
          state.assign(given); // another kind of state, or an unknown layout
        }
      }
    }
    this.layout = layout;
    return this;
  }

  private boolean rearranged(INDArray numbers, StateLayout wanted) {
    try (INDArray before = numbers.dup()) {
      return wanted.arrange(before, layout, numbers);
    }
  }

  /** Restores saved parameters, and saved state if it is of the same kinds. */
  public void takeUp(MasterWeights saved) {
    handedOut = false;
    parameters.assign(saved.parameters);
    if (state != null && saved.state != null) {
      layout.arrange(saved.state, saved.layout, state);
    }
  }

  private static long length(@Nullable INDArray array) {
    return array == null ? 0 : array.length();
  }

  private static INDArray flat(INDArray array) {
    return array.reshape(array.length());
  }

  private static INDArray wide(INDArray array) {
    return array.dataType() == DataType.FLOAT ? array.dup() : array.castTo(DataType.FLOAT);
  }

  /** Returns the parameters in FLOAT. */
  public INDArray parameters() {
    return parameters;
  }

  /** Returns the updater's state in FLOAT; null if it has none. */
  public @Nullable INDArray state() {
    return state;
  }

  /** Returns the layout of the state. */
  public StateLayout layout() {
    return layout;
  }

  /** Returns the array for the flat gradient in FLOAT, which each step must fill. */
  public INDArray gradient() {
    return gradient;
  }

  /** Takes over all changes that something else has made since the last step. */
  public void takeOver(INDArray networkParameters) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      rounding.takeOver(parameters, flat(networkParameters));
      takeOverHandedOut();
    }
  }

  private void takeOverHandedOut() {
    if (handedOut && state != null && stateInHalf != null) {
      rounding.takeOverAwayFromZero(state, stateInHalf);
    }
    handedOut = false;
  }

  /**
   * Takes over the elements of an updater's state that differ from this state in HALF.
   *
   * @throws IllegalStateException if the lengths differ
   */
  public void takeOverState(@Nullable INDArray networkState) {
    if (length(state) != length(networkState)) {
      throw new IllegalStateException(
          "The updater's state has "
              + length(state)
              + " numbers, but the given state has "
              + length(networkState)
              + ". Nothing has changed. Pass the state of the same updaters.");
    }
    handedOut = false;
    if (state != null && networkState != null) {
      try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        takeOver(state, flat(networkState));
      }
    }
  }

  private void takeOver(INDArray numbers, INDArray given) {
    if (given.dataType() == DataType.FLOAT16) {
      rounding.takeOverAwayFromZero(numbers, given);
    } else {
      numbers.assign(given);
    }
  }

  /**
   * Returns the updater's state in HALF, as DL4J expects it, always in the same array. Changes in
   * this array are taken over before the next step. A number other than 0 never becomes 0, because
   * Adam would divide by it, and because 0 means that the state was dropped.
   */
  public @Nullable INDArray stateInHalf() {
    if (state == null) {
      return null;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      if (stateInHalf == null || stateInHalf.wasClosed()) { // DL4J's close() closes it
        stateInHalf = Nd4j.createUninitialized(DataType.FLOAT16, state.length());
      } else {
        takeOverHandedOut();
      }
      rounding.roundAwayFromZero(state, stateInHalf);
      handedOut = true;
      return stateInHalf;
    }
  }

  /**
   * Applies the update in {@link #gradient} and rounds the parameters.
   *
   * @param networkParameters the network's flat parameters
   * @param networkGradient the network's flat gradient, which receives what DL4J must subtract so
   *     that its parameters become the rounded ones, to the bit
   */
  public void apply(INDArray networkParameters, INDArray networkGradient) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      parameters.subi(gradient);
      rounding.subtractable(parameters, flat(networkParameters), flat(networkGradient));
    }
  }
}
