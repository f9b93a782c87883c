package io.github.dl4jclipping.samples;

import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Cuts batches out of a text, at random places: given each character, the next one is to be
 * guessed. The same text and seed give the same batches in the same order.
 */
final class CharacterBatches {

  /** Pieces of text in a batch. */
  static final int BATCH_SIZE = 16;

  /** Characters in each piece. */
  static final int LENGTH = 100;

  /** The shortest text that fills a batch without repeating itself. */
  static final int MIN_TEXT = BATCH_SIZE * LENGTH + 1;

  private final int[] text;
  private final int alphabetSize;
  private final Random random;

  /**
   * Cuts batches from an encoded text.
   *
   * @param text the characters' numbers, each below {@code alphabetSize}
   */
  CharacterBatches(int[] text, int alphabetSize, long seed) {
    this.text = text.clone();
    this.alphabetSize = alphabetSize;
    this.random = new Random(seed);
  }

  /** Returns the next batch, one-hot, in DL4J's order: piece, character, position. */
  DataSet next() {
    INDArray characters = zeros();
    INDArray followers = zeros();
    for (int piece = 0; piece < BATCH_SIZE; piece++) {
      int start = random.nextInt(text.length - LENGTH);
      for (int i = 0; i < LENGTH; i++) {
        characters.putScalar(piece, text[start + i], i, 1);
        followers.putScalar(piece, text[start + i + 1], i, 1);
      }
    }
    return new DataSet(characters, followers);
  }

  private INDArray zeros() {
    return Nd4j.create(DataType.FLOAT, new long[] {BATCH_SIZE, alphabetSize, LENGTH}, 'f');
  }
}
