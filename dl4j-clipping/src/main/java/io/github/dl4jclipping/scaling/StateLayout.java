package io.github.dl4jclipping.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How updater state lies in its flat array: DL4J joins parameters of equal updaters in a block,
 * which holds each kind of state, such as Adam's two moments, for all of its parameters in a row.
 *
 * @param blocks in the order of the parameters
 */
public record StateLayout(List<Block> blocks) {

  /**
   * One block: where its parameters and its state lie.
   *
   * @param parameters where each of its parameters begins
   */
  public record Block(long from, long to, long stateFrom, long stateTo, List<Long> parameters) {

    private long kinds() {
      return to == from ? 0 : (stateTo - stateFrom) / (to - from);
    }

    private long stateAt(long kind, long parameter) {
      return stateFrom + kind * (to - from) + parameter - from;
    }
  }

  /** Reads the layout off an updater's blocks. */
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

  /** Returns state in this layout, from that in another; empty where the kinds of state differ. */
  Optional<INDArray> arranged(INDArray state, StateLayout other) {
    INDArray arranged = Nd4j.create(state.dataType(), state.length());
    for (Block block : blocks) {
      List<Long> starts = new ArrayList<>(block.parameters());
      starts.add(block.to());
      for (int i = 0; i < starts.size() - 1; i++) {
        long from = starts.get(i);
        long length = starts.get(i + 1) - from;
        Optional<Block> before = other.blockOf(from, length);
        if (before.isEmpty() || before.get().kinds() != block.kinds()) {
          return Optional.empty();
        }
        for (long kind = 0; kind < block.kinds(); kind++) {
          stretch(arranged, block.stateAt(kind, from), length)
              .assign(stretch(state, before.get().stateAt(kind, from), length));
        }
      }
    }
    return Optional.of(arranged);
  }

  private Optional<Block> blockOf(long parameter, long length) {
    return blocks.stream()
        .filter(block -> block.from() <= parameter && parameter + length <= block.to())
        .findFirst();
  }

  private static INDArray stretch(INDArray flat, long from, long length) {
    return flat.get(NDArrayIndex.interval(from, from + length));
  }
}
