package io.github.dl4jclipping.norm;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads the memory of a dense CPU array as doubles, block by block. */
final class Blocks {

  /** Elements per block: a block of doubles stays in the processor's cache. */
  static final int SIZE = 8192;

  private Blocks() {}

  /** Folds one block into a result. */
  @FunctionalInterface
  interface Fold<T> {
    /** Returns the result that takes in the first {@code length} elements of the block. */
    T add(T soFar, double[] block, int length);
  }

  /** Returns {@code start} with every block of the array folded in, from first to last. */
  static <T> T fold(INDArray array, T start, Fold<T> fold) {
    double[] block = new double[(int) Math.min(SIZE, array.length())];
    Reader reader = reader(array, block.length);
    T result = start;
    try {
      for (long from = 0; from < array.length(); from += SIZE) {
        int length = (int) Math.min(SIZE, array.length() - from);
        reader.read(from, block, length);
        result = fold.add(result, block, length);
      }
    } finally {
      // The pointer does not own the memory, which could be freed while it is read.
      Reference.reachabilityFence(array);
    }
    return result;
  }

  @FunctionalInterface
  private interface Reader {
    void read(long from, double[] to, int length);
  }

  private static Reader reader(INDArray array, int size) {
    Pointer memory = array.data().addressPointer();
    if (memory instanceof DoublePointer doubles) {
      return (from, to, length) -> doubles.position(from).get(to, 0, length);
    }
    if (memory instanceof FloatPointer floats) {
      float[] raw = new float[size];
      return (from, to, length) -> {
        floats.position(from).get(raw, 0, length);
        for (int i = 0; i < length; i++) {
          to[i] = raw[i];
        }
      };
    }
    ShortPointer halves = (ShortPointer) memory;
    short[] raw = new short[size];
    return (from, to, length) -> {
      halves.position(from).get(raw, 0, length);
      for (int i = 0; i < length; i++) {
        to[i] = HalfIndexer.toFloat(raw[i]);
      }
    };
  }
}
