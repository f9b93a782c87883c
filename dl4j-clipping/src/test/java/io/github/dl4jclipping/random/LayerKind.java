package io.github.dl4jclipping.random;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.nd4j.linalg.activations.Activation;

/** The kinds of layers that may stand anywhere between input and output. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes them
enum LayerKind implements PieceKind {
  DENSE(Rank.ROW, size -> new DenseLayer.Builder().nOut(size).build()),
  DENSE_WITH_LAYER_NORM(
      Rank.ROW, size -> new DenseLayer.Builder().nOut(size).hasLayerNorm(true).build()),
  DENSE_WITH_DROP_CONNECT(
      Rank.ROW,
      size -> new DenseLayer.Builder().nOut(size).weightNoise(new DropConnect(0.7)).build()),
  VARIATIONAL_AUTOENCODER(
      Rank.ROW,
      size ->
          new VariationalAutoencoder.Builder()
              .nOut(size)
              .encoderLayerSizes(4)
              .decoderLayerSizes(3)
              .build()),
  AUTO_ENCODER(Rank.ROW, size -> new AutoEncoder.Builder().nOut(size).build()),

  LSTM(Rank.SEQUENCE, size -> new LSTM.Builder().nOut(size).build()),
  @SuppressWarnings("deprecation") // DL4J still trains it
  GRAVES_LSTM(Rank.SEQUENCE, size -> new GravesLSTM.Builder().nOut(size).build()),
  @SuppressWarnings("deprecation") // DL4J still trains it
  GRAVES_BIDIRECTIONAL_LSTM(
      Rank.SEQUENCE, size -> new GravesBidirectionalLSTM.Builder().nOut(size).build()),
  SIMPLE_RNN(Rank.SEQUENCE, size -> new SimpleRnn.Builder().nOut(size).build()),
  BIDIRECTIONAL_LSTM(
      Rank.SEQUENCE, size -> new Bidirectional(new LSTM.Builder().nOut(size).build())),
  BIDIRECTIONAL_SIMPLE_RNN(
      Rank.SEQUENCE,
      size ->
          new Bidirectional(Bidirectional.Mode.ADD, new SimpleRnn.Builder().nOut(size).build())),
  MASK_ZERO(Rank.SEQUENCE, size -> new MaskZeroLayer(new LSTM.Builder().nOut(size).build(), -1)),
  TIME_DISTRIBUTED(
      Rank.SEQUENCE, size -> new TimeDistributed(new DenseLayer.Builder().nOut(size).build())),
  CONVOLUTION_1D(
      Rank.SEQUENCE,
      size ->
          new Convolution1DLayer.Builder(2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  SUBSAMPLING_1D(
      Rank.SEQUENCE,
      size -> new Subsampling1DLayer.Builder(2, 2).convolutionMode(ConvolutionMode.Same).build()),
  UPSAMPLING_1D(Rank.SEQUENCE, size -> new Upsampling1D.Builder(2).build()),
  LOCALLY_CONNECTED_1D(
      Rank.SEQUENCE,
      size ->
          new LocallyConnected1D.Builder()
              .kernelSize(2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  SELF_ATTENTION(
      Rank.SEQUENCE,
      size -> new SelfAttentionLayer.Builder().nOut(size).nHeads(1).projectInput(true).build()),
  RECURRENT_ATTENTION(
      Rank.SEQUENCE,
      size ->
          new RecurrentAttentionLayer.Builder().nOut(size).nHeads(1).projectInput(true).build()),

  CONVOLUTION_2D(
      Rank.IMAGE,
      size ->
          new ConvolutionLayer.Builder(3, 2)
              .stride(1, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  DECONVOLUTION_2D(
      Rank.IMAGE,
      size ->
          new Deconvolution2D.Builder(2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  SEPARABLE_CONVOLUTION_2D(
      Rank.IMAGE,
      size ->
          new SeparableConvolution2D.Builder(2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  DEPTHWISE_CONVOLUTION_2D(
      Rank.IMAGE,
      size ->
          new DepthwiseConvolution2D.Builder(2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .depthMultiplier(2)
              .build()),
  LOCALLY_CONNECTED_2D(
      Rank.IMAGE,
      size ->
          new LocallyConnected2D.Builder()
              .kernelSize(2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  MAX_POOLING_2D(Rank.IMAGE, size -> pooling(SubsamplingLayer.PoolingType.MAX)),
  AVERAGE_POOLING_2D(Rank.IMAGE, size -> pooling(SubsamplingLayer.PoolingType.AVG)),
  LOCAL_RESPONSE_NORMALIZATION(
      EnumSet.of(Rank.IMAGE),
      // DL4J fails with fewer channels than it sums over.
      (rank, size) ->
          List.of(
              rank.projection(size + 2), new LocalResponseNormalization.Builder().n(3).build())),
  UPSAMPLING_2D(Rank.IMAGE, size -> new Upsampling2D.Builder(2).build()),
  SPACE_TO_DEPTH(
      EnumSet.of(Rank.IMAGE),
      // Twice its sides first, so that every side is even.
      (rank, size) ->
          List.of(new Upsampling2D.Builder(2).build(), new SpaceToDepthLayer.Builder<>(2).build())),

  CONVOLUTION_3D(
      Rank.VOLUME,
      size ->
          new Convolution3D.Builder(2, 1, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  DECONVOLUTION_3D(
      Rank.VOLUME,
      size ->
          new Deconvolution3D.Builder()
              .kernelSize(2, 2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(size)
              .build()),
  SUBSAMPLING_3D(
      Rank.VOLUME,
      size ->
          new Subsampling3DLayer.Builder(2, 2, 2)
              .stride(2, 2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .build()),
  UPSAMPLING_3D(
      Rank.VOLUME, size -> new Upsampling3D.Builder(Convolution3D.DataFormat.NCDHW, 2).build()),

  BATCH_NORMALIZATION(
      EnumSet.of(Rank.ROW, Rank.IMAGE), (rank, size) -> List.of(new BatchNormalization())),
  BATCH_NORMALIZATION_LOCKED(
      EnumSet.of(Rank.ROW, Rank.IMAGE),
      (rank, size) -> List.of(new BatchNormalization.Builder().lockGammaBeta(true).build())),
  PRELU(
      EnumSet.complementOf(EnumSet.of(Rank.VOLUME)),
      (rank, size) ->
          List.of(
              rank.projection(size),
              new PReLULayer.Builder()
                  .inputShape(rank.shapeOfChannels(size))
                  .sharedAxes(rank.otherAxes())
                  .build())),
  ELEMENT_WISE_MULTIPLICATION(
      EnumSet.of(Rank.ROW),
      (rank, size) ->
          List.of(
              rank.projection(size),
              new ElementWiseMultiplicationLayer.Builder().nIn(size).nOut(size).build())),
  FROZEN_WITH_BACKPROP(
      EnumSet.allOf(Rank.class),
      (rank, size) -> List.of(new FrozenLayerWithBackprop(rank.projection(size)))),
  PADDING_AND_CROPPING(
      EnumSet.of(Rank.SEQUENCE, Rank.IMAGE, Rank.VOLUME), (rank, size) -> paddingAndCropping(rank)),
  DROPOUT(EnumSet.allOf(Rank.class), (rank, size) -> List.of(new DropoutLayer(0.7))),
  ALPHA_DROPOUT(
      EnumSet.allOf(Rank.class), (rank, size) -> List.of(new DropoutLayer(new AlphaDropout(0.7)))),
  GAUSSIAN_DROPOUT(
      EnumSet.allOf(Rank.class),
      (rank, size) -> List.of(new DropoutLayer(new GaussianDropout(0.3)))),
  GAUSSIAN_NOISE(
      EnumSet.allOf(Rank.class), (rank, size) -> List.of(new DropoutLayer(new GaussianNoise(0.1)))),
  SPATIAL_DROPOUT(
      EnumSet.of(Rank.SEQUENCE, Rank.IMAGE, Rank.VOLUME),
      (rank, size) -> List.of(new DropoutLayer(new SpatialDropout(0.7)))),
  ACTIVATION(
      EnumSet.allOf(Rank.class), (rank, size) -> List.of(new ActivationLayer(Activation.ELU)));

  private final Set<Rank> ranks;
  private final Recipe recipe;

  /** Makes layers for a rank; the size is the number of channels where they can be chosen. */
  @FunctionalInterface
  private interface Recipe {
    List<Layer> layers(Rank rank, int size);
  }

  LayerKind(Rank rank, IntFunction<Layer> layer) {
    this(EnumSet.of(rank), (given, size) -> List.of(layer.apply(size)));
  }

  LayerKind(Set<Rank> ranks, Recipe recipe) {
    this.ranks = ranks;
    this.recipe = recipe;
  }

  @Override
  public boolean fits(Rank rank) {
    return ranks.contains(rank);
  }

  @Override
  public boolean needsGraph() {
    return false;
  }

  @Override
  public void addTo(Assembly assembly, Rank rank, int size) {
    recipe.layers(rank, size).forEach(assembly::append);
  }

  private static Layer pooling(SubsamplingLayer.PoolingType type) {
    return new SubsamplingLayer.Builder(type, new int[] {2, 2}, new int[] {2, 2})
        .convolutionMode(ConvolutionMode.Same)
        .build();
  }

  private static List<Layer> paddingAndCropping(Rank rank) {
    return switch (rank) {
      case ROW -> throw new IllegalArgumentException("rows have no edges");
      case SEQUENCE ->
          List.of(new ZeroPadding1DLayer.Builder(2).build(), new Cropping1D.Builder(1).build());
      case IMAGE ->
          List.of(new ZeroPaddingLayer.Builder(2, 1).build(), new Cropping2D.Builder(1, 1).build());
      case VOLUME ->
          List.of(
              new ZeroPadding3DLayer.Builder(1).build(), new Cropping3D.Builder(1, 0, 1).build());
    };
  }
}
