package io.github.dl4jclipping.internal.precision;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Describes the layout of updater state in its flat array. DL4J joins parameters with equal
 * updaters in a block. A block holds one kind of state, such as one of Adam's two moments, for all
 * of its parameters, then the next kind.
 *
 * @param blocks the blocks, in the order of the parameters
 */
public record StateLayout(List<Block> blocks) {

  /** The unknown layout. */
  public static final StateLayout UNKNOWN = new StateLayout(List.of());

  /**
   * Describes one block: the range of its parameters and the range of its state.
   *
   * @param parameters the begin of each parameter
   */
  public record Block(long from, long to, long stateFrom, long stateTo, List<Long> parameters) {

    private long kinds() {
      return to == from ? 0 : (stateTo - stateFrom) / (to - from);
    }

    private boolean isWhole() {
      return stateTo - stateFrom == kinds() * (to - from);
    }

    private long stateAt(long kind, long parameter) {
      return stateFrom + kind * (to - from) + parameter - from;
    }
  }

  /** Describes where one parameter's state of one kind is in two layouts. */
  private record Move(long from, long to, long length) {}

  /** Returns the layout of an updater's blocks. */
  public static StateLayout of(List<UpdaterBlock> blocks) {
    return new StateLayout(
        blocks.stream()
            .map(
                block ->
                    new Block(
                        block.getParamOffsetStart(),
                        block.getParamOffsetEnd(),
                        block.getUpdaterViewOffsetStart(),
                        block.getUpdaterViewOffsetEnd(),
                        block.getLayersAndVariablesInBlock().stream()
                            .map(parameter -> (long) parameter.getParamOffsetStart())
                            .toList()))
            .toList());
  }

  /** Returns copies of an updater's blocks, with their state in another array. */
  public static List<UpdaterBlock> withState(List<UpdaterBlock> blocks, INDArray state) {
    return blocks.stream().map(block -> withState(block, state)).toList();
  }

  private static UpdaterBlock withState(UpdaterBlock block, INDArray state) {
    int from = block.getUpdaterViewOffsetStart();
    int to = block.getUpdaterViewOffsetEnd();
    UpdaterBlock copy =
        new UpdaterBlock(
            block.getParamOffsetStart(),
            block.getParamOffsetEnd(),
            from,
            to,
            block.getLayersAndVariablesInBlock());
    copy.setUpdaterView(from == to ? null : stretch(state, from, to - from));
    copy.setGradientView(block.getGradientView());
    copy.setGradientUpdater(block.getGradientUpdater());
    return copy;
  }

  /**
   * Copies state from another layout to this layout.
   *
   * @param state the state in the other layout
   * @param arranged the array that receives the state in this layout
   * @return false, and the array is unchanged, if the kinds of state differ
   */
  boolean arrange(INDArray state, StateLayout other, INDArray arranged) {
    List<Move> moves = new ArrayList<>();
    for (Block block : blocks) {
      List<Long> starts = new ArrayList<>(block.parameters());
      starts.add(block.to());
      for (int i = 0; i < starts.size() - 1; i++) {
        long from = starts.get(i);
        long length = starts.get(i + 1) - from;
        if (length == 0) {
          continue;
        }
        Block before = other.blockOf(from, length);
        if (before == null
            || before.kinds() != block.kinds()
            || !before.isWhole()
            || !block.isWhole()) {
          return false;
        }
        for (long kind = 0; kind < block.kinds(); kind++) {
          moves.add(new Move(before.stateAt(kind, from), block.stateAt(kind, from), length));
        }
      }
    }
    for (Move move : moves) {
      stretch(arranged, move.to(), move.length())
          .assign(stretch(state, move.from(), move.length()));
    }
    return true;
  }

  private @Nullable Block blockOf(long parameter, long length) {
    return blocks.stream()
        .filter(block -> block.from() <= parameter && parameter + length <= block.to())
        .findFirst()
        .orElse(null);
  }

  private static INDArray stretch(INDArray flat, long from, long length) {
    return flat.get(NDArrayIndex.interval(from, from + length));
  }
}
