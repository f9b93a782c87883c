package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** What is done to a network that stays the same object: clipping stays, and so does its state. */
class SameNetworkTest {

  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);
  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-4);

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> cases() {
    Map<String, Consumer<Model>> calls = new LinkedHashMap<>();
    ExponentialSchedule schedule = new ExponentialSchedule(ScheduleType.ITERATION, 1e-2, 0.9);
    calls.put("nothing", model -> {});
    calls.put("setLearningRate(value)", model -> Kind.setLearningRate(model, 3e-3));
    calls.put("setLearningRate(schedule)", model -> Kind.setLearningRate(model, schedule));
    calls.put("setLearningRate(layer, value)", model -> Kind.setFirstLearningRate(model, 3e-3));
    calls.put(
        "setLearningRate(layer, schedule)", model -> Kind.setFirstLearningRate(model, schedule));
    calls.put("setUpdater(null)", Kind::setUpdaterNull);
    calls.put("clear()", Model::clear);
    calls.put("init()", Model::init);
    calls.put("addListeners", model -> model.addListeners(new CollectScoresIterationListener()));
    calls.put("setParams", model -> model.setParams(model.params().mul(0.5)));
    calls.put("a second copy of it", Kind::copyOf);
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                calls.entrySet().stream()
                    .map(call -> Arguments.of(kind, call.getKey(), call.getValue())));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void whereNothingClipsAllIsAsInStock(Kind kind, String name, Consumer<Model> call) {
    Model clipped = kind.plain(new Adam(1e-2));
    Model stock = kind.plain(new Adam(1e-2));
    clipped.addListeners(new GradientClippingListener(NEVER).observe(seen));
    for (Model model : new Model[] {clipped, stock}) {
      Kind.fit(model, 1, 2);
      call.accept(model);
      Kind.fit(model, 3, 4);
    }
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.steps).hasSize(4);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void updaterStateIsAsInStockRightAfterReinstallation(
      Kind kind, String name, Consumer<Model> call) {
    Model clipped = kind.plain(new Adam(1e-2));
    Model stock = kind.plain(new Adam(1e-2));
    clipped.addListeners(new GradientClippingListener(NEVER));
    for (Model model : new Model[] {clipped, stock}) {
      Kind.fit(model, 1, 2);
      call.accept(model);
    }
    NEVER.attachTo(clipped);
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void everyStepIsClipped(Kind kind, String name, Consumer<Model> call) {
    for (boolean configured : new boolean[] {false, true}) {
      seen.steps.clear();
      Model model =
          kind.plain(configured ? new ClippedUpdater(new Adam(1e-2), ALWAYS) : new Adam(1e-2));
      model.addListeners(
          (configured ? new GradientClippingListener() : new GradientClippingListener(ALWAYS))
              .observe(seen));
      Kind.fit(model, 1, 2);
      call.accept(model);
      Kind.fit(model, 3, 4);

      assertThat(seen.steps).hasSize(4);
      assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
      assertThat(seen.steps).allMatch(step -> step.clippedNorm() <= 1e-4);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void skipCounterAndLastReportSurvive(Kind kind, String name, Consumer<Model> call) {
    Model model = kind.plain(new Adam(1e-2));
    GradientClipping twoSkips =
        NEVER.toBuilder().nonFinite(NonFinitePolicy.SKIP).maxConsecutiveSkips(2).build();
    model.addListeners(new GradientClippingListener(twoSkips).observe(seen));
    Kind.fit(model, Networks.nanBatch(7, 1));
    call.accept(model);
    assertThat(GradientClipping.lastReport(model)).contains(seen.last());
    Kind.fit(model, Networks.nanBatch(7, 2));
    call.accept(model);

    assertThatThrownBy(() -> Kind.fit(model, Networks.nanBatch(7, 3)))
        .isInstanceOf(NonFiniteGradientException.class);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void configuredNetworkWithoutItsListenerNeverTrainsUnclipped(
      Kind kind, String name, Consumer<Model> call) {
    Model model = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    model.addListeners(new GradientClippingListener());
    Kind.fit(model, 1, 2);
    model.setListeners();
    call.accept(model);
    var before = Snapshot.bits(model.params());

    try {
      Kind.fit(model, 3);
      assertThat(GradientClipping.lastReport(model).orElseThrow().iteration()).isEqualTo(2);
    } catch (IllegalStateException refused) {
      assertThat(refused).hasMessageContaining("so it refuses to train");
      assertThat(Snapshot.bits(model.params())).isEqualTo(before);
    }
  }
}
