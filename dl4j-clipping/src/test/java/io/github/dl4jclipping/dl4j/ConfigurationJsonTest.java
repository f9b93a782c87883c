package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.Networks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The JSON of DL4J's configurations, as docs/dl4j-notes.md states it. */
class ConfigurationJsonTest {

  private static final MultiLayerConfiguration CONF =
      Networks.plainConf(Networks.conf(new Adam(0.25)));

  private static Adam adamOf(String json) {
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(json);
    return (Adam) ((BaseLayer) read.getConf(0).getLayer()).getIUpdater();
  }

  @Test
  void anUpdaterIsNamedByItsClass() {
    assertThat(CONF.toJson()).contains("\"@class\" : \"" + Adam.class.getName() + "\"");
  }

  @Test
  void aMissingClassIsSaidToBeACustomLayer() {
    String json = CONF.toJson().replace(Adam.class.getName(), "no.such.Updater");

    assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(json))
        .hasMessageContaining("Error deserializing MultiLayerConfiguration");
  }

  @Test
  void unknownFieldsAreIgnoredAndTheLastOfTwoCounts() {
    String json = CONF.toJson();
    String field = "\"learningRate\" : 0.25";
    assertThat(json).contains(field);

    assertThat(adamOf(json.replace(field, field + ", \"noSuchField\" : 1")).getLearningRate())
        .isEqualTo(0.25);
    assertThat(adamOf(json.replace(field, field + ", \"learningRate\" : 0.5")).getLearningRate())
        .isEqualTo(0.5);
  }

  @Test
  void aRampIsWrittenWithoutItsFieldsAndNotReadAndEqualsOnlyItself() {
    ISchedule base = new ExponentialSchedule(ScheduleType.ITERATION, 1, 0.9);
    String plain = Networks.plainConf(Networks.conf(new Adam(base))).toJson();
    String ramped =
        Networks.plainConf(Networks.conf(new Adam(new RampSchedule(base, 10)))).toJson();

    assertThat(adamOf(plain).getLearningRateSchedule()).isEqualTo(base);
    assertThat(ramped).contains("RampSchedule").doesNotContain("baseSchedule", "numIter");
    assertThatThrownBy(() -> adamOf(ramped)).hasMessageContaining("Cannot construct instance");
    assertThat(new RampSchedule(base, 10)).isNotEqualTo(new RampSchedule(base, 10));
  }
}
