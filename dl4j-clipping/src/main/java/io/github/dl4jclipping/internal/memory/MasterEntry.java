package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.precision.MasterWeights;
import io.github.dl4jclipping.internal.precision.StateLayout;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Writes master weights to a model file, and reads them. All numbers are big-endian: {@value
 * MasterEntryReader#MAGIC} and {@value MasterEntryReader#VERSION} as ints, the lengths of
 * parameters and of updater state as longs, the layout of that state, then parameters and state in
 * FLOAT. The layout starts with the number of its blocks as an int, which is 0 if the layout is
 * unknown. Each block has four longs, the begin and end of its parameters and of its state; an int,
 * the number of its parameters; and a long for the begin of each parameter.
 *
 * <p>Also reads the previous format: an array of parameters and an array of state, as ND4J writes
 * them, with a byte between them that tells whether there is state.
 */
final class MasterEntry {

  static final String ENTRY = "dl4j-clipping-master.bin";

  /** The number of values that are written at once. */
  private static final int CHUNK = 1 << 14;

  private MasterEntry() {}

  /** Returns the content to write; {@link ModelEntries#NOTHING} if there are no master weights. */
  static ModelEntries.Content of(@Nullable MasterWeights master) {
    if (master == null) {
      return ModelEntries.NOTHING;
    }
    return out -> {
      DataOutputStream data = new DataOutputStream(out);
      INDArray state = master.state();
      data.writeInt(MasterEntryReader.MAGIC);
      data.writeInt(MasterEntryReader.VERSION);
      data.writeLong(master.parameters().length());
      data.writeLong(state == null ? 0 : state.length());
      write(master.layout(), data);
      write(master.parameters(), data);
      if (state != null) {
        write(state, data);
      }
      data.flush();
    };
  }

  private static void write(StateLayout layout, DataOutputStream data) throws IOException {
    data.writeInt(layout.blocks().size());
    for (StateLayout.Block block : layout.blocks()) {
      data.writeLong(block.from());
      data.writeLong(block.to());
      data.writeLong(block.stateFrom());
      data.writeLong(block.stateTo());
      data.writeInt(block.parameters().size());
      for (long parameter : block.parameters()) {
        data.writeLong(parameter);
      }
    }
  }

  private static void write(INDArray numbers, DataOutputStream data) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Float.BYTES);
    for (long from = 0; from < numbers.length(); from += CHUNK) {
      long to = Math.min(from + CHUNK, numbers.length());
      float[] chunk = numbers.get(NDArrayIndex.interval(from, to)).toFloatVector();
      bytes.asFloatBuffer().put(chunk);
      data.write(bytes.array(), 0, chunk.length * Float.BYTES);
    }
  }

  /**
   * Reads the master weights of a network, if the file has any. Never allocates memory for more
   * numbers than the network has.
   *
   * @throws IllegalArgumentException if they are damaged, or come from another network or from a
   *     newer version
   */
  static Optional<MasterWeights> read(Path model, Shape shape) throws IOException {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return ModelEntries.read(model, ENTRY, (in, size) -> new MasterEntryReader(in, shape).read());
    } catch (EOFException e) {
      throw damaged(model, "the data ends too early", e);
    } catch (MasterEntryReader.Unusable | ZipException | UTFDataFormatException e) {
      throw damaged(model, String.valueOf(e.getMessage()), e);
    }
  }

  private static IllegalArgumentException damaged(Path model, String reason, Exception cause) {
    return new IllegalArgumentException(
        "The master weights in "
            + model
            + " cannot be used: "
            + reason
            + ". Nothing has changed. Use a file that saveState wrote for this network.",
        cause);
  }
}
