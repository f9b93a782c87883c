package io.github.dl4jclipping.random;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The last layers of a network, its loss among them. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes them
enum Ending {
  OUTPUT(Rank.ROW, Rank.IMAGE, Rank.VOLUME) {
    @Override
    List<Layer> layers() {
      return List.of(softmax());
    }
  },
  REGRESSION(Rank.ROW, Rank.IMAGE, Rank.VOLUME) {
    @Override
    List<Layer> layers() {
      return List.of(
          new OutputLayer.Builder(LossFunction.MSE).nOut(2).activation(Activation.TANH).build());
    }
  },
  CENTER_LOSS(Rank.ROW) {
    @Override
    List<Layer> layers() {
      return List.of(
          new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
              .nOut(3)
              .alpha(0.1)
              .activation(Activation.SOFTMAX)
              .build());
    }
  },
  LOSS(Rank.ROW) {
    @Override
    List<Layer> layers() {
      return List.of(
          Rank.ROW.projection(3),
          new LossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build());
    }
  },
  POOLED(Rank.SEQUENCE, Rank.IMAGE, Rank.VOLUME) {
    @Override
    List<Layer> layers() {
      return List.of(new GlobalPoolingLayer(PoolingType.AVG), softmax());
    }
  },
  EACH_STEP(Rank.SEQUENCE) {
    @Override
    List<Layer> layers() {
      return List.of(
          new RnnOutputLayer.Builder(LossFunction.MCXENT)
              .nOut(3)
              .activation(Activation.SOFTMAX)
              .build());
    }
  },
  LOSS_AT_EACH_STEP(Rank.SEQUENCE) {
    @Override
    List<Layer> layers() {
      return List.of(
          Rank.SEQUENCE.projection(2),
          new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.TANH).build());
    }
  },
  LAST_STEP(Rank.SEQUENCE) {
    @Override
    List<Layer> layers() {
      return List.of(new LastTimeStep(new LSTM.Builder().nOut(3).build()), softmax());
    }
  },
  EACH_PIXEL(Rank.IMAGE) {
    @Override
    List<Layer> layers() {
      return List.of(
          Rank.IMAGE.projection(3),
          new CnnLossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build());
    }
  },
  EACH_VOXEL(Rank.VOLUME) {
    @Override
    List<Layer> layers() {
      return List.of(
          Rank.VOLUME.projection(2),
          new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
              .lossFunction(LossFunction.XENT)
              .activation(Activation.SIGMOID)
              .build());
    }
  };

  private final Set<Rank> ranks;

  Ending(Rank first, Rank... others) {
    ranks = EnumSet.of(first, others);
  }

  boolean fits(Rank rank) {
    return ranks.contains(rank);
  }

  abstract List<Layer> layers();

  private static Layer softmax() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
