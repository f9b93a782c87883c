package io.github.dl4jclipping.random;

import static org.deeplearning4j.nn.conf.layers.Convolution3D.DataFormat.NCDHW;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a network is fed. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes them
enum Input {
  ROWS(Rank.ROW, InputType.feedForward(5), 5),
  WORDS(Rank.ROW, InputType.feedForward(Input.VOCABULARY), 1) {
    @Override
    List<Layer> layers() {
      return List.of(new EmbeddingLayer.Builder().nOut(4).build());
    }
  },
  SEQUENCES(Rank.SEQUENCE, InputType.recurrent(3, 6), 3, 6),
  SENTENCES(Rank.SEQUENCE, InputType.recurrent(Input.VOCABULARY, 5), 1, 5) {
    @Override
    List<Layer> layers() {
      return List.of(new EmbeddingSequenceLayer.Builder().inputLength(5).nOut(3).build());
    }
  },
  IMAGES(Rank.IMAGE, InputType.convolutional(6, 5, 2), 2, 6, 5),
  FLAT_IMAGES(Rank.IMAGE, InputType.convolutionalFlat(5, 4, 1), 20) {
    @Override
    List<Layer> layers() {
      return List.of(Rank.IMAGE.projection(2)); // the one that makes images of them
    }
  },
  VOLUMES(Rank.VOLUME, InputType.convolutional3D(NCDHW, 4, 3, 4, 2), 2, 4, 3, 4);

  private static final int VOCABULARY = 7;

  private final Rank rank;
  private final InputType type;
  private final long[] shape;

  Input(Rank rank, InputType type, long... shape) {
    this.rank = rank;
    this.type = type;
    this.shape = shape;
  }

  Rank rank() {
    return rank;
  }

  InputType type() {
    return type;
  }

  /** Returns the layers that only this input can have behind it. */
  List<Layer> layers() {
    return List.of();
  }

  INDArray features(DataType type, int examples, Random random) {
    long[] whole = LongStream.concat(LongStream.of(examples), LongStream.of(shape)).toArray();
    double[] values = new double[(int) Arrays.stream(whole).reduce(1, (a, b) -> a * b)];
    boolean words = this == WORDS || this == SENTENCES;
    Arrays.setAll(values, i -> words ? random.nextInt(VOCABULARY) : random.nextGaussian());
    return Nd4j.createFromArray(values).castTo(type).reshape('c', whole);
  }
}
