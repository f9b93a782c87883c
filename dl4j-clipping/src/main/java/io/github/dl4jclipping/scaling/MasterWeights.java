package io.github.dl4jclipping.scaling;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The parameters and the updater state of a network in HALF, in FLOAT.
 *
 * <p>An element counts only while it rounds to what stands in the network: what something else
 * changed, such as a constraint, {@code setParams}, averaging or a restored file, is taken over.
 * Belongs to the thread that trains the network, and refers to no array of it.
 */
public final class MasterWeights {

  /** HALF's smallest number. */
  private static final double SMALLEST = 0x1p-24;

  private final INDArray parameters;
  private final @Nullable INDArray state;
  private final INDArray gradient;
  private @Nullable INDArray handedOut;
  private @Nullable StateLayout layout;

  private MasterWeights(INDArray parameters, @Nullable INDArray state) {
    this.parameters = parameters;
    this.state = state;
    this.gradient = Nd4j.createUninitialized(DataType.FLOAT, parameters.length());
  }

  /**
   * Takes over a network, or what was saved of one.
   *
   * @param parameters its flat parameters
   * @param state the state of its updater, null where that has none
   */
  public static MasterWeights of(INDArray parameters, @Nullable INDArray state) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new MasterWeights(wide(flat(parameters)), state == null ? null : wide(flat(state)));
    }
  }

  /**
   * Returns what these become with an updater whose state may be another, or lie otherwise: these
   * where it is as long, otherwise ones with the same parameters.
   *
   * @param layout how the updater's state lies
   */
  public MasterWeights with(@Nullable INDArray updaterState, StateLayout layout) {
    long length = updaterState == null ? 0 : updaterState.length();
    if ((state == null ? 0 : state.length()) != length) {
      MasterWeights other = of(parameters, updaterState);
      other.layout = layout;
      return other;
    }
    if (layout.equals(this.layout) || this.layout == null || state == null) {
      takeOverState(updaterState);
    } else {
      rearrange(layout, updaterState);
    }
    this.layout = layout;
    return this;
  }

  /** DL4J has rearranged its own state, and rounded small numbers to 0, as it does nowhere else. */
  private void rearrange(StateLayout wanted, @Nullable INDArray updaterState) {
    if (state == null || layout == null) {
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      handedOut = null;
      wanted
          .arranged(state, layout)
          .ifPresentOrElse(state::assign, () -> takeOverState(updaterState));
    }
  }

  /** Takes up what was saved, as far as it is as long. */
  public void takeUp(MasterWeights saved) {
    handedOut = null;
    parameters.assign(saved.parameters);
    if (state != null && saved.state != null && state.length() == saved.state.length()) {
      state.assign(saved.state);
    }
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

  /** Returns the flat gradient in FLOAT, which is to be filled in each step. */
  public INDArray gradient() {
    return gradient;
  }

  /** Takes over what something else has changed since the last step. */
  public void takeOver(INDArray networkParameters) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      replaceOthers(parameters, parameters.castTo(DataType.FLOAT16), flat(networkParameters));
      if (handedOut != null && state != null) {
        replaceOthers(state, stateInHalf(state), handedOut);
        handedOut = null;
      }
    }
  }

  /** Takes over what differs in an updater's state from what this one is in HALF. */
  public void takeOverState(@Nullable INDArray networkState) {
    if (state == null || networkState == null) {
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      if (networkState.dataType() == DataType.FLOAT16) {
        // DL4J's own copies have small numbers rounded to 0: they are no change either.
        INDArray plain = state.castTo(DataType.FLOAT16);
        INDArray given = flat(networkState);
        replace(state, given, Transforms.and(stateInHalf(state).neq(given), plain.neq(given)));
      } else {
        state.assign(flat(networkState));
      }
      handedOut = null;
    }
  }

  /**
   * Returns the updater's state as DL4J has it in a network in HALF; what is changed in it is taken
   * over by the next step. What is not 0 does not become 0: Adam would divide by it.
   */
  public @Nullable INDArray stateInHalf() {
    if (state == null) {
      return null;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      if (handedOut != null) {
        replaceOthers(state, stateInHalf(state), handedOut);
      }
      handedOut = stateInHalf(state);
      return handedOut;
    }
  }

  private static INDArray stateInHalf(INDArray state) {
    INDArray half = state.castTo(DataType.FLOAT16);
    INDArray lost =
        half.castTo(DataType.FLOAT).eq(0).castTo(DataType.FLOAT).muli(Transforms.sign(state));
    return half.castTo(DataType.FLOAT).addi(lost.muli(SMALLEST)).castTo(DataType.FLOAT16);
  }

  /** Puts in what differs from the rounded numbers. */
  private static void replaceOthers(INDArray numbers, INDArray rounded, INDArray by) {
    replace(numbers, by, rounded.neq(by));
  }

  private static void replace(INDArray numbers, INDArray by, INDArray changed) {
    if (changed.any()) {
      numbers.assign(select(changed, by.castTo(DataType.FLOAT), numbers));
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
      INDArray before = flat(networkParameters);
      INDArray after = parameters.castTo(DataType.FLOAT16);
      INDArray update = before.sub(after);
      INDArray wrong = before.sub(update).neq(after);
      if (wrong.any()) {
        // The difference of numbers far apart is rounded: these are put in now, and stay.
        before.assign(select(wrong, after, before));
        update = select(wrong, Nd4j.zerosLike(update), update);
      }
      flat(networkGradient).assign(update);
    }
  }

  private static INDArray select(INDArray condition, INDArray yes, INDArray no) {
    INDArray result = Nd4j.createUninitialized(no.dataType(), no.shape());
    Nd4j.getExecutioner()
        .exec(
            DynamicCustomOp.builder("select")
                .addInputs(condition, yes, no)
                .addOutputs(result)
                .build());
    return result;
  }
}
