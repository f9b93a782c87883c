package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks in HALF, as docs/dl4j-notes.md states them. */
class HalfTest {

  @ParameterizedTest
  @EnumSource
  void everythingIsInHalfAndAdamDividesByWhatBecomesZero(Kind kind) {
    Model network = kind.half(new Adam(0.01));
    List<DataType> types = new ArrayList<>();
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          types.add(gradient.gradient().dataType());
          gradient.gradient().assign(1e-4 * batch);
          return true;
        });

    Kind.fit(network, Networks.batch(DataType.FLOAT16, 7, 1));

    assertThat(types).containsExactly(DataType.FLOAT16);
    assertThat(network.params().dataType()).isEqualTo(DataType.FLOAT16);
    assertThat(((BaseMultiLayerUpdater<?>) Kind.updater(network)).getStateViewArray().dataType())
        .isEqualTo(DataType.FLOAT16);
    assertThat(network.params().isInfinite().any() || network.params().isNaN().any()).isTrue();
  }

  @Test
  void attentionBecomesNaN() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .dataType(DataType.FLOAT16)
                .list()
                .layer(
                    new SelfAttentionLayer.Builder()
                        .nOut(4)
                        .nHeads(2)
                        .headSize(2)
                        .projectInput(true)
                        .build())
                .layer(new GlobalPoolingLayer())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(3).build())
                .setInputType(InputType.recurrent(3))
                .build());
    for (int i = 0; i < 3; i++) {
      network.fit(
          Recurrent.batch(5, 1, i).getFeatures().castTo(DataType.FLOAT16),
          Nd4j.zeros(DataType.FLOAT16, 5, 3));
    }

    assertThat(network.params().castTo(DataType.FLOAT).isNaN().any()).isTrue();
  }
}
