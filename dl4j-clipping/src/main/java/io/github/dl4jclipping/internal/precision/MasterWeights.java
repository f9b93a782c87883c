package io.github.dl4jclipping.internal.precision;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters and the updater state of a network in HALF, in FLOAT.
 *
 * <p>An element counts only while it rounds to what stands in the network: what something else
 * changed, such as a constraint, {@code setParams}, averaging or a restored file, is taken over.
 * Belongs to the thread that trains the network, and refers to no array of it.
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
   * Takes over a network, or what was saved of one.
   *
   * @param parameters its flat parameters
   * @param state the state of its updater, null where that has none
   * @param layout how that state lies
   */
  public static MasterWeights of(
      INDArray parameters, @Nullable INDArray state, StateLayout layout) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new MasterWeights(
          wide(flat(parameters)), state == null ? null : wide(flat(state)), layout);
    }
  }

  /**
   * Returns what these become with an updater whose state may be another, or lie otherwise: these
   * where it is as long, otherwise ones with the same parameters.
   *
   * @param layout how the updater's state lies
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
          state.assign(given); // of another kind, or nobody knows how it lies
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

  /** Takes up what was saved: its parameters, and its state where that is of the same kinds. */
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

  /** Returns the updater's state in FLOAT, null where it has none. */
  public @Nullable INDArray state() {
    return state;
  }

  /** Returns how the state lies. */
  public StateLayout layout() {
    return layout;
  }

  /** Returns the flat gradient in FLOAT, which is to be filled in each step. */
  public INDArray gradient() {
    return gradient;
  }

  /** Takes over what something else has changed since the last step. */
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
   * Takes over what differs in an updater's state from what this one is in HALF.
   *
   * @throws IllegalStateException if it is not as long
   */
  public void takeOverState(@Nullable INDArray networkState) {
    if (length(state) != length(networkState)) {
      throw new IllegalStateException(
          "The updater's state has "
              + length(state)
              + " numbers, but "
              + length(networkState)
              + " were given. Nothing has changed: pass the state of the same updaters.");
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
   * Returns the updater's state as DL4J has it in a network in HALF, always in the same array; what
   * is changed in it before the next step is taken over. What is not 0 does not become 0: Adam
   * would divide by it, and 0 means that somebody dropped the state.
   */
  public @Nullable INDArray stateInHalf() {
    if (state == null) {
      return null;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      if (stateInHalf == null || stateInHalf.wasClosed()) { // as DL4J's close() does
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
   * Applies the update that stands in {@link #gradient} and rounds the parameters.
   *
   * @param networkParameters the network's flat parameters
   * @param networkGradient its flat gradient: left with what DL4J has to subtract so that its
   *     parameters become the rounded ones, to the bit
   */
  public void apply(INDArray networkParameters, INDArray networkGradient) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      parameters.subi(gradient);
      rounding.subtractable(parameters, flat(networkParameters), flat(networkGradient));
    }
  }
}
