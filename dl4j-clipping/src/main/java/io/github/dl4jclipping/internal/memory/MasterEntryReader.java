package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.precision.MasterWeights;
import io.github.dl4jclipping.internal.precision.StateLayout;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Reads what {@link MasterEntry} writes, and the previous format. It compares each length with the
 * network's before it allocates memory. Any value is accepted, even NaN, because {@code
 * NonFinitePolicy.WARN} can put NaN into parameters.
 */
final class MasterEntryReader {

  static final int MAGIC = 0x444C344D;
  static final int VERSION = 2;

  /** The number of values that are read at once. */
  private static final int CHUNK = 1 << 14;

  private final InputStream in;
  private final DataInputStream data;
  private final Shape shape;

  MasterEntryReader(InputStream in, Shape shape) {
    this.in = new BufferedInputStream(in);
    this.data = new DataInputStream(this.in);
    this.shape = shape;
  }

  /** Reports why an entry cannot be used. */
  static final class Unusable extends IOException {

    private static final long serialVersionUID = 1L;

    private Unusable(String reason) {
      super(reason);
    }
  }

  /**
   * Reads the entry.
   *
   * @throws Unusable if the entry cannot have been saved for this network
   * @throws java.io.EOFException if the entry ends too early
   */
  MasterWeights read() throws IOException {
    in.mark(Integer.BYTES);
    boolean versioned = data.readInt() == MAGIC;
    if (!versioned) {
      in.reset();
    }
    MasterWeights master = versioned ? versioned() : arrays();
    require(data.read() < 0, "there are more bytes after the end");
    return master;
  }

  private MasterWeights versioned() throws IOException {
    int version = data.readInt();
    require(version == VERSION, "the version is " + version + ", but must be " + VERSION);
    requireParameters(data.readLong());
    long stateLength = data.readLong();
    require(stateLength >= 0, "the updater's state has " + stateLength + " numbers");
    StateLayout layout = layout(stateLength);
    INDArray values = numbers(shape.parameters());
    return MasterWeights.of(values, stateLength == 0 ? null : stateNumbers(stateLength), layout);
  }

  private StateLayout layout(long stateLength) throws IOException {
    List<StateLayout.Block> blocks = new ArrayList<>();
    int count = count(shape.names().size());
    int left = shape.names().size();
    long from = 0;
    long stateFrom = 0;
    for (int i = 0; i < count; i++) {
      require(data.readLong() == from, "a block of the updater does not follow the previous one");
      long to = bound(from, shape.parameters());
      require(
          data.readLong() == stateFrom, "the state of a block does not follow the previous one");
      long stateTo = bound(stateFrom, stateLength);
      int size = count(left);
      left -= size;
      List<Long> starts = new ArrayList<>();
      long start = from;
      for (int j = 0; j < size; j++) {
        start = bound(start, to);
        starts.add(start);
      }
      blocks.add(new StateLayout.Block(from, to, stateFrom, stateTo, starts));
      from = to;
      stateFrom = stateTo;
    }
    require(
        count == 0 || (from == shape.parameters() && stateFrom == stateLength),
        "the updater's blocks do not cover all parameters and all state");
    return new StateLayout(blocks);
  }

  private int count(int most) throws IOException {
    int count = data.readInt();
    require(
        0 <= count && count <= most,
        "a count of blocks or parameters is " + count + ", but must be from 0 to " + most);
    return count;
  }

  private long bound(long least, long most) throws IOException {
    long bound = data.readLong();
    require(
        least <= bound && bound <= most,
        "a limit of a block of the updater is "
            + bound
            + ", but must be from "
            + least
            + " to "
            + most);
    return bound;
  }

  /**
   * Reads the previous format, which has no layout. The layout is that of the network that was
   * restored with it, if the values match that network's state.
   */
  private MasterWeights arrays() throws IOException {
    requireParameters(arrayLength());
    INDArray values = numbers(shape.parameters());
    int hasState = data.readUnsignedByte();
    require(
        hasState <= 1,
        "the byte that tells whether there is state is " + hasState + ", but must be 0 or 1");
    INDArray stateValues = hasState == 0 ? null : stateNumbers(arrayLength());
    MasterWeights master = MasterWeights.of(values, stateValues, StateLayout.UNKNOWN);
    INDArray present = shape.state();
    return stateValues != null && present != null
        ? master.with(present, shape.stateLayout())
        : master;
  }

  /**
   * Reads what ND4J writes before the values of an array of rank 1, and returns the length of the
   * array.
   */
  private long arrayLength() throws IOException {
    require(arrayPart("LONG") == 6, "an array is not of rank 1");
    long rank = data.readLong();
    long length = data.readLong();
    data.skipNBytes(4 * Long.BYTES); // stride, type, element-wise stride, order
    require(
        rank == 1 && arrayPart("FLOAT") == length,
        "the length of an array does not match its shape");
    return length;
  }

  private long arrayPart(String type) throws IOException {
    String mode = data.readUTF();
    long length = data.readLong();
    require(
        mode.equals("MIXED_DATA_TYPES") && data.readUTF().equals(type),
        "the data type of an array is not " + type);
    return length;
  }

  private void requireParameters(long saved) throws IOException {
    require(
        saved == shape.parameters(),
        "there are "
            + saved
            + " numbers, but this network has "
            + shape.parameters()
            + " parameters");
  }

  /** Reads state; skips it and returns null if its length shows that it is from another updater. */
  private @Nullable INDArray stateNumbers(long length) throws IOException {
    if (length == shape.stateLength()) {
      return numbers(length);
    }
    require(
        0 <= length && length <= Long.MAX_VALUE / Float.BYTES,
        "the updater's state has " + length + " numbers");
    data.skipNBytes(length * Float.BYTES);
    return null;
  }

  private INDArray numbers(long length) throws IOException {
    INDArray numbers = Nd4j.createUninitialized(DataType.FLOAT, length);
    byte[] bytes = new byte[CHUNK * Float.BYTES];
    for (long from = 0; from < length; from += CHUNK) {
      float[] chunk = new float[(int) Math.min(CHUNK, length - from)];
      data.readFully(bytes, 0, chunk.length * Float.BYTES);
      ByteBuffer.wrap(bytes).asFloatBuffer().get(chunk);
      try (INDArray values = Nd4j.createFromArray(chunk)) {
        numbers.get(NDArrayIndex.interval(from, from + chunk.length)).assign(values);
      }
    }
    return numbers;
  }

  private static void require(boolean met, String otherwise) throws Unusable {
    if (!met) {
      throw new Unusable(otherwise);
    }
  }
}
